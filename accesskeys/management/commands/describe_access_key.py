from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accesskeys import operations
from accesskeys.core.validators import validate_parted
from accesskeys.management.arguments import add_facts
from accesskeys.management.base import AccessKeyCommand
from accesskeys.management.labels import labels_of
from accesskeys.models import AccessKey


class Command(AccessKeyCommand):
    help = "Say what an access key is for, whose it is, and label it. What is not named stays as it is."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("name_or_id")
        add_facts(parser)
        parser.add_argument(
            "--remove-label",
            action="append",
            default=[],
            dest="removed",
            metavar="KEY",
            help="may be repeated",
        )

    def run(self, **options: Any) -> None:
        set_labels, removed = labels_of(options["labels"]), options["removed"]
        if options["description"] is None and options["owner"] is None and not set_labels and not removed:
            raise CommandError("Say what to set: --description, --owner, --label or --remove-label.")
        validate_parted(set_labels, removed)
        access_key = operations.find(options["name_or_id"])
        access_key = operations.describe(
            access_key_id=access_key.pk,
            description=options["description"],
            owner=options["owner"],
            labels=_without(access_key, removed) | set_labels if set_labels or removed else None,
            actor=self.actor,
            # Of labels that another has changed meanwhile, none may be lost.
            expected=[operations.version_of(access_key)],
        )
        self.report(access_key, f"Access key {access_key.name} is described.", options)


def _without(access_key: AccessKey, removed: Sequence[str]) -> dict[str, str]:
    for key in removed:
        if key not in access_key.labels:
            raise CommandError(f"Access key {access_key.name} has no label {key!r}.")
    return {key: value for key, value in access_key.labels.items() if key not in removed}
