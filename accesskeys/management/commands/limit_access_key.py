from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from accesskeys import operations
from accesskeys.management.base import AccessKeyCommand


class Command(AccessKeyCommand):
    help = "Set where a key may be used from and how often. What is not named stays as it is."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("name_or_id")
        where = parser.add_mutually_exclusive_group()
        where.add_argument(
            "--network",
            action="append",
            dest="networks",
            metavar="CIDR",
            help="from here alone; may be repeated, and replaces the networks so far",
        )
        where.add_argument(
            "--anywhere", action="store_const", dest="networks", const=[], help="from anywhere"
        )
        how_often = parser.add_mutually_exclusive_group()
        how_often.add_argument(
            "--rate", metavar="RATE", help="requests per second, minute or hour: 100/minute"
        )
        how_often.add_argument(
            "--unlimited", action="store_const", dest="rate", const="", help="without a limit"
        )

    def run(self, **options: Any) -> None:
        networks, rate = options["networks"], options["rate"]
        if networks is None and rate is None:
            raise CommandError("Say what to set: --network or --anywhere, --rate or --unlimited.")
        wished = {"allowed_networks": networks, "rate_limit": rate}
        changed = operations.change(
            access_key_id=operations.resolve(options["name_or_id"]),
            wished={name: value for name, value in wished.items() if value is not None},
            actor=self.actor,
        )
        access_key = changed.access_key
        sentence = (
            f"Access key {access_key.name} may be used from "
            f"{', '.join(access_key.allowed_networks) or 'anywhere'}, "
            f"{access_key.rate_limit or 'without a rate limit'}."
        )
        self.report(access_key, sentence, options)
