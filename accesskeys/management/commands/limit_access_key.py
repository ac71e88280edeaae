from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from accesskeys import services
from accesskeys.management.base import AccessKeyCommand


class Command(AccessKeyCommand):
    help = "Set where a key may be used from and how often. What is not named is lifted."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name_or_id")
        parser.add_argument(
            "--network", action="append", default=[], dest="networks", metavar="CIDR", help="may be repeated"
        )
        parser.add_argument("--rate", metavar="RATE", help="requests per second, minute or hour: 100/minute")

    def run(self, **options: Any) -> None:
        access_key = services.limit(
            access_key_id=services.resolve(options["name_or_id"]),
            allowed_networks=options["networks"],
            rate_limit=options["rate"],
            actor=self.actor,
        )
        networks = ", ".join(access_key.allowed_networks) or "anywhere"
        self.stdout.write(
            f"Access key {access_key.name} may be used from {networks}, "
            f"{access_key.rate_limit or 'without a rate limit'}."
        )
