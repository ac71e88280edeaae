"""What each endpoint is for, and one answer of it.

Every example here is held against the schema that it illustrates, by a test. The key in them is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACCESS_KEY: Final = {
    "id": "5b0ac3f2-6f2e-4c0e-9d5f-2b7a1c7d9e10",
    "name": "billing_worker",
    "scopes": ["orders:read"],
    "allowed_networks": ["192.0.2.0/24"],
    "rate_limit": "100/minute",
    "created_at": "2030-01-31T12:00:00Z",
    "created_by": "ada",
    "expires_at": "2030-12-31T23:59:59Z",
    "suspended_at": None,
    "last_used_at": "2030-02-01T08:15:00Z",
    "description": "Sends the invoices of the night",
    "owner": "Payments",
    "labels": {"team": "payments"},
}
KEY: Final = {"key": "ica_…"}
ROTATION: Final = {
    "id": ACCESS_KEY["id"],
    "created_at": "2030-02-01T09:00:00Z",
    "created_by": "ada",
    "grace": 86400,
    "old_key_ends_at": "2030-03-03T09:00:00Z",
    "old_key_last_used_at": "2030-02-01T08:15:00Z",
    "next_key_first_used_at": None,
    "next_key_last_used_at": None,
}
GENERATED: Final = {**ACCESS_KEY, "created_by": "ci_pipeline", "last_used_at": None, **KEY}


class Told(NamedTuple):
    """Of one endpoint: the purpose in a sentence or two, and the JSON of an answer; None: it has no body.

    ``headers`` are those that drf-spectacular is not told of by the view.
    """

    purpose: Promise
    answer: Any
    headers: Mapping[str, Any] = MappingProxyType({})


OPERATIONS: Final = MappingProxyType(
    {
        "ping": Told(
            _("Says whether a key is usable, at the least cost. Good for health checks."), {"status": "ok"}
        ),
        "describe_current_access_key": Told(
            _("Tells a program which access key it calls with, and until when."), ACCESS_KEY
        ),
        "rotate_current_access_key": Told(
            _(
                "Lets a program replace its own key. Asked again while the next key is pending, it gives the same one."
            ),
            {**ROTATION, **KEY},
        ),
        "list_access_keys": Told(
            _(
                "Finds access keys, page by page. Parameters narrow the list; an access key has to meet each of them."
            ),
            {"next": None, "previous": None, "results": [ACCESS_KEY]},
        ),
        "generate_access_key": Told(
            _(
                "Makes an access key and tells its key, this once. With an Idempotency-Key it may be sent again."
            ),
            GENERATED,
            headers={
                "Location": {
                    "schema": {"type": "string", "format": "uri-reference"},
                    "description": _("The address of the access key."),
                    "example": f"/api/v1/access-keys/{ACCESS_KEY['id']}/",
                }
            },
        ),
        "describe_access_key": Told(_("Tells all about an access key but its key."), ACCESS_KEY),
        "change_access_key": Told(
            _("Changes what the body names, in one step, or nothing. It holds from the next request on."),
            ACCESS_KEY,
        ),
        "revoke_access_key": Told(
            _(
                "Ends an access key for good: its key is refused from the next request on. There is no way back."
            ),
            None,
        ),
        "reveal_access_key": Told(_("Tells the key of an access key. The audit log notes it first."), KEY),
        "limit_access_key": Told(
            _("Sets both limits together: from which networks a key is accepted, and how often."), ACCESS_KEY
        ),
        "suspend_access_key": Told(
            _("Refuses a key until it is resumed. A second time changes nothing."),
            {**ACCESS_KEY, "suspended_at": "2030-02-01T09:00:00Z"},
        ),
        "resume_access_key": Told(
            _("Accepts a suspended key again. A second time changes nothing."), ACCESS_KEY
        ),
        "describe_rotation": Told(_("Tells where a rotation stands, and never a key."), ROTATION),
        "rotate_access_key": Told(
            _("Makes a next key beside the present one. Both are accepted until the old one ends."),
            {**ROTATION, **KEY},
        ),
        "cancel_rotation": Told(_("Drops the next key, as long as nobody has used it."), ACCESS_KEY),
        "complete_rotation": Told(
            _("Ends the old key at once. Programs that still use it are refused."), ACCESS_KEY
        ),
    }
)


def describe(document: dict[str, Any]) -> None:
    """Add purpose and example to each endpoint that has any."""
    for operation in (each for methods in document["paths"].values() for each in methods.values()):
        told = OPERATIONS.get(operation["operationId"])
        if told is None:
            continue
        operation["description"] = f"{told.purpose} {operation['description']}"
        operation["x-purpose"] = str(told.purpose)
        [answer] = [each for status, each in operation["responses"].items() if status < "300"]
        if told.headers:
            answer["headers"] = {**told.headers, **answer.get("headers", {})}
        if told.answer is not None:
            answer["content"]["application/json"]["examples"] = {"answer": {"value": told.answer}}
