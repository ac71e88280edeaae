"""The server's worker: gunicorn reads requests and writes answers; who waits for them, and how long, is ours.

In gunicorn's own threaded worker the main thread waits for all connections and hands each request to a thread and
back, which costs more than most answers here. A thread waits for the end of a request, and for a client that is slow to
take its answer; and whoever asks for much leaves no thread to verify a key. See docs/decisions/0019 and 0025.
"""

from __future__ import annotations

import errno
import selectors
import socket
import sys
import threading
import time
from contextlib import suppress

from gunicorn.http.body import LengthReader
from gunicorn.http.errors import NoMoreData, ParseException
from gunicorn.http.message import Request
from gunicorn.workers.gthread import ThreadWorker

from accesskeys import gate
from accesskeys.http import DECISION_PATHS
from identity_cloud import request_ids
from identity_cloud.health.answers import PATHS as HEALTH_PATHS
from server import asked, line, open_files
from server.answers import Application, busy, resetting
from server.connections import Connection, Stage
from server.line import Line
from server.peers import plain
from server.waiting import WaitingRoom

REQUEST_SECONDS = 10.0  # For a client to send a whole request.
PROGRESS_SECONDS = 120.0  # Without a byte of an answer made, or taken.
PARTING_SECONDS = 2.0  # For a client to hang up, once it has heard that we do.
TICK_SECONDS = 1.0
LAST_SECONDS = 4.0  # Of a stop: for what is written down behind decisions, before gunicorn kills the process.

KEY_PATHS = frozenset({gate.PATH, *DECISION_PATHS, *HEALTH_PATHS})
SWITCH_SECONDS = 0.0005  # After which a page lets the interpreter go, where a key wants it. Python has 0.005.

