"""Arguments that several commands take in the same words."""

from __future__ import annotations

from django.core.management.base import CommandParser


def add_facts(parser: CommandParser) -> None:
    """What an access key is for, whose it is, and how it is labelled."""
    parser.add_argument("--description", metavar="TEXT", help="what it is for, on one line")
    parser.add_argument("--owner", metavar="TEXT", help="whose it is: a team, a person, an address")
    parser.add_argument(
        "--label",
        action="append",
        default=[],
        dest="labels",
        metavar="KEY=VALUE",
        help="such as team=payments; may be repeated",
    )
