"""Forward authentication: gateways ask at ``/auth/verify/`` whether a request may pass."""

from accesskeys.gate.middleware import VerifyMiddleware
from accesskeys.gate.verify import PATH, Answer, Question, verify

__all__ = ["PATH", "Answer", "Question", "VerifyMiddleware", "verify"]
