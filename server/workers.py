"""The server's worker: gunicorn reads requests and writes answers; who waits for them, and how long, is ours.

In gunicorn's own threaded worker the main thread waits for all connections and hands each request to a thread and
back, which costs more than most answers here. It waits for ever for the end of a request, and it stands still for up to
two seconds with every client that is slow to hang up. See docs/decisions/0019.
"""

from __future__ import annotations

import select
import selectors
import socket
import threading
import time
from contextlib import suppress
from email.utils import formatdate
from functools import lru_cache

from gunicorn.http.errors import ParseException
from gunicorn.http.message import Request
from gunicorn.workers.gthread import TConn, ThreadWorker

from accesskeys import gate
from server.peers import plain

REQUEST_SECONDS = 10.0  # For a client to send a whole request.
ANSWER_SECONDS = 120.0  # For us to make an answer, and a client to take it.
PARTING_SECONDS = 2.0  # For a client to hang up, once it has heard that we do.
TICK_SECONDS = 1.0
DRAIN_BYTES = 1 << 16

# Whoever is told of a connection has it alone, until it is armed again.
_IF_READABLE = select.EPOLLIN | select.EPOLLONESHOT
_IF_WRITABLE = select.EPOLLOUT | select.EPOLLONESHOT


class PromptWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types.
    """Threads wait for requests themselves; the main thread accepts connections, and ends those that take too long.

    A connection waits for a request in ``keepalived_conns``, without a thread; then a thread answers it, and it is
    ``_busy``; at its end it is ``_parting``. Whoever takes it out of one of these dicts has it alone.
    """

    def init_process(self) -> None:
        self._ready = select.epoll()
        # By file descriptor. gunicorn asks how many wait here before it promises to keep one more.
        self.keepalived_conns: dict[int, TConn] = {}
        self._parting: dict[int, TConn] = {}
        self._busy: dict[TConn, float] = {}  # Since when.
        self._open: set[TConn] = set()
        self._tended = 0.0
        super().init_process()

    def run(self) -> None:
        """What the main thread does until the server stops."""
        queue = self.method_queue  # A signal wakes the main thread through it.
        self.poller.register(queue.fileno(), selectors.EVENT_READ, queue.run_callbacks)
        for number in range(self.cfg.threads):
            threading.Thread(target=self._serve, name=f"requests-{number}", daemon=True).start()
        while self.alive and self.is_parent_alive():
            self.set_accept_enabled(len(self._open) < self.worker_connections)
            self._wait(TICK_SECONDS)
        self._stop()

    def _stop(self) -> None:
        """Let requests end that are being answered, or are under way on a connection that was kept."""
        self.alive = False  # It may be the parent that is gone.
        self.set_accept_enabled(False)
        end = time.monotonic() + self.cfg.graceful_timeout
        while self._open and (now := time.monotonic()) < end:
            for conn in self.keepalived_conns.copy().values():  # Threads still put some there.
                conn.timeout = min(conn.timeout, now + PARTING_SECONDS)
            self._wait(TICK_SECONDS / 10)
        for listener in self.sockets:
            listener.close()

    def _wait(self, seconds: float) -> None:
        self.notify()
        self.wait_for_and_dispatch_events(seconds)
        now = time.monotonic()
        if now - self._tended >= seconds:
            self._tended = now
            self._end_what_takes_too_long(now)

    def _end_what_takes_too_long(self, now: float) -> None:
        for place in (self.keepalived_conns, self._parting):
            for descriptor, conn in place.copy().items():
                if conn.timeout >= now or (place is self.keepalived_conns and _has_asked(conn)):
                    continue
                if place.pop(descriptor, None):
                    self._close(conn)
        for conn, began in self._busy.copy().items():
            if began + REQUEST_SECONDS < now:
                is_over = began + ANSWER_SECONDS < now
                with suppress(OSError):  # It has gone by itself.
                    conn.sock.shutdown(socket.SHUT_RDWR if is_over else socket.SHUT_RD)

    def accept(self, listener: socket.socket) -> None:
        """One more connection. Where there is no room for it, those that are here are served all the same."""
        try:
            super().accept(listener)
        except OSError as error:  # Too many open files, as a rule.
            self.log.error("A connection could not be accepted: %s", error)
            time.sleep(TICK_SECONDS)

    def enqueue_req(self, conn: TConn) -> None:
        """Take a new connection; gunicorn has just accepted it."""
        conn.client = plain(conn.client)
        conn.data_ready = True  # No thread is to wait for it.
        conn.set_timeout()
        self._open.add(conn)
        self.keepalived_conns[conn.sock.fileno()] = conn
        self._ready.register(conn.sock, _IF_READABLE)

    def _serve(self) -> None:
        """What each of the other threads does. It ends with the process."""
        while True:
            for descriptor, _ in self._ready.poll(maxevents=1):
                if conn := self.keepalived_conns.pop(descriptor, None):
                    self._answer(conn)
                elif conn := self._parting.pop(descriptor, None):
                    self._see_off(conn)

    def _answer(self, conn: TConn) -> None:
        self._busy[conn] = time.monotonic()
        try:
            kept = self.handle(conn)
        except BaseException:  # Such as SystemExit: the thread is needed for the next request.
            self.log.exception("A request was not answered")
            kept = False
        if not kept:
            self._part(conn)
            return
        conn.set_timeout()
        if not self.alive:
            conn.timeout = time.monotonic() + PARTING_SECONDS
        # The next request may have been read with this one. Then it is its turn after all others that wait now.
        has_next = conn.parser.unreader.buf.getvalue()
        self._leave(conn, self.keepalived_conns, _IF_WRITABLE if has_next else _IF_READABLE)

    def _part(self, conn: TConn) -> None:
        """Hang up, and wait for the client to. The end of an answer could be lost otherwise (RFC 9112, section 9.6)."""
        conn.timeout = time.monotonic() + PARTING_SECONDS
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            conn.sock.setblocking(False)
        except OSError:  # It has gone by itself.
            del self._busy[conn]
            self._close(conn)
        else:
            self._leave(conn, self._parting, _IF_READABLE)

    def _leave(self, conn: TConn, place: dict[int, TConn], event: int) -> None:
        descriptor = conn.sock.fileno()
        place[descriptor] = conn
        self._busy.pop(conn, None)
        with suppress(OSError):  # Its time was over, and the main thread has closed it.
            self._ready.modify(descriptor, event)

    def _see_off(self, conn: TConn) -> None:
        more = b""
        with suppress(OSError):
            more = conn.sock.recv(DRAIN_BYTES)
        if more:
            self._leave(conn, self._parting, _IF_READABLE)
        else:
            self._close(conn)

    def _close(self, conn: TConn) -> None:
        is_awaited = len(self._open) >= self.worker_connections or not self.alive
        self._open.discard(conn)
        conn.close()
        if is_awaited:
            self.method_queue.defer(_nothing)  # Wakes the main thread.

    def _keepalive_after(self, conn: TConn, keepalive: bool) -> bool:
        """What is left of the body is read. Where it is no body, an answer has gone out, and no second one may."""
        try:
            kept: bool = super()._keepalive_after(conn, keepalive)
        except (OSError, ParseException):
            kept = False
        return kept


