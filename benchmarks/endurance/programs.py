"""Programs that ask at the gate and read over the API, without an end."""

from __future__ import annotations

import random
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.endurance.asking import Client
from benchmarks.endurance.ledger import Fault, Ledger

PACE = 0.02  # seconds between two questions of one program
NO_TAG = f"ica_{51 * 'A'}"


@dataclass(frozen=True)
class Run:
    """What all programs of a run share."""

    port: int
    ledger: Ledger
    people: dict[str, Any]  # the keys and the password that were made for it
    over: threading.Event


def verify(run: Run, dice: random.Random, *, is_kept: bool) -> None:
    """Ask about good and ended keys, forged ones, and some that no database ever had."""
    client, ledger = Client(run.port, is_kept=is_kept), run.ledger
    while not run.over.wait(PACE):
        chance = dice.random()
        if chance < 0.1:
            ledger.refused("verify, forged", client.verify(NO_TAG[:-8] + secrets.token_hex(4)))
        elif chance < 0.15:
            ledger.refused("verify, unknown", client.verify(dice.choice(run.people["unknown"])))
        elif chance < 0.4 and ledger.ended:
            key = ledger.ended[dice.randrange(len(ledger.ended))]
            ledger.verified(key, client.verify(key.text))
        else:
            key = dice.choice(ledger.good)
            ledger.verified(key, client.verify(key.text))


def spend(run: Run) -> None:
    """Ask for more than a rate limit allows."""
    client = Client(run.port)
    while not run.over.wait(10 * PACE):
        answer = client.verify(run.people["limited"])
        run.ledger.count("verify, limited", answer)
        if answer.status not in {0, 200, 429, 503}:
            run.ledger.tell(Fault.REFUSED, f"limited: {answer.status}")


def read(run: Run, dice: random.Random) -> None:
    """List, look for, and describe access keys that stay."""
    client, ledger, key = Client(run.port), run.ledger, run.people["reader"]
    while not run.over.wait(5 * PACE):
        wanted = dice.choice(ledger.good[: len(run.people["standing"])]).access_key
        # A row that is revoked while its page is made may be missing there.
        for what, path, is_right in (
            ("list", "access-keys/?page_size=100&ordering=name", lambda body: len(body["results"]) > 90),
            ("search", f"access-keys/?search={wanted.name}", _has(wanted.id)),
            ("details", f"access-keys/{wanted.id}/", _is(wanted.name)),
            ("ping", "ping/", lambda body: body == {"status": "ok"}),
        ):
            answer = client.call("GET", path, key)
            if ledger.operated(what, answer, [200]) and not is_right(answer.json):
                ledger.tell(Fault.WRONG, f"{what} of {wanted.name}")


def _has(access_key_id: str) -> Callable[[Any], bool]:
    return lambda body: any(row["id"] == access_key_id for row in body["results"])


def _is(name: str) -> Callable[[Any], bool]:
    return lambda body: bool(body["name"] == name)
