"""A program that asks again after its server was killed on it gets one access key, whenever that was."""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import threading
import time
from contextlib import suppress

from tests.server.servers import Answer, Server, Site
from tests.server.test_killed import worker

ROUNDS = 8
LONGEST = 0.03  # seconds that a request takes on a quiet machine, and some more
SOON = 25


def ask(server: Server, key: str, name: str) -> Answer:
    headers = {
        "Authorization": f"Bearer {key}",
        "Content-Type": "application/json",
        "Idempotency-Key": f'"{name}"',
    }
    return server.ask(
        "POST", "/api/v1/access-keys/", headers=headers, body=json.dumps({"name": name}).encode()
    )


def ask_until_heard(server: Server, key: str, name: str) -> Answer:
    end = time.monotonic() + SOON
    while time.monotonic() < end:
        with suppress(OSError, http.client.HTTPException):
            return ask(server, key, name)
        time.sleep(0.02)
    raise AssertionError("Nobody answers")


def test_it_is_there_once(own_site: Site) -> None:
    caller = own_site.key("caller", "--scope=access_keys:write")
    answers: dict[str, Answer] = {}
    answering = None
    with own_site.serve() as server:
        for number in range(ROUNDS):
            name = f"round_{number}"
            asked = threading.Thread(
                target=lambda name=name: answers.update({name: ask_until_heard(server, caller, name)})
            )
            answering = worker(server.process.pid, but=answering)
            asked.start()
            time.sleep(random.uniform(0, LONGEST))
            os.kill(answering, signal.SIGKILL)
            asked.join(SOON)
    with own_site.serve() as server:  # Nothing is remembered by a process.
        again = {name: ask(server, caller, name) for name in answers}
    assert len(answers) == ROUNDS
    for name, answer in answers.items():
        assert (answer.status, again[name].status) == (201, 201), answer.body
        assert again[name].json == answer.json
        assert again[name].headers["Idempotent-Replayed"] == "true"
    listed = json.loads(own_site.manage("list_access_keys", "--json").stdout)
    assert sorted(each["name"] for each in listed) == sorted(["caller", *answers])