class GateWorker(PromptWorker):
    """Answers ``/auth/verify/`` as soon as the question is read, before anything is made for an application.

    What gunicorn prepares for WSGI, and checks of its answers, costs a third as much again. Wherever this worker does
    not run, ``gate.VerifyMiddleware`` gives the same answers.
    """

    def handle_request(self, req: Request, conn: TConn) -> bool:
        """Returns whether the connection is kept."""
        if req.path != gate.PATH or req.proxy_protocol_info:
            kept: bool = super().handle_request(req, conn)
            return kept
        self.cfg.pre_request(self, req)
        answer = gate.verify(_question(req, conn))
        # Whoever waits for our word before sending a body need not send it.
        keep = self.alive and not (req.should_close() or req._expected_100_continue)
        keep = keep and len(self.keepalived_conns) < self.max_keepalived
        conn.sock.sendall(_written(answer, keep=keep))
        return keep


def _nothing() -> None:
    """What there is to do when the main thread wakes."""


def _has_asked(conn: TConn) -> bool:
    """Whether a request waits here for a thread."""
    with suppress(OSError):
        return bool(conn.sock.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
    return False


def _question(req: Request, conn: TConn) -> gate.Question:
    headers = dict(req.headers)
    if len(headers) < len(req.headers):  # Some are repeated.
        headers = {name: ",".join(value for each, value in req.headers if each == name) for name in headers}
    peer = conn.client if isinstance(conn.client, str) else conn.client[0]
    return gate.Question(
        req.query, headers.get("AUTHORIZATION", ""), peer, headers.get("X-FORWARDED-FOR", "")
    )


def _written(answer: gate.Answer, *, keep: bool) -> bytes:
    """The head of an answer (RFC 9112, section 4), which is all of it."""
    lines = [
        f"HTTP/1.1 {answer.status.value} {answer.status.phrase}",
        f"Date: {_date(int(time.time()))}",
        f"Connection: {'keep-alive' if keep else 'close'}",
        *(f"{name}: {value}" for name, value in answer.headers.items()),
        "\r\n",
    ]
    head = "\r\n".join(lines)
    if head.count("\n") != len(lines):
        raise ValueError("A header has a line break")
    return head.encode("latin-1")


@lru_cache(maxsize=2)
def _date(second: int) -> str:
    return formatdate(second, usegmt=True)
