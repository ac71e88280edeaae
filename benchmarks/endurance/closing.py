"""The books are closed: what the database, its audit log and the journal say, held against what was promised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from benchmarks.endurance.asking import Client
from benchmarks.endurance.ledger import Fault, Ledger

LIMIT = 60  # a minute, of the access key that has one
GENERATED, REVOKED = "access_key.generated", "access_key.revoked"


def ask_about_all(ledger: Ledger, port: int) -> None:
    """Each key that was ever given out, once more, in calm."""
    client = Client(port)
    for key in (*(key for each in ledger.access_keys for key in each.keys), *ledger.ended):
        ledger.verified(key, client.verify(key.text), "last verify")


def count_limited(ledger: Ledger, minutes: float, forgotten: int) -> None:
    """No more than the limit in any window; a Redis that was killed has forgotten one."""
    most, passed = LIMIT * (int(minutes) + 2 + forgotten), ledger.counts["verify, limited"][200]
    if passed > most:
        ledger.tell(Fault.ACCEPTED, f"a limited key, {passed} times and not {most}")


def judge(ledger: Ledger, rows: Mapping[str, str], events: Iterable[tuple[str, str]], journal: str) -> None:
    """Every access key that was promised, and every row that was not."""
    done: dict[str, Counter[str]] = {}
    for access_key_id, action in events:
        done.setdefault(access_key_id, Counter())[action] += 1
    for access_key in ledger.access_keys:
        name = f"{access_key.name} {access_key.id}"
        is_there = rows.get(access_key.id) == access_key.name
        if not is_there and not access_key.is_ending:
            ledger.tell(Fault.LOST, f"{name} was generated, and has no row")
        if access_key.has_ended and is_there:
            ledger.tell(Fault.ACCEPTED, f"{name} was revoked, and has a row")
        if access_key.has_ended and f" revoked {access_key.id}\n" not in journal:
            ledger.tell(Fault.LOST, f"{name} was revoked, and is not in the journal")
        found = done.get(access_key.id, Counter())
        for action, times in access_key.events.items():
            if found[action] < times:
                ledger.tell(Fault.UNAUDITED, f"{name}: {action}, {found[action]} of {times}")
        for action in (GENERATED, REVOKED):
            if found[action] > 1:
                ledger.tell(Fault.WRONG, f"{name}: {action}, {found[action]} times")
        if found[REVOKED] == is_there:
            ledger.tell(Fault.WRONG, f"{name}: revoked by the audit log, or there, but not both")
    promised = {access_key.id for access_key in ledger.access_keys}
    for access_key_id, name in rows.items():
        if access_key_id not in promised and name not in ledger.tried and name.startswith("life_"):
            ledger.tell(Fault.WRONG, f"{name} {access_key_id} was never asked for")
