"""Requests handed to the application in its own process, without server and sockets. Runs in a DjangoProcess."""

from __future__ import annotations

import gc
import io
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from benchmarks.targets import Target

BLOCK = 20  # requests: short enough to fall between two disturbances


class Cost(NamedTuple):
    """Of one request: CPU time of this process in microseconds, and statements sent to the database."""

    microseconds: float
    queries: float


def costs(targets: Sequence[Target], headers: dict[str, list[str]], blocks: int) -> dict[str, Cost]:
    """The cost of a request to each target; the least disturbed of many interleaved blocks."""
    application = import_string(settings.WSGI_APPLICATION)
    calls = {target: _caller(application, target, headers[target.rows]) for target in targets}
    gc.collect()
    gc.freeze()
    with _quiet():
        for call in calls.values():
            _block(call)  # The first use of each key is recorded, and everything is imported and compiled.
        queries = {target: _queries(call) for target, call in calls.items()}
        times: dict[Target, list[float]] = {target: [] for target in targets}
        for _ in range(blocks):
            for target, call in calls.items():
                times[target].append(_block(call))
    return {target.label: Cost(min(times[target]) * 1e6, queries[target]) for target in targets}


def _caller(application: Any, target: Target, headers: Sequence[str]) -> Callable[[], None]:
    environ = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": target.path,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
    }
    expected = f"{target.status} "
    turns = cycle(headers)

    def start_response(status: str, _headers: Any, _exception: Any = None) -> None:
        if not status.startswith(expected):
            raise RuntimeError(f"{target.path} answered {status}")

    def call() -> None:
        request = {**environ, "HTTP_AUTHORIZATION": next(turns), "wsgi.input": io.BytesIO()}
        response = application(request, start_response)
        b"".join(response)
        if hasattr(response, "close"):
            response.close()

    return call


def _block(call: Callable[[], None]) -> float:
    """CPU seconds of one request."""
    start = time.process_time()
    for _ in range(BLOCK):
        call()
    return (time.process_time() - start) / BLOCK


def _queries(call: Callable[[], None]) -> float:
    statements = 0

    def count(execute: Any, *args: Any) -> Any:
        nonlocal statements
        statements += 1
        return execute(*args)

    with connection.execute_wrapper(count):
        for _ in range(BLOCK):
            call()
    return statements / BLOCK


@contextmanager
def _quiet() -> Iterator[None]:
    """Refusals are logged as always, to nowhere."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(nowhere)
        os.close(kept)