_GONE = (errno.EPIPE, errno.ECONNRESET, errno.ENOTCONN, errno.ECONNABORTED)
_NO_ROOM = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class PromptWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types.
    """Threads wait for requests themselves; the main thread accepts connections, and ends those that take too long.

    A connection waits for its client in the room, without a thread. Once a whole request is there, a thread has it, and
    it is ``_busy``: one of the ``threads``, which are for questions about a key, or one of a few for everything else.
    """

    wsgi: Application

    def init_process(self) -> None:
        self._room = WaitingRoom()
        # gunicorn asks how many there are before it promises to keep one.
        self.keepalived_conns = self._room.waiting
        self._busy: dict[Connection, float] = {}  # Since when.
        self._open: set[Connection] = set()
        self._line = Line()
        self._tended = 0.0
        self.max_keepalived = sys.maxsize  # Where there are too many, those that say nothing make room.
        self._steps = {
            Stage.SILENT: self._receive,
            Stage.KEPT: self._receive,
            Stage.ARRIVING: self._receive,
            Stage.OUTGOING: self._send_more,
            Stage.QUEUED: self._receive,
            Stage.PARTING: self._see_off,
        }
        sys.setswitchinterval(SWITCH_SECONDS)
        open_files.allow(4 * self.worker_connections)
        super().init_process()

    def load_wsgi(self) -> None:
        """Load the application; an answer of it that breaks off is to look like one."""
        super().load_wsgi()
        self.wsgi = resetting(self.wsgi)

    def run(self) -> None:
        """What the main thread does until the server stops."""
        queue = self.method_queue  # A signal wakes the main thread through it.
        self.poller.register(queue.fileno(), selectors.EVENT_READ, queue.run_callbacks)
        for number in range(self.cfg.threads):
            threading.Thread(target=self._serve, name=f"keys-{number}", daemon=True).start()
        for number in range(line.THREADS):
            threading.Thread(target=self._serve_pages, name=f"pages-{number}", daemon=True).start()
        self.set_accept_enabled(True)
        while self.alive and self.is_parent_alive():
            self._wait(TICK_SECONDS)
        self._stop()

    def _stop(self) -> None:
        """Let requests end that are being answered, or are under way on a connection that was kept."""
        self.alive = False  # It may be the parent that is gone.
        self.set_accept_enabled(False)
        end = time.monotonic() + self.cfg.graceful_timeout - LAST_SECONDS
        while self._open and (now := time.monotonic()) < end:
            for conn in self._room.waiting.copy().values():  # Threads still put some there.
                if conn.stage in (Stage.SILENT, Stage.KEPT):
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
        for conn in self._room.overdue(now):
            self._give_up(conn)
        for conn, began in self._busy.copy().items():
            if not conn.is_whole and began + REQUEST_SECONDS < now:
                with suppress(OSError):  # It has gone by itself.
                    conn.sock.shutdown(socket.SHUT_RD)
            if max(began, conn.sock.progressed) + PROGRESS_SECONDS < now and not conn.sock.is_given_up:
                self.log.warning("An answer has made no progress for %d s, and is given up", PROGRESS_SECONDS)
                conn.sock.is_given_up = True
                # Of an answer that has begun, this would seem to be the end.
                if conn.sock.progressed < began:
                    with suppress(OSError):
                        conn.sock.shutdown(socket.SHUT_RDWR)

    def accept(self, listener: socket.socket) -> None:
        """One more connection. Where there is no room, whoever has waited longest for nothing makes some."""
        try:
            sock, peer = listener.accept()
        except OSError as error:
            if error.errno in _NO_ROOM and not self._make_room():
                self.log.error("A connection could not be accepted: %s", error)
                time.sleep(TICK_SECONDS)
            return
        if len(self._open) >= self.worker_connections:
            self._make_room()
        try:
            conn = Connection(self.cfg, sock, plain(peer), listener.getsockname())
        except OSError:  # It has gone by itself.
            sock.close()
            return
        self._open.add(conn)
        conn.set_timeout()
        self._room.admit(conn)

    def _make_room(self) -> bool:
        """End the connections that are missed least; returns whether there were some."""
        before = len(self._open)
        for conn in self._room.least_missed():
            self._give_up(conn)
        return len(self._open) < before

    def _give_up(self, conn: Connection) -> None:
        if conn.stage in (Stage.OUTGOING, Stage.QUEUED):
            self.log.warning("A client has stopped to take its answer: %d bytes were left", conn.sock.unsent)
            conn.sock.abort()
        self._close(conn)

    def _serve(self) -> None:
        """What each thread for keys does. It ends with the process."""
        while True:
            for conn in self._room.next():
                try:
                    self._steps[conn.stage](conn)
                except Exception:  # The thread is needed for the next one.
                    self.log.exception("A connection is given up")
                    self._close(conn)

    def _serve_pages(self) -> None:
        """What each of the other threads does."""
        while True:
            try:
                self._line.serve(self._answer, self._refuse)
            except Exception:  # As above.
                self.log.exception("A page is given up")

    def _receive(self, conn: Connection) -> None:
        """More of a request has come. Once it is all there, it is answered, or put in line."""
        try:
            conn.receive()
            request = conn.next_request()
        except (StopIteration, OSError):
            self._close(conn)
            return
        except Exception as error:  # noqa: BLE001  Whatever it is, it is answered.
            self.handle_error(None, conn.sock, conn.client, error)
            self._settle(conn, kept=False)
            return
        if request is None and conn.is_over:
            self._close(conn)
        elif request is None:
            is_new = conn.stage is not Stage.ARRIVING
            self._room.wait(
                conn, Stage.ARRIVING, time.monotonic() + REQUEST_SECONDS if is_new else conn.timeout
            )
        elif conn.is_whole and request.path in KEY_PATHS:
            self._line.decisions += 1
            self._answer(conn, request)
        elif not self._line.wait(conn, request):
            self._refuse(conn, request)

    def _answer(self, conn: Connection, request: Request) -> None:
        self._busy[conn] = time.monotonic()
        if not conn.is_whole:
            request.force_close()
        kept = False
        try:
            kept = self.handle_request(request, conn) and self._is_read(conn, request)
        except (StopIteration, NoMoreData):
            pass
        except OSError as error:
            if error.errno not in _GONE:
                self.log.exception("A request was not answered")
            conn.sock.abort()
        except BaseException as error:  # noqa: BLE001  Such as SystemExit: the thread is needed for the next request.
            self.handle_error(request, conn.sock, conn.client, error)
        self._settle(conn, kept=kept)

    def _is_read(self, conn: Connection, request: Request) -> bool:
        """Whether what is left of the body is read, so that another request may follow."""
        reader = request.body.reader
        if isinstance(reader, LengthReader) and not reader.length:
            return True
        try:
            return conn.is_whole and bool(conn.parser.finish_body(deadline=time.monotonic() + TICK_SECONDS))
        except ParseException:  # It is no body. An answer has gone out, and no second one may.
            return False

    def _refuse(self, conn: Connection, request: Request) -> None:
        """Say that we are busy."""
        with suppress(OSError):
            ours = asked.is_ours(request, asked.headers_of(request))
            conn.sock.sendall(busy(request.path, request_ids.begin(asked.peer_of(conn)), ours=ours))
        request_ids.end()
        self._settle(conn, kept=False)

    def _settle(self, conn: Connection, *, kept: bool) -> None:
        """An answer is made. Its client may be slow to take it."""
        conn.is_kept = kept
        self._busy.pop(conn, None)
        try:
            conn.sock.flush()
        except OSError:
            self._close(conn)
            return
        if conn.sock.unsent:
            self._room.wait(conn, Stage.OUTGOING, conn.sock.progressed + PROGRESS_SECONDS, to_send=True)
        elif kept:
            self._keep(conn)
        else:
            self._part(conn)

    def _send_more(self, conn: Connection) -> None:
        try:
            conn.sock.send_more()
        except OSError:
            self._close(conn)
        else:
            self._settle(conn, kept=conn.is_kept)

    def _keep(self, conn: Connection) -> None:
        now = time.monotonic()
        if conn.has_begun_another:  # It is its turn after all others that wait now.
            self._room.wait(conn, Stage.QUEUED, now + PROGRESS_SECONDS, to_send=True)
        else:
            self._room.wait(conn, Stage.KEPT, now + (self.cfg.keepalive if self.alive else PARTING_SECONDS))

    def _part(self, conn: Connection) -> None:
        """Hang up, and wait for the client to. The end of an answer could be lost otherwise (RFC 9112, section 9.6)."""
        try:
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:  # It has gone by itself.
            self._close(conn)
        else:
            self._room.wait(conn, Stage.PARTING, time.monotonic() + PARTING_SECONDS)

    def _see_off(self, conn: Connection) -> None:
        if conn.drain():
            self._room.wait(conn, Stage.PARTING, conn.timeout)
        else:
            self._close(conn)

    def _close(self, conn: Connection) -> None:
        self._open.discard(conn)
        conn.close()
        if not self.alive:
            self.method_queue.defer(_nothing)  # Wakes the main thread, which waits for the last one.


def _nothing() -> None:
    """What there is to do when the main thread wakes."""
