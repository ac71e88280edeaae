"""The worker that gunicorn starts: ours, which answers gateways ahead of everything else."""

from __future__ import annotations

from gunicorn.http.message import Request

from accesskeys import gate
from identity_cloud.health import answers as health
from server.answers import written
from server.connections import Connection
from server.prompt import PromptWorker

_AHEAD = frozenset({gate.PATH, *health.PATHS})


class GateWorker(PromptWorker):
    """Answers ``/auth/verify/`` and probes as soon as the question is read, before anything is made for an application.

    What gunicorn prepares for WSGI, and checks of its answers, costs a third as much again. Wherever this worker does
    not run, ``gate.VerifyMiddleware`` and ``HealthMiddleware`` give the same answers.
    """

    def handle_request(self, req: Request, conn: Connection) -> bool:
        """Returns whether the connection is kept."""
        if req.path not in _AHEAD or req.proxy_protocol_info:
            kept: bool = super().handle_request(req, conn)
            return kept
        self.cfg.pre_request(self, req)
        body = b""
        if req.path == gate.PATH:
            answer = gate.verify(_question(req, conn))
        else:
            status, headers, body = health.answer(req.path, req.method, is_stopping=not self.alive)
            answer = gate.Answer(status, headers)
        # Whoever waits for our word before sending a body need not send it.
        keep = self.alive and not (req.should_close() or req._expected_100_continue)
        conn.sock.put(written(answer, keep=keep) + body)
        return keep


def _question(req: Request, conn: Connection) -> gate.Question:
    headers = dict(req.headers)
    if len(headers) < len(req.headers):  # Some are repeated.
        headers = {name: ",".join(value for each, value in req.headers if each == name) for name in headers}
    peer = conn.client if isinstance(conn.client, str) else conn.client[0]
    return gate.Question(
        req.query, headers.get("AUTHORIZATION", ""), peer, headers.get("X-FORWARDED-FOR", "")
    )
