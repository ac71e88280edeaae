"""What several of these tests ask in the same words."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connections

from accesskeys import verification
from accesskeys.core.exceptions import InvalidKey
from accesskeys.models import AccessKey, AuditEvent

Decide = Callable[[str], int | None]


KEY = "ica_"


@contextmanager
def serving(decide: Decide, *, without_a_key: int = 401) -> Iterator[str]:
    """A server that answers each key with the status decided, or hangs up on None; yields its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            presented = self.headers["Authorization"]
            status = decide(presented.removeprefix("Bearer ")) if presented else without_a_key
            if status is None:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def finish(self) -> None:
            super().finish()
            connections.close_all()

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def obedient(key: str) -> int:
    """What Identity Cloud answers."""
    try:
        verification.authenticate(key)
    except InvalidKey:
        return 401
    return 200


def drill(*arguments: str) -> str:
    output = io.StringIO()
    call_command("revocation_drill", "--connections=2", "--timeout=5", *arguments, stdout=output)
    return output.getvalue()


def failed_drill(*arguments: str) -> tuple[str, str]:
    """The sentence that the drill ends with, and what it prints before. No access key stays behind."""
    output = io.StringIO()
    with pytest.raises(CommandError) as failure:
        call_command("revocation_drill", "--connections=2", "--timeout=5", *arguments, stdout=output)
    assert failure.value.returncode == 1
    assert not AccessKey.objects.exists()
    assert KEY not in f"{failure.value}{output.getvalue()}"
    return str(failure.value), output.getvalue()


def actions() -> list[tuple[str, str]]:
    return list(AuditEvent.objects.order_by("id").values_list("action", "outcome"))
