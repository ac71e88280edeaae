"""Access keys that are generated, shown, suspended, rotated and revoked over the API, each by one program."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from itertools import count
from typing import Any

from benchmarks.endurance.asking import Answer, Client
from benchmarks.endurance.history import AccessKey, Key
from benchmarks.endurance.ledger import Fault
from benchmarks.endurance.programs import Run

PATIENCE = 90  # seconds for which an operation is asked for again
AGAIN = 0.3
KEPT = 0.2  # of all, and they go on being asked about


class Life:
    """One access key after the other."""

    def __init__(self, run: Run, dice: random.Random, number: int) -> None:
        self._run, self._dice, self._number = run, dice, number
        self._ledger, self._writer = run.ledger, run.people["writer"]
        self._client, self._witness = Client(run.port), Client(run.port, is_kept=False)

    def live(self) -> None:
        """Until it is over."""
        for each in count():
            if self._run.over.wait(0.1):
                break
            access_key = self._generate(f"life_{self._number}_{each}")
            if access_key is None:
                continue
            for step in self._dice.sample([self._reveal, self._suspend, self._rotate, self._describe], 2):
                step(access_key)
            if self._dice.random() < KEPT:
                self._ledger.good.extend(access_key.keys)
            else:
                self._revoke(access_key)

    def _generate(self, name: str) -> AccessKey | None:
        mark = {"Idempotency-Key": name}
        self._ledger.tried.add(name)
        answer = self._persist(
            "generate",
            [201],
            lambda: self._client.call("POST", "access-keys/", self._writer, {"name": name}, **mark),
        )
        if answer is None:
            return None
        access_key = AccessKey(answer.json["id"], name)
        access_key.promise("access_key.generated")
        self._ledger.access_keys.append(access_key)
        self._add_key(access_key, answer)
        return access_key

    def _add_key(self, access_key: AccessKey, answer: Answer) -> None:
        key = Key(answer.json["key"], access_key)
        key.begin(opens=True).ended = answer.ended
        access_key.keys.append(key)
        self._look(key)

    def _look(self, key: Key) -> None:
        for client in (self._client, self._witness):
            self._ledger.verified(key, client.verify(key.text))

    def _reveal(self, access_key: AccessKey) -> None:
        answer = self._ask("reveal", access_key, "POST", "reveal/", [200])
        if answer:
            access_key.promise("access_key.shown")
            if answer.json["key"] != access_key.keys[-1].text:
                self._ledger.tell(Fault.WRONG, f"reveal shows another key of {access_key.name}")

    def _describe(self, access_key: AccessKey) -> None:
        fields = {"description": f"since {time.time():.0f}"}
        if self._ask("describe", access_key, "PATCH", "", [200], fields):
            access_key.promise("access_key.described")

    def _suspend(self, access_key: AccessKey) -> None:
        for what, method, opens, action in (
            ("suspend", "PUT", False, "access_key.suspended"),
            ("resume", "DELETE", True, "access_key.resumed"),
        ):
            changes = [key.begin(opens=opens) for key in access_key.keys]
            answer = self._ask(what, access_key, method, "suspension/", [200], is_clear_only_at_once=True)
            for change in changes:
                change.ended = answer and answer.ended
            if answer:
                access_key.promise(action)
            for key in access_key.keys:
                self._look(key)

    def _rotate(self, access_key: AccessKey) -> None:
        answer = self._ask("rotate", access_key, "POST", "rotation/", [200], {})
        if not answer:
            return
        access_key.promise("access_key.rotated")
        self._add_key(access_key, answer)
        old = access_key.keys[-2]
        self._look(old)
        change = old.begin(opens=False, is_final=True)
        answer = self._ask("complete rotation", access_key, "POST", "rotation/completion/", [200, 409])
        if answer:
            change.ended = answer.ended
            access_key.promise("access_key.rotation_completed")
            self._ledger.ended.append(old)
            access_key.keys.remove(old)
        self._look(old)

    def _revoke(self, access_key: AccessKey) -> None:
        access_key.is_ending = True
        changes = [key.begin(opens=False, is_final=True) for key in access_key.keys]
        answer = self._ask("revoke", access_key, "DELETE", "", [204, 404])
        if answer:
            access_key.has_ended = True
            access_key.promise("access_key.revoked")
            for change in changes:
                change.ended = answer.ended
        for key in access_key.keys:
            self._look(key)
        self._ledger.ended.extend(access_key.keys)

    def _ask(
        self,
        what: str,
        access_key: AccessKey,
        method: str,
        path: str,
        expected: list[int],
        fields: dict[str, Any] | None = None,
        *,
        is_clear_only_at_once: bool = False,
    ) -> Answer | None:
        tries = count()

        def ask() -> Answer:
            number = next(tries)
            answer = self._client.call(method, f"access-keys/{access_key.id}/{path}", self._writer, fields)
            # The second time, what the first has done may be told as no longer there, or as in the way.
            if answer.status == 404 and not (access_key.is_ending and number):
                self._ledger.tell(Fault.LOST, f"{access_key.name} {access_key.id} is not there to {what}")
            return answer

        answer = self._persist(what, expected, ask)
        return None if is_clear_only_at_once and next(tries) > 1 else answer

    def _persist(self, what: str, expected: list[int], ask: Callable[[], Answer]) -> Answer | None:
        """Ask until it is answered."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            answer = ask()
            if self._ledger.operated(what, answer, expected):
                return answer
            if answer.is_clear or self._run.over.wait(AGAIN):
                break
        return None
