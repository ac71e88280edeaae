from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from accesskeys import operations
from accesskeys.management.arguments import add_facts
from accesskeys.management.base import AccessKeyCommand
from accesskeys.management.durations import moment_after
from accesskeys.management.labels import labels_of
from accesskeys.management.output import OutputError, as_json, write_out


class Command(AccessKeyCommand):
    help = "Generate an access key and print its key, alone on a line."

    prints_keys = True

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("name", help="1 to 30 characters: A-Z, a-z, 0-9 and underscores")
        parser.add_argument(
            "--scope", action="append", default=[], dest="scopes", metavar="SCOPE", help="may be repeated"
        )
        parser.add_argument("--expires-in", metavar="TIME", help="12h, 90d, 4w or 1y; without it, never")
        parser.add_argument(
            "--network",
            action="append",
            default=[],
            dest="networks",
            metavar="CIDR",
            help="to be used from here alone; may be repeated",
        )
        parser.add_argument(
            "--rate",
            metavar="RATE",
            help="requests per second, minute or hour: 100/minute; without it, no limit",
        )
        add_facts(parser)

    def run(self, **options: Any) -> None:
        access_key, key = operations.generate(
            name=options["name"],
            scopes=options["scopes"],
            expires_at=None if options["expires_in"] is None else moment_after(options["expires_in"]),
            allowed_networks=options["networks"],
            rate_limit=options["rate"],
            description=options["description"] or "",
            owner=options["owner"] or "",
            labels=labels_of(options["labels"]),
            actor=self.actor,
        )
        written = as_json(access_key, key=key) if options["json"] else key
        try:
            write_out(self.stdout, f"{written}\n")
        except OutputError as error:
            operations.revoke(access_key_id=access_key.pk, actor=self.actor)
            raise CommandError(
                f"The key cannot be written: {error.strerror}. The access key was revoked again."
            ) from None
