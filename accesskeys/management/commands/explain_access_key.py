from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from accesskeys import operations
from accesskeys.core import scopes
from accesskeys.core.moments import written
from accesskeys.core.networks import parse_address
from accesskeys.management.base import AccessKeyCommand
from accesskeys.management.durations import moment_at
from accesskeys.models import AccessKey
from accesskeys.verification import rate_limits
from accesskeys.verification.decision import CHECKS, Attempt


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
        verdicts = list(_verdicts(access_key, attempt, wanted, is_now=at is None))
        told = _as_json if options["json"] else _as_lines
        self.tell(told(access_key, attempt, verdicts))
        if not verdicts[-1].passes:
            # An answer, not an error: it is on standard output, and there is nothing more to say.
            sys.exit(1)


class Verdict(NamedTuple):
    """What one check says, and what it looked at."""

    check: str
    passes: bool
    told: str


def _as_lines(access_key: AccessKey, attempt: Attempt, verdicts: Sequence[Verdict]) -> Iterator[str]:
    yield f"Access key {access_key.name} ({access_key.pk}) at {written(attempt.at)}"
    for verdict in verdicts:
        yield f"  {verdict.check:<11}{'passes' if verdict.passes else 'REFUSES':<9}{verdict.told}"
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
            "checks": [verdict._asdict() for verdict in verdicts],
        }
    )


def _verdicts(
    access_key: AccessKey, attempt: Attempt, wanted: Sequence[str], *, is_now: bool
) -> Iterator[Verdict]:
    """What the checks say, up to the first that refuses."""
    for verdict in _every_verdict(access_key, attempt, wanted, is_now=is_now):
        yield verdict
        if not verdict.passes:
            return


def _every_verdict(
    access_key: AccessKey, attempt: Attempt, wanted: Sequence[str], *, is_now: bool
) -> Iterator[Verdict]:
    for check in CHECKS:
        passes, told = check.passes(access_key, attempt), check.told(access_key)
        if check.reason == "address" and not passes and attempt.address is None:
            told += "; name the client's with --address"
        yield Verdict(check.reason, passes, told)
    yield _rate(access_key, is_now=is_now)
    carried = " ".join(access_key.scopes) or "none"
    for scope in wanted:
        yield Verdict("scope", access_key.has_scope(scope), f"{scope}, of {carried}")


def _rate(access_key: AccessKey, *, is_now: bool) -> Verdict:
    if access_key.rate_limit is None:
        return Verdict("rate", True, "unlimited")
    if not is_now:
        return Verdict("rate", True, f"{access_key.rate_limit}, counted when it is time")
    window = rate_limits.window_of(access_key)
    told = f"{access_key.rate_limit}, {window.used} used, begins anew in {window.seconds_left} s"
    return Verdict("rate", window.used < window.allowed, told)


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
