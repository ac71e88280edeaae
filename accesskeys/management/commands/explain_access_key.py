from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from accesskeys import operations
from accesskeys.core import scopes
from accesskeys.core.moments import written
from accesskeys.core.networks import parse_address
from accesskeys.management.base import AccessKeyCommand
from accesskeys.management.durations import moment_at
from accesskeys.models import AccessKey
from accesskeys.verification.decision import Attempt
from accesskeys.verification.explaining import Verdict, explain


class Command(AccessKeyCommand):
    help = (
        "Print the checks that a request with this access key goes through, in order, and which one refuses. "
        "Then the exit code is 1."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("name_or_id")
        parser.add_argument("--address", help="the client's address")
        parser.add_argument(
            "--scope",
            action="append",
            default=[],
            dest="scopes",
            metavar="SCOPE",
            help="what the request needs; may be repeated",
        )
        parser.add_argument("--at", metavar="TIME", help="ISO 8601 with offset; without it, now")

    def run(self, **options: Any) -> None:
        access_key = operations.find(options["name_or_id"])
        wanted = _scopes(options["scopes"])
        at = None if options["at"] is None else _moment(options["at"], access_key)
        attempt = Attempt(_address(options["address"]), at or timezone.now())
        verdicts = list(explain(access_key, attempt, wanted, is_now=at is None))
        told = _as_json if options["json"] else _as_lines
        self.tell(told(access_key, attempt, verdicts))
        if not verdicts[-1].passes:
            # An answer, not an error: it is on standard output, and there is nothing more to say.
            sys.exit(1)


def _as_lines(access_key: AccessKey, attempt: Attempt, verdicts: Sequence[Verdict]) -> Iterator[str]:
    yield f"Access key {access_key.name} ({access_key.pk}) at {written(attempt.at)}"
    for verdict in verdicts:
        yield f"  {verdict.check:<11}{'passes' if verdict.passes else 'REFUSES':<9}{_told(verdict, attempt)}"
    yield "Accepted." if verdicts[-1].passes else f"Refused: {verdicts[-1].check}."


def _as_json(access_key: AccessKey, attempt: Attempt, verdicts: Sequence[Verdict]) -> Iterator[str]:
    last = verdicts[-1]
    yield json.dumps(
        {
            "id": str(access_key.pk),
            "name": access_key.name,
            "at": written(attempt.at),
            "accepted": last.passes,
            "refused_by": None if last.passes else last.check,
            "checks": [
                {"check": verdict.check, "passes": verdict.passes, "told": _told(verdict, attempt)}
                for verdict in verdicts
            ],
        }
    )


def _told(verdict: Verdict, attempt: Attempt) -> str:
    if verdict.check == "address" and not verdict.passes and attempt.address is None:
        return f"{verdict.told}; name the client's with --address"
    return verdict.told


def _scopes(texts: Sequence[str]) -> list[str]:
    """The scopes, as gateways write them too: several in one text, parted by spaces or plus signs."""
    wanted = " ".join(texts).replace("+", " ").split()
    for scope in wanted:
        if not scopes.is_well_formed(scope):
            raise CommandError(f"{scope!r} is not a scope. A gateway that asks for it is answered 503.")
    return wanted


def _address(text: str | None) -> str | None:
    if text is not None and parse_address(text) is None:
        raise CommandError(f"{text} is not an IP address.")
    return text


def _moment(text: str, access_key: AccessKey) -> datetime:
    moment = moment_at(text)
    if moment < access_key.created_at.replace(microsecond=0):
        raise CommandError(
            f"There was no access key {access_key.name} before {written(access_key.created_at)}."
        )
    return moment
