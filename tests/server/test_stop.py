"""A server that is asked to stop."""

from __future__ import annotations

import threading
import time

from tests.server.servers import Site


def test_a_server_that_is_asked_to_stop_finishes_what_it_does(own_site: Site) -> None:
    writer = own_site.key("writer", "--scope", "access_keys:write", "--scope", "access_keys:read")
    statuses: list[int] = []
    broken: list[str] = []
    with own_site.serve() as server:
        stopping = threading.Event()

        def generate(worker: int) -> None:
            for number in range(1000):
                try:
                    answer = server.call("POST", "access-keys/", writer, name=f"w{worker}_{number}")
                except ConnectionError as error:
                    # Once it is asked to stop it may take no new connections.
                    if not stopping.is_set():
                        broken.append(str(error))
                    return
                except Exception as error:  # noqa: BLE001  Any half answer is what this test is looking for.
                    broken.append(repr(error))
                    return
                statuses.append(answer.status)

        threads = [threading.Thread(target=generate, args=(worker,)) for worker in range(2)]
        for thread in threads:
            thread.start()
        time.sleep(0.7)
        stopping.set()
        assert server.stop() == 0
        for thread in threads:
            thread.join()
    assert broken == []
    assert set(statuses) == {201}
    listed = own_site.manage("list_access_keys").stdout
    assert listed.count("\nw") - 1 == len(statuses)  # The writer itself begins with a w.
