"""Every request has an id, on its answer and on each line of the log: a trusted proxy's, or one of ours."""

from __future__ import annotations

import io
import os
import re
import threading

import pytest
from django.test import Client
from pytest_django import Settings

from identity_cloud import request_ids
from identity_cloud.request_ids import begin, current, end
from tests.identity_cloud.test_logs import written

__all__ = ["written"]

OURS = re.compile(r"[0-9a-f]{12}-[0-9a-f]+")
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACE_PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
PROXY, STRANGER = "10.0.3.7", "192.0.2.1"


@pytest.fixture(autouse=True)
def proxies(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = ["10.0.3.7/32"]


@pytest.mark.parametrize("given", ["a", "A1.b_c-d", "x" * 64, "550e8400-e29b-41d4-a716-446655440000"])
def test_a_trusted_proxy_names_it(given: str) -> None:
    assert begin(PROXY, given) == given == current()[0]


@pytest.mark.parametrize(
    "given",
    [
        "",
        "x" * 65,
        "a b",
        "a,b",
        "a\nb",
        "é",
        "../etc",
        "a\n",
        f"ica_{'A' * 51}",
        f"x-ica_{'A' * 10}",
        f"ica_{43 * 'x'}",
    ],
)
def test_what_is_no_name_is_not_taken(given: str) -> None:
    assert OURS.fullmatch(begin(PROXY, given))


@pytest.mark.parametrize("peer", [STRANGER, "", "nonsense"])
def test_nobody_else_names_it(peer: str) -> None:
    assert OURS.fullmatch(begin(peer, "theirs", TRACE_PARENT))
    assert current()[1] == ""


@pytest.mark.parametrize(
    ("given", "trace_id"),
    [
        (TRACE_PARENT, TRACE),
        (f"01-{TRACE}-00f067aa0ba902b7-01-more", TRACE),
        (f"00-{'0' * 32}-00f067aa0ba902b7-01", ""),
        (f"00-{TRACE}-{'0' * 16}-01", ""),
        (f"ff-{TRACE}-00f067aa0ba902b7-01", ""),
        (f"00-{TRACE.upper()}-00f067aa0ba902b7-01", ""),
        (f"{TRACE_PARENT},{TRACE_PARENT}", ""),
        ("nonsense", ""),
    ],
)
def test_the_trace_of_a_trusted_proxy_is_kept(given: str, trace_id: str) -> None:
    begin(PROXY, "", given)
    assert current()[1] == trace_id


def test_no_two_are_one() -> None:
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.extend(begin("") for _ in range(1000))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 4000


def test_a_forked_child_says_others() -> None:
    reader, writer = os.pipe()
    ours = request_ids._process
    child = os.fork()
    if child == 0:
        os.write(writer, begin("").encode())
        os._exit(0)
    os.waitpid(child, 0)
    theirs = os.read(reader, 100).decode()
    assert OURS.fullmatch(theirs)
    assert not theirs.startswith(ours)


def test_a_thread_without_a_request_has_none() -> None:
    begin("")
    elsewhere: list[str] = []
    thread = threading.Thread(target=lambda: elsewhere.append(current()[0]))
    thread.start()
    thread.join()
    end()
    assert [*current(), *elsewhere] == ["", "", ""]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "status", "is_logged"),
    [
        ("/accounts/login/", 200, False),
        ("/", 302, False),
        ("/nowhere/", 404, True),
        ("/api/v1/ping/", 401, True),
        ("/api/v1/nowhere/", 404, True),
        ("/auth/verify/", 401, False),
        ("/health/live", 200, False),
    ],
)
def test_every_answer_says_it_and_so_does_its_line(
    client: Client, written: io.StringIO, path: str, status: int, is_logged: bool
) -> None:
    headers = {"X-Request-Id": "theirs", "traceparent": TRACE_PARENT}
    mine, proxied = client.get(path, headers=headers), client.get(path, headers=headers, REMOTE_ADDR=PROXY)
    ours = mine["X-Request-Id"]
    assert (mine.status_code, bool(OURS.fullmatch(ours)), proxied["X-Request-Id"]) == (status, True, "theirs")
    expected = [f"[{ours}]", f"[theirs {TRACE}]"] if is_logged else []
    assert [
        line[line.index("[") : line.index("]") + 1] for line in written.getvalue().splitlines()
    ] == expected


@pytest.mark.django_db
def test_a_host_that_is_not_ours_hears_it_too(client: Client) -> None:
    refused = client.get("/accounts/login/", headers={"Host": "evil.example"})
    assert (refused.status_code, bool(OURS.fullmatch(refused["X-Request-Id"]))) == (400, True)
