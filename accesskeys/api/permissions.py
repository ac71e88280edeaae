"""What an authenticated key may do: scopes for any API, the policy's operations for this one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework.permissions import BasePermission, OperandHolder, SingleOperandHolder
from rest_framework.request import Request

from accesskeys.api.actors import actor_of, calling_access_key
from accesskeys.api.exceptions import ScopeMissing
from accesskeys.http import client_address
from accesskeys.models import AccessKey
from accesskeys.operations import policy
from accesskeys.verification import refusal_log

if TYPE_CHECKING:
    from rest_framework.views import APIView


def log_missing_scope(request: Request, scope: str) -> None:
    """Tell the log what the caller is told, and whose key it was."""
    address = client_address(request._request)
    refusal_log.write(f"scope {scope}", address=address, access_key=calling_access_key(request))


class IsConsumer(BasePermission):
    """Any usable key."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.auth, AccessKey)


class MayPerform(IsConsumer):
    """A key with the scope that the policy names for the view's operation; the policy audits the refusal.

    The view says in ``operations`` which operation a method is. A method that is not there is answered by 405 later.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not super().has_permission(request, view):
            return False
        operation = view.operation_of(request)  # type: ignore[attr-defined]
        if operation is not None:
            policy.authorize(actor_of(request), operation, access_key_id=view.kwargs.get("pk"))
        return True


class HasScope(SingleOperandHolder):
    """A permission for views of any project: ``permission_classes = [HasScope("orders:read")]``.

    Without a key the answer is 401; with one that lacks the scope, 403 with ``insufficient_scope`` (RFC 6750).
    ``HasScope("a") | HasScope("b")`` takes either, and names the first, which would do. In any other combination it
    is one condition among others, and the answer is DRF's plain 403.
    """

    def __init__(self, *scopes: str) -> None:
        self._scopes = scopes

    def __or__(self, other: Any) -> OperandHolder | HasScope:  # type: ignore[override]
        if isinstance(other, HasScope):
            return HasScope(*self._scopes, *other._scopes)
        return super().__or__(other)

    def __call__(self) -> BasePermission:
        """DRF asks for one permission a request."""
        return _CarriesOneOf(self._scopes)


class _CarriesOneOf(IsConsumer):
    def __init__(self, scopes: tuple[str, ...]) -> None:
        self._scopes = scopes
        self._refused: Request | None = None

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not super().has_permission(request, view):
            return False
        self._refused = request
        return any(map(calling_access_key(request).has_scope, self._scopes))

    @property
    def message(self) -> None:
        """DRF asks for it once it has decided to refuse, which is the moment for a refusal of our own."""
        if self._refused:
            log_missing_scope(self._refused, self._scopes[0])
            raise ScopeMissing(self._scopes[0])
