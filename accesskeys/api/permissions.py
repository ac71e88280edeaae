"""What an authenticated key may do: scopes for any API, the policy's operations for this one."""

from __future__ import annotations

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accesskeys import policy
from accesskeys.api.actors import actor_of, calling_access_key
from accesskeys.api.errors import scope_is_missing
from accesskeys.models import AccessKey


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
        operation = view.operations.get(request.method)  # type: ignore[attr-defined]
        if operation is not None:
            policy.authorize(actor_of(request), operation, access_key_id=view.kwargs.get("pk"))
        return True


def HasScope(scope: str) -> type[BasePermission]:  # noqa: N802
    """A permission class for views of any project: ``permission_classes = [HasScope("orders:read")]``.

    Without a key the answer is 401; with one that lacks the scope, 403 with ``insufficient_scope`` (RFC 6750).
    """

    class RequiredScope(IsConsumer):
        def has_permission(self, request: Request, view: APIView) -> bool:
            if not super().has_permission(request, view):
                return False
            if not calling_access_key(request).has_scope(scope):
                raise scope_is_missing(scope)
            return True

    return RequiredScope
