from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accesskeys import services
from accesskeys.decision import CHECKS, Attempt
from accesskeys.management.base import AccessKeyCommand
from accesskeys.models import AccessKey
from accesskeys.networks import parse_address


class Command(AccessKeyCommand):
    help = (
        "Print the checks that a request with this access key goes through, in order, and which one refuses."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name_or_id")
        parser.add_argument("--address", help="the client's address")
        parser.add_argument("--scope", help="the scope that the request needs")
        parser.add_argument("--at", metavar="TIME", help="ISO 8601 with offset; without it, now")

    def run(self, **options: Any) -> None:
        access_key = services.find(options["name_or_id"])
        attempt = Attempt(_address(options["address"]), _moment(options["at"]))
        self.stdout.write(f"Access key {access_key.name} ({access_key.pk}) at {attempt.at.isoformat()}")
        for verdict in _verdicts(access_key, attempt, options["scope"]):
            self.stdout.write(
                f"  {verdict.check:<11}{'passes' if verdict.passes else 'REFUSES':<9}{verdict.told}"
            )
            if not verdict.passes:
                self.stdout.write(f"Refused: {verdict.check}.")
                return
        self.stdout.write("Accepted.")


class Verdict(NamedTuple):
    """What one check says, and what it looked at."""

    check: str
    passes: bool
    told: str


def _verdicts(access_key: AccessKey, attempt: Attempt, scope: str | None) -> Iterator[Verdict]:
    for check in CHECKS:
        yield Verdict(check.reason, check.passes(access_key, attempt), check.told(access_key))
    yield Verdict("rate", True, f"{access_key.rate_limit or 'unlimited'}, not counted here")
    if scope is not None:
        yield Verdict("scope", access_key.has_scope(scope), " ".join(access_key.scopes) or "none")


def _address(text: str | None) -> str | None:
    if text is not None and parse_address(text) is None:
        raise CommandError(f"{text} is not an IP address.")
    return text


def _moment(text: str | None) -> datetime:
    if text is None:
        return timezone.now()
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or timezone.is_naive(moment):
        raise CommandError("Write the time in ISO 8601 with an offset, such as 2030-01-31T12:00:00Z.")
    return moment
