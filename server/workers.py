"""The worker that gunicorn starts: ours, which answers gateways ahead of everything else."""

from __future__ import annotations

from typing import Any

from gunicorn.http.message import Request

from accesskeys import gate
from identity_cloud import request_ids, tracing
from identity_cloud.health import answers as health
from server import asked
from server.answers import Refused, written
from server.connections import Connection
from server.prompt import PromptWorker


class GateWorker(PromptWorker):
    """Answers ``/auth/verify/`` and probes as soon as the question is read, before anything is made for an application.

    What gunicorn prepares for WSGI, and checks of its answers, costs a third as much again. Wherever this worker does
    not run, ``gate.VerifyMiddleware`` and ``HealthMiddleware`` give the same answers.
    """

    ahead = frozenset({gate.PATH, *health.PATHS})

    def init_process(self) -> None:
        self._verify = tracing.watched_gate()
        super().init_process()

    def handle_request(self, req: Request, conn: Connection) -> bool:
        """Returns whether the connection is kept."""
        try:
            if req.path in self.ahead and not req.proxy_protocol_info:
                return self._answer_ahead(req, conn)
            kept: bool = super().handle_request(req, conn)
            return kept
        finally:
            request_ids.end()

    def handle_error(self, req: Request | None, client: Any, addr: Any, exc: BaseException) -> None:
        """Say what is wrong with a request that could not be read, under an id that its line in the log has as well."""
        request_id = request_ids.begin("")  # Whatever it called itself could not be read either.
        try:
            super().handle_error(req, Refused(client, request_id), addr, exc)
        finally:
            request_ids.end()

    def _answer_ahead(self, req: Request, conn: Connection) -> bool:
        self.cfg.pre_request(self, req)
        headers, peer, body = asked.headers_of(req), asked.peer_of(conn), b""
        request_id = request_ids.begin(peer, headers.get("X-REQUEST-ID", ""), headers.get("TRACEPARENT", ""))
        if req.path == gate.PATH:
            answer = self._verify(
                gate.Question(
                    req.query, headers.get("AUTHORIZATION", ""), peer, headers.get("X-FORWARDED-FOR", "")
                )
            )
        else:
            status, fields, body = health.answer(req.path, req.method, is_stopping=not self.alive)
            answer = gate.Answer(status, fields)
        # Whoever waits for our word before sending a body need not send it.
        keep = self.alive and not (req.should_close() or req._expected_100_continue)
        ours = asked.is_ours(req, headers)
        conn.sock.put(written(answer, keep=keep, request_id=request_id, ours=ours) + body)
        return keep


class ConsoleWorker(GateWorker):
    """The same where there is no gate: a gateway that is led here by mistake hears of no decision."""

    ahead = frozenset(health.PATHS)
