from __future__ import annotations

import argparse
import getpass
import sys
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accesskeys import operations
from accesskeys.core import keys
from accesskeys.core.keys_in_text import taken_from
from accesskeys.management.base import AccessKeyCommand

_MOST_READ = keys.LENGTH * 4  # bytes; enough to see that something is no key


class Command(AccessKeyCommand):
    help = (
        "Find the access key that a key belongs to, and print its name and ID. The key is read from standard input; "
        "at a terminal it is asked for, and not shown."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("words", nargs="*", help=argparse.SUPPRESS)

    def run(self, **options: Any) -> None:
        if options["words"]:
            raise CommandError(
                "The key is read from standard input. As an argument it has been in the list of processes, and may be "
                "in the shell's history: replace it."
            )
        access_key = operations.find_by_key(key=_key(), actor=self.actor)
        self.report(access_key, f"{access_key.name}\t{access_key.pk}", options)


def _key() -> str:
    """The key that stands on standard input, without what may be around it."""
    if sys.stdin is None:
        raise CommandError("Standard input is closed, so there is no key to look for.")
    if sys.stdin.isatty():
        try:
            return taken_from(getpass.getpass("Key: "))
        except EOFError:  # Ctrl+D
            return ""
    text = sys.stdin.buffer.read(_MOST_READ).decode("ascii", "replace")
    return taken_from(text.removesuffix("\n").removesuffix("\r"))
