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
        access_key = operations.find(options["name_or_id"])
        access_key = operations.limit(
            access_key_id=access_key.pk,
            allowed_networks=access_key.allowed_networks if networks is None else networks,
            rate_limit=access_key.rate_limit if rate is None else rate,
            actor=self.actor,
        )
        sentence = (
            f"Access key {access_key.name} may be used from "
            f"{', '.join(access_key.allowed_networks) or 'anywhere'}, "
            f"{access_key.rate_limit or 'without a rate limit'}."
        )
        self.report(access_key, sentence, options)
