"""What stands between the console and its identity provider, and says what a certified one never would."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs

Tamper = Callable[[dict[str, Any]], Any]


class Proxy:
    """Hands everything on, except for the answers that a test wants changed."""

    def __init__(self, port: int, behind: int) -> None:
        self.behind = behind
        self.tampers: dict[str, Tamper] = {}  # by path: what makes another JSON answer of the right one
        self.seen: list[str] = []  # the paths that were asked for
        self.logout_tokens: list[str] = []  # what was sent to the back channel
        self.hang: Event | None = None  # Nothing is answered before it is set.
        self.is_away = False
        handler = type("Handler", (_Handler,), {"proxy": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._server.daemon_threads = True
        Thread(target=self._server.serve_forever, daemon=True).start()

    def reset(self) -> None:
        """As a test finds it."""
        self.tampers, self.seen, self.logout_tokens = {}, [], []
        self.hang, self.is_away = None, False

    def stop(self) -> None:
        """No longer."""
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    proxy: Proxy

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        path = self.path.partition("?")[0]
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.proxy.seen.append(path)
        if self.proxy.is_away:
            return  # The connection closes without a word.
        if self.proxy.hang is not None:
            self.proxy.hang.wait(20)
            return
        if path == "/back-channel":
            self.proxy.logout_tokens += parse_qs(body.decode())["logout_token"]
            self._send(200, [], b"")
            return
        connection = http.client.HTTPConnection("127.0.0.1", self.proxy.behind, timeout=10)
        connection.request(self.command, self.path, body, dict(self.headers.items()))
        answer = connection.getresponse()
        content = answer.read()
        if path in self.proxy.tampers:
            changed = self.proxy.tampers[path](json.loads(content))
            content = changed if isinstance(changed, bytes) else json.dumps(changed).encode()
        self._send(answer.status, answer.getheaders(), content)

    def _send(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in {"content-length", "transfer-encoding", "connection", "keep-alive"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_args: Any) -> None:
        """Nothing: a test says itself what it saw."""
