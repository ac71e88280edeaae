"""A Redis that hangs, ends and comes back, under a server whose threads all have something to do."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.redis_servers import RedisServer
from tests.server.counting import NOT_COUNTED, at_the_gate, counting_in, limited_key, sign_in
from tests.server.servers import Answer, Site

FORGED = f"ica_{51 * 'A'}"


@pytest.fixture
def counting(own_site: Site, redis: RedisServer) -> Site:
    return counting_in(own_site, redis.url)


def seconds_of(ask: Callable[[], Answer]) -> tuple[int, float]:
    began = time.monotonic()
    return ask().status, time.monotonic() - began


@pytest.mark.parametrize("failure", ["hangs", "ends"])
def test_what_needs_no_count_goes_on_and_the_rest_hears_it_at_once(
    counting: Site, redis: RedisServer, failure: str
) -> None:
    key, limited = counting.key("billing"), limited_key(counting)
    with counting.serve() as server:
        assert [at_the_gate(server, each).status for each in (key, limited, FORGED)] == [200, 200, 401]
        assert sign_in(server).status == 302
        redis.pause() if failure == "hangs" else redis.kill()
        with ThreadPoolExecutor(16) as crowd:
            forged = [crowd.submit(seconds_of, lambda: at_the_gate(server, FORGED)) for _ in range(200)]
            answers = [future.result() for future in forged]
        assert {status for status, _ in answers} == {401}
        # Four threads waited once, at most, and from then on nobody but one a second.
        assert sum(seconds > 0.9 for _, seconds in answers) <= 20

        refused = at_the_gate(server, limited)
        assert (refused.status, refused.headers["Retry-After"]) == (503, "5")
        for _ in range(5):
            status, seconds = seconds_of(lambda: at_the_gate(server, key))
            assert status == 200
            assert seconds < 2.5
        attempts = [sign_in(server) for _ in range(4)]
        for attempt in attempts:
            assert (attempt.status, attempt.headers["Retry-After"]) == (503, "5")
            assert NOT_COUNTED in attempt.body
            assert not any("sessionid" in cookie for cookie in attempt.cookies)

        log = server.log.read_text()
        assert "Traceback" not in log
        assert 1 <= log.count("Rate limits cannot be counted") <= 3  # Of each kind, one.
        assert 1 <= log.count("Attempts cannot be counted") <= 3

        redis.resume() if failure == "hangs" else redis.start()
        time.sleep(1.1)
        assert at_the_gate(server, limited).status == 200
        assert sign_in(server).status == 302
