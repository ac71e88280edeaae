"""The permission matrix, held against the resolver: nobody gets further than ``matrix`` says, anywhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django import Settings

from accesskeys import operations
from accesskeys.models import AccessKey, AuditEvent, BulkRun, HandOver, Rotation
from accesskeys.operations.actors import Actor
from accesskeys.operations.policy import RULES, Operation
from tests.doors.callers import CALLERS, CONSUMERS, OPERATORS
from tests.doors.doors import FORM
from tests.doors.matrix import MATRIX, METHODS, answers
from tests.factories import AccessKeyFactory, OperatorFactory

pytestmark = pytest.mark.django_db

# What is asked for where something is done. Reading is no action.
OPERATIONS = {
    ("settings/access-keys/generate/", None): Operation.GENERATE,
    ("settings/access-keys/find/", None): Operation.FIND,
    ("settings/access-keys/<access_key_id:pk>/", None): Operation.RENAME,
    ("settings/access-keys/<access_key_id:pk>/reveal/", None): Operation.REVEAL,
    ("settings/access-keys/<access_key_id:pk>/revoke/", None): Operation.REVOKE,
    ("settings/access-keys/<access_key_id:pk>/limits/", None): Operation.LIMIT,
    ("settings/access-keys/<access_key_id:pk>/scopes/", None): Operation.RESCOPE,
    ("settings/access-keys/<access_key_id:pk>/expiry/", None): Operation.EXTEND,
    ("settings/access-keys/<access_key_id:pk>/facts/", None): Operation.DESCRIBE,
    ("settings/access-keys/<access_key_id:pk>/hand-over/", None): Operation.HAND_OVER,
    ("settings/access-keys/<access_key_id:pk>/hand-over/<int:number>/", None): Operation.TAKE_BACK,
    ("settings/access-keys/<access_key_id:pk>/suspend/", None): Operation.SUSPEND,
    ("settings/access-keys/<access_key_id:pk>/resume/", None): Operation.RESUME,
    ("settings/access-keys/<access_key_id:pk>/rotate/", None): Operation.ROTATE,
    ("settings/access-keys/<access_key_id:pk>/rotate/end-old-key/", None): Operation.COMPLETE_ROTATION,
    ("settings/access-keys/<access_key_id:pk>/rotate/cancel/", None): Operation.CANCEL_ROTATION,
    ("settings/access-keys/many/", None): Operation.REVOKE,
    ("settings/operators/invite/", None): Operation.INVITE_OPERATOR,
    ("settings/operators/<int:pk>/roles/", None): Operation.SET_ROLES,
    ("settings/operators/<int:pk>/activate/", None): Operation.ACTIVATE_OPERATOR,
    ("settings/operators/<int:pk>/deactivate/", None): Operation.DEACTIVATE_OPERATOR,
    ("settings/operators/<int:pk>/reset/", None): Operation.RESET_OPERATOR,
    ("settings/operators/<int:pk>/sessions/", None): Operation.END_SESSIONS,
    ("settings/access-keys/many/<uuid:run_id>/", None): Operation.REVOKE,
    ("account/recovery-codes/", "POST"): Operation.ADD_FACTOR,
    ("account/factors/<int:pk>/remove/", "POST"): Operation.REMOVE_FACTOR,
    ("api/v1/access-keys/<access_key_id:pk>/limits/", "PUT"): Operation.LIMIT,
    ("api/v1/access-keys/<access_key_id:pk>/suspension/", "PUT"): Operation.SUSPEND,
    ("api/v1/access-keys/<access_key_id:pk>/suspension/", "DELETE"): Operation.RESUME,
    ("api/v1/access-keys/<access_key_id:pk>/rotation/", "POST"): Operation.ROTATE,
    ("api/v1/access-keys/<access_key_id:pk>/rotation/", "DELETE"): Operation.CANCEL_ROTATION,
    ("api/v1/access-keys/<access_key_id:pk>/rotation/completion/", "POST"): Operation.COMPLETE_ROTATION,
    ("api/v1/access-keys/current/rotation/", "POST"): Operation.ROTATE_SELF,
    ("api/v1/access-keys/", "POST"): Operation.GENERATE,
    ("api/v1/access-keys/<access_key_id:pk>/", "PATCH"): Operation.RENAME,
    ("api/v1/access-keys/<access_key_id:pk>/", "DELETE"): Operation.REVOKE,
    ("api/v1/access-keys/<access_key_id:pk>/reveal/", "POST"): Operation.REVEAL,
}
# What is refused for another reason than a missing permission: these operators have no factor.
REASONS = {
    "account/recovery-codes/": "no_factor",
    "account/factors/<int:pk>/remove/": "not_found",
}
# Bodies that are accepted from those who may: a refusal is for want of permission, and of nothing else.
SELECTION = "settings/access-keys/many/"
FORMS: dict[str, dict[str, str]] = {
    "settings/access-keys/generate/": {"name": "fresh"},
    "settings/access-keys/<access_key_id:pk>/": {"name": "another"},
    "settings/access-keys/<access_key_id:pk>/revoke/": {"understood": "on"},
    "settings/access-keys/<access_key_id:pk>/limits/": {"requests": "5", "period": "minute"},
    "settings/access-keys/<access_key_id:pk>/rotate/": {"grace": "3600", "ends_in": "86400"},
    "settings/access-keys/<access_key_id:pk>/scopes/": {"own_scopes": "orders:read"},
    "settings/access-keys/<access_key_id:pk>/expiry/": {"lifetime": "30"},
    "settings/access-keys/<access_key_id:pk>/facts/": {"owner": "payments"},
    "settings/access-keys/<access_key_id:pk>/hand-over/": {"hours": "24"},
    "hand-over/": {"secret": "nothing"},
    SELECTION: {"operation": "revoke"},
    "settings/access-keys/many/<uuid:run_id>/": {"number": "1"},
    "oauth2/revoke/": {"token": "nothing"},
    "oauth2/introspect/": {"token": "nothing"},
    "settings/operators/invite/": {"name": "friend"},
    "settings/operators/<int:pk>/roles/": {"roles": "Viewers", "was": ""},
    "accounts/link/": {"secret": "nothing"},
}
JSON: dict[str, dict[str, Any]] = {
    "api/v1/access-keys/": {"name": "fresh"},
    "api/v1/access-keys/<access_key_id:pk>/": {"name": "another"},
    "api/v1/access-keys/<access_key_id:pk>/limits/": {"allowed_networks": [], "rate_limit": "5/minute"},
}

POST_ALONE = re.compile(
    "(reveal|limits|scopes|expiry|facts|hand-over/1|suspend|resume|many|roles|(?<!de)activate|sessions)/$"
)
ACCESS_KEY_COLUMNS = [
    field.name
    for field in AccessKey._meta.fields
    if field.name not in {"digest", "sealed", "last_used_at", "key_first_used_at"}
]


@dataclass
class Targets:
    """What a request is about; made anew after it was changed."""

    access_key: AccessKey
    user: User
    run: BulkRun | None = None

    @classmethod
    def make(cls, route: str, method: str) -> Targets:
        # The names that the bodies ask for are free again.
        AccessKey.objects.filter(name__in=["fresh", "another"]).delete()
        User.objects.filter(username="friend").delete()
        targets = cls(AccessKeyFactory(), OperatorFactory(is_active="/activate" not in route))
        if OPERATIONS.get((route, method), OPERATIONS.get((route, None))) == Operation.RESUME:
            operations.suspend(access_key_id=targets.access_key.pk, actor=Actor.for_command())
        begins = route.endswith("rotate/") or (method == "POST" and route.endswith("rotation/"))
        if "rotat" in route and not begins:
            operations.rotate(access_key_id=targets.access_key.pk, actor=Actor.for_command())
        if "many/<uuid:run_id>" in route:
            targets.run = operations.draft_run(
                operation=Operation.REVOKE, access_key_ids=[targets.access_key.pk], actor=Actor.for_command()
            )
        if "<int:number>" in route:
            operations.hand_over(access_key_id=targets.access_key.pk, actor=Actor.for_command())
        return targets

    def address(self, route: str) -> str:
        """The route with the targets in it."""
        for part, value in {
            "<access_key_id:pk>": self.access_key.pk,
            "<uuid:run_id>": self.run,
            "<int:number>": 1,
            "<int:pk>": self.user.pk,
        }.items():
            route = route.replace(part, str(value))
        return f"/{route}"


def routes(patterns: Iterable[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route


def everything() -> list[Any]:
    """All that a request may change and that matters; signing in and the last use are not part of it."""
    return [
        list(AccessKey.objects.order_by("pk").values(*ACCESS_KEY_COLUMNS)),
        list(Rotation.objects.order_by("pk").values_list("pk", "ends_at")),
        list(HandOver.objects.order_by("pk").values_list("pk", "taken_back_at")),
        list(User.objects.order_by("pk").values("pk", "username", "password", "is_superuser", "is_active")),
        list(User.groups.through.objects.order_by("pk").values_list("user_id", "group_id")),
        list(Group.objects.order_by("pk").values_list("pk", "name")),
        list(Group.permissions.through.objects.order_by("pk").values_list("group_id", "permission_id")),
    ]


def ask(client: Client, method: str, route: str, targets: Targets) -> Any:
    address = targets.address(route)
    if route.startswith("api/"):
        body = JSON.get(route, {}) if method in {"POST", "PUT", "PATCH"} else {}
        return client.generic(method, address, json.dumps(body), "application/json")
    fields = dict(FORMS.get(route, {}))
    if route == SELECTION:
        fields["id"] = str(targets.access_key.pk)
        address += f"?{urlencode(fields)}"
    return client.generic(method, address, urlencode(fields), FORM)


def expected_events(route: str, method: str, caller: str, cell: str) -> list[tuple[str, str, str]]:
    if (route, method) == ("accounts/logout/", "POST") and caller in OPERATORS:
        return [("operator.signed_out", "succeeded", "")]
    operation = OPERATIONS.get((route, None)) or OPERATIONS.get((route, method))
    if operation is None or cell[-1] not in "*!":
        return []
    action = str(RULES[operation].action)
    if cell.endswith("*"):
        return [(action, "succeeded", "")]
    missing = "insufficient_scope" if caller in CONSUMERS else "permission_denied"
    return [(action, "refused", REASONS.get(route, missing))]


def test_the_matrix_names_every_address() -> None:
    assert set(routes(get_resolver().url_patterns)) == set(MATRIX)


@pytest.mark.parametrize("route", MATRIX)
def test_everybody_gets_as_far_as_the_matrix_says(route: str, settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = False
    clients = {name: come() for name, come in CALLERS.items()}
    for method in METHODS:
        targets = Targets.make(route, method)
        before = everything()
        for caller, cell in answers(route, method).items():
            last = AuditEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
            response = ask(clients[caller], method, route, targets)
            if response.streaming:
                list(response)  # To its end, which lets the next export begin.
            events = AuditEvent.objects.filter(pk__gt=last).values_list("action", "outcome", "reason")
            after = everything()

            which = f"{method} /{route} by {caller}"
            assert (which, str(response.status_code)) == (which, cell.rstrip("*!"))
            assert (which, list(events)) == (which, expected_events(route, method, caller, cell))
            if cell.endswith("*"):
                assert after != before or route.endswith(("reveal/", "sessions/")), which
                targets = Targets.make(route, method)
                before = everything()
            else:
                assert after == before, which
            if "logout" in route:
                clients[caller] = CALLERS[caller]()
                before = everything()


@pytest.mark.parametrize("caller", ["anonymous", *CONSUMERS])
@pytest.mark.parametrize("route", [route for route in MATRIX if route.startswith("settings/")])
def test_strangers_are_sent_to_the_sign_in_page_and_back(route: str, caller: str) -> None:
    address = Targets.make(route, "GET").address(route)
    response = CALLERS[caller]().get(address)
    # Nobody is sent back to an address that answers to POST alone.
    back = POST_ALONE.sub("", address)
    assert response["Location"] == f"/accounts/login/?{urlencode({'next': back}, safe='/')}"
