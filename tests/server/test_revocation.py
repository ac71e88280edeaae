"""Revoked in one process, refused in all."""

from __future__ import annotations

import threading
import time

from tests.server.servers import Server, Site

ROUNDS = 100


def test_a_revoked_key_is_refused_by_another_process_on_the_very_next_request(
    site: Site, server: Server
) -> None:
    writer = site.key("drill_writer", "--scope", "access_keys:write")
    accepted = []
    with site.serve() as other:
        for round_ in range(ROUNDS):
            first, second = (server, other) if round_ % 2 else (other, server)
            made = first.call("POST", "access-keys/", writer, name=f"drill_{round_}")
            assert made.status == 201
            access_key = made.json
            # Warm: the other process has seen the key good.
            assert second.call("GET", "ping/", access_key["key"]).status == 200
            assert first.call("DELETE", f"access-keys/{access_key['id']}/", writer).status == 204
            if second.call("GET", "ping/", access_key["key"]).status != 401:
                accepted.append(round_)
    assert accepted == []


def test_no_request_that_starts_after_the_revoke_is_accepted_under_load(site: Site, server: Server) -> None:
    writer = site.key("load_writer", "--scope", "access_keys:write")
    with site.serve() as other:
        generated = server.call("POST", "access-keys/", writer, name="revoked_under_load")
        assert generated.status == 201, generated
        made = generated.json
        answers: list[tuple[float, int]] = []
        stop = threading.Event()

        def hammer(target: Server) -> None:
            while not stop.is_set():
                began = time.monotonic()
                answers.append((began, target.call("GET", "ping/", made["key"]).status))

        threads = [
            threading.Thread(target=hammer, args=(target,)) for target in (server, other) for _ in "12"
        ]
        for thread in threads:
            thread.start()
        try:
            time.sleep(0.5)
            assert server.call("DELETE", f"access-keys/{made['id']}/", writer).status == 204
            revoked = time.monotonic()
            time.sleep(0.5)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
    before = {status for began, status in answers if began <= revoked}
    after = {status for began, status in answers if began > revoked}
    assert 200 in before
    assert before <= {200, 401}
    assert after == {401}
