"""Programs that generate and revoke access keys without a pause, and note what was answered as done, and when."""

from __future__ import annotations

import secrets
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from itertools import count

from tests.server.clusters import Cluster
from tests.server.servers import Answer, Server


@dataclass
class Answered:
    """What the programs were told, and may rely on."""

    generated: set[str] = field(default_factory=set)  # ids
    revoking: set[str] = field(default_factory=set)  # Asked for, whatever was heard of it.
    revoked: set[str] = field(default_factory=set)
    done_at: list[float] = field(default_factory=list)
    others: Counter[int | str] = field(default_factory=Counter)

    def done_since(self, moment: float) -> bool:
        """Whether anything was."""
        return bool(self.done_at) and self.done_at[-1] > moment

    def lost(self, cluster: Cluster) -> list[str]:
        """What was answered as done and is not there: access keys, revokes, and the events of both."""
        keys = _first_column(cluster, "SELECT id::text FROM accesskeys_accesskey")
        events = {
            action: _first_column(
                cluster,
                "SELECT access_key_id::text FROM accesskeys_auditevent "
                f"WHERE action = 'access_key.{action}' AND outcome = 'succeeded'",
            )
            for action in ("generated", "revoked")
        }
        return [
            *(f"generated {each}" for each in self.generated - self.revoking - keys),
            *(f"revoked {each}" for each in self.revoked & keys),
            *(f"event of generated {each}" for each in self.generated - events["generated"]),
            *(f"event of revoked {each}" for each in self.revoked - events["revoked"]),
        ]


def _first_column(cluster: Cluster, statement: str) -> set[str]:
    row = cluster.execute(f"SELECT array_agg(found) FROM ({statement}) AS of_it (found)")
    return set(row[0] or ())


@contextmanager
def changing(server: Server, writer: str, *, programs: int = 4) -> Iterator[Answered]:
    """Within the block, each program generates two access keys and revokes one of them, again and again."""
    answered, over, run = Answered(), threading.Event(), secrets.token_hex(4)

    def call(method: str, path: str, expected: int, **fields: str) -> Answer | None:
        try:
            answer = server.call(method, f"access-keys/{path}", writer, **fields)
        except (OSError, HTTPException) as error:
            answered.others[repr(error)] += 1
            return None
        if answer.status != expected:
            answered.others[answer.status] += 1
            return None
        answered.done_at.append(time.monotonic())
        return answer

    def program(number: int) -> None:
        for each in count():
            if over.is_set():
                return
            made = call("POST", "", 201, name=f"load_{run}_{number}_{each}")
            if made is None:
                continue
            made_id = made.json["id"]
            answered.generated.add(made_id)
            if each % 2:
                answered.revoking.add(made_id)
                if call("DELETE", f"{made_id}/", 204) is not None:
                    answered.revoked.add(made_id)

    threads = [threading.Thread(target=program, args=[number]) for number in range(programs)]
    for thread in threads:
        thread.start()
    try:
        yield answered
    finally:
        over.set()
        for thread in threads:
            thread.join()
