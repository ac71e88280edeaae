from __future__ import annotations

import json
import uuid
from argparse import ArgumentTypeError
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from statistics import median
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from accesskeys import operations
from accesskeys.management.base import AccessKeyCommand
from accesskeys.management.drill import DrillFailed, Round, Tally, Target
from accesskeys.management.drill_ends import Ending, by_revoking, by_time, now
from accesskeys.management.interrupts import interrupts_deferred
from accesskeys.models import AccessKey

# What a drill leaves behind when it is killed: an access key that opens nothing, and not even that for long.
LIFETIME = timedelta(minutes=15)


class Command(AccessKeyCommand):
    help = (
        "Generate an access key, use it at every address without pause, revoke it, and count the requests that "
        "started after the revoke had answered and were accepted all the same. There must be none."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--url",
            action="append",
            required=True,
            dest="urls",
            metavar="URL",
            help="what asks for a key: /api/v1/ping/, /auth/verify/, something behind a gateway; may be repeated",
        )
        parser.add_argument(
            "--scope",
            action="append",
            default=[],
            dest="scopes",
            metavar="SCOPE",
            help="what the addresses ask for; may be repeated",
        )
        parser.add_argument(
            "--rotate",
            action="store_true",
            help="rotate it instead, and count what the old key opens after its end: by itself, and now, in turn",
        )
        parser.add_argument("--rounds", type=_positive(int), default=1, metavar="N", help="1 if not named")
        parser.add_argument(
            "--connections",
            type=_positive(int),
            default=8,
            metavar="N",
            help="to each address; 8 if not named",
        )
        parser.add_argument(
            "--timeout",
            type=_positive(float),
            default=10,
            metavar="SECONDS",
            help="for each answer, and for the first refusal; 10 if not named",
        )

    def run(self, **options: Any) -> None:
        try:
            targets = [Target.parse(url) for url in dict.fromkeys(options["urls"])]
            rounds = self.drill(targets, options)
        except DrillFailed as failure:
            raise CommandError(str(failure)) from None
        report = [_described(target, [tallies[target] for tallies in rounds]) for target in targets]
        if options["json"]:
            self.tell([json.dumps({"rounds": len(rounds), "urls": report}, indent=2)])
        else:
            self.tell(map(_told, report))
        _judge(report, rounds, options)

    def drill(self, targets: Sequence[Target], options: dict[str, Any]) -> list[dict[Target, Tally]]:
        """The rounds, as many as were asked for. One in which an address never refuses is the last."""
        rounds: list[dict[Target, Tally]] = []
        for target in targets:
            target.check(options["timeout"])
        with interrupts_deferred() as interrupted:
            while len(rounds) < options["rounds"] and not interrupted.is_set():
                ending = [by_time, now][len(rounds) % 2] if options["rotate"] else by_revoking
                rounds.append(self.round(targets, options, ending))
                if any(tally.delay is None for tally in rounds[-1].values()):
                    break
        return rounds

    def round(
        self, targets: Sequence[Target], options: dict[str, Any], ending: Ending
    ) -> dict[Target, Tally]:
        """Generate, warm up, end the key, watch. However it ends, the access key is revoked."""
        access_key, key = operations.generate(
            name=f"revocation_drill_{uuid.uuid4().hex[:12]}",
            scopes=options["scopes"],
            expires_at=timezone.now() + LIFETIME,
            actor=self.actor,
        )
        with ExitStack() as stack:
            stack.callback(self._put_away, access_key)
            ask = partial(Round, targets, timeout=options["timeout"])
            asking = stack.enter_context(ask(key, connections=options["connections"]))
            asking.warm_up()
            end = ending(access_key.pk, self.actor)
            tallies = asking.watch(end.at)
            if end.next_key is not None:
                with ask(end.next_key, connections=1) as following:
                    following.warm_up()
            return tallies

    def _put_away(self, access_key: AccessKey) -> None:
        if AccessKey.objects.filter(pk=access_key.pk).exists():  # Where that was the drill, it is gone.
            operations.revoke(access_key_id=access_key.pk, actor=self.actor)


def _judge(
    report: Sequence[dict[str, Any]], rounds: Sequence[dict[Target, Tally]], options: dict[str, Any]
) -> None:
    accepted = sum(each["accepted_after_revoke"] for each in report)
    if accepted:
        raise CommandError(f"Accepted after the revoke had answered: {accepted} requests.")
    for target, tally in rounds[-1].items() if rounds else ():
        if tally.delay is None:
            raise CommandError(
                f"{target.url} did not refuse the revoked key within {options['timeout']:g} s: "
                f"it answered {tally.last_status}."
            )
    if len(rounds) < options["rounds"]:
        raise CommandError(f"Interrupted after {len(rounds)} of {options['rounds']} rounds.")


def _described(target: Target, tallies: Sequence[Tally]) -> dict[str, Any]:
    delays = [tally.delay * 1000 for tally in tallies if tally.delay is not None]
    return {
        "url": target.url,
        "requests": sum(tally.requests for tally in tallies),
        "requests_after_revoke": sum(tally.requests_after for tally in tallies),
        "accepted_after_revoke": sum(tally.accepted_after for tally in tallies),
        "first_refusal_ms": {
            "median": round(median(delays), 1) if delays else None,
            "longest": round(max(delays), 1) if delays else None,
        },
    }


def _told(each: dict[str, Any]) -> str:
    delay = each["first_refusal_ms"]
    refused = (
        "never refused"
        if delay["longest"] is None
        else f"first refusal after {delay['median']} ms, {delay['longest']} ms at most"
    )
    return (
        f"{each['url']}: {each['requests']} requests, {each['requests_after_revoke']} after the revoke, "
        f"{each['accepted_after_revoke']} of these accepted; {refused}."
    )


def _positive(convert: Callable[[str], float]) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            number = convert(text)
        except ValueError:
            number = 0
        if not 0 < number < 1_000_000:  # NaN is not, either.
            raise ArgumentTypeError(f"{text} is not a number above 0")
        return number

    return read
