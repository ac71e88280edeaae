"""A key reaches no access key with a scope that it lacks: operations × the caller's scopes × the target's."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest
from django.test import Client

from accesskeys import operations
from accesskeys.core.scopes import INTROSPECT, METRICS, READ, REVEAL, WRITE
from accesskeys.models import AccessKey, AuditEvent
from accesskeys.operations.actors import Actor
from tests.clients import consumer, signed_in
from tests.doors.helpers import run
from tests.factories import AccessKeyFactory, OperatorFactory, key_of
from tests.helpers import holds_part_of, stored

pytestmark = pytest.mark.django_db


class Asked(NamedTuple):
    """How the API is asked for an operation, and what it answers if it is done."""

    method: str
    path: str
    body: dict[str, Any] | None
    scope: str
    action: str
    status: int


LIMITS = {"allowed_networks": ["127.0.0.0/8"], "rate_limit": "9/minute"}
ASKED = {
    "rename": Asked("PATCH", "", {"name": "another"}, WRITE, "access_key.renamed", 200),
    "rescope": Asked("PATCH", "", {"scopes": [WRITE]}, WRITE, "access_key.rescoped", 200),
    "extend": Asked("PATCH", "", {"expires_at": "2099-01-01T00:00:00Z"}, WRITE, "access_key.extended", 200),
    "describe": Asked("PATCH", "", {"owner": "another"}, WRITE, "access_key.described", 200),
    "reveal": Asked("POST", "reveal/", None, REVEAL, "access_key.shown", 200),
    "limit": Asked("PUT", "limits/", LIMITS, WRITE, "access_key.limited", 200),
    "suspend": Asked("PUT", "suspension/", None, WRITE, "access_key.suspended", 200),
    "resume": Asked("DELETE", "suspension/", None, WRITE, "access_key.resumed", 200),
    "revoke": Asked("DELETE", "", None, WRITE, "access_key.revoked", 204),
}
HELD = ((), (READ,), (WRITE, REVEAL), ("orders",), ("orders:read", METRICS))
CARRIED = (
    (),
    (READ,),
    (WRITE,),
    (REVEAL,),
    (INTROSPECT,),
    (METRICS,),
    ("orders",),
    ("orders:read",),
    ("orders:read", METRICS),
    (READ, WRITE, REVEAL),
)


def ask(client: Client, asked: Asked, access_key: AccessKey) -> Any:
    path = f"/api/v1/access-keys/{access_key.pk}/{asked.path}"
    body = "" if asked.body is None else json.dumps(asked.body)
    return client.generic(asked.method, path, body, "application/json")


def last_event() -> tuple[str, str, str, Any, str, Any]:
    event = AuditEvent.objects.latest("pk")
    subject = event.access_key_id, event.access_key_name
    return event.action, event.outcome, event.reason, *subject, event.actor_access_key_id


def target_of(name: str, *carried: str) -> AccessKey:
    access_key: AccessKey = AccessKeyFactory(scopes=carried)
    if name == "resume":
        operations.suspend(access_key_id=access_key.pk, actor=Actor.for_command())
    return access_key


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("held", HELD, ids=" ".join)
@pytest.mark.parametrize("carried", CARRIED, ids=" ".join)
def test_only_where_it_holds_all_that_the_other_carries(
    name: str, held: tuple[str, ...], carried: tuple[str, ...], caplog: pytest.LogCaptureFixture
) -> None:
    asked = ASKED[name]
    caller = AccessKeyFactory(scopes={*held, asked.scope})
    target = target_of(name, *carried)
    before = stored(target.pk)
    lacking = sorted({*carried} - {*held, asked.scope})
    caplog.set_level("INFO", "accesskeys.authentication")

    response = ask(consumer(caller), asked, target)

    told = (asked.action, "refused" if lacking else "succeeded", "insufficient_scope" if lacking else "")
    assert last_event() == (*told, target.pk, last_name(target), caller.pk)
    if not lacking:
        assert response.status_code == asked.status
        assert name in {"reveal", "rescope"} or stored(target.pk) != before
        return
    assert response.status_code == 403
    assert response["WWW-Authenticate"] == (
        f'Bearer realm="identity-cloud", error="insufficient_scope", scope="{lacking[0]}"'
    )
    assert [error["code"] for error in response.json()["errors"]] == ["insufficient_scope"]
    assert stored(target.pk) == before
    assert not holds_part_of(key_of(target), response.content)
    said = f"Key refused: scope {lacking[0]}, from 127.0.0.1: access key {caller.name} ({caller.pk})"
    assert caplog.messages.count(said) == 1


def last_name(access_key: AccessKey) -> str:
    """What it is called now, or was when it went."""
    return (
        AccessKey.objects.filter(pk=access_key.pk).values_list("name", flat=True).first() or access_key.name
    )


class TestItself:
    @pytest.fixture
    def caller(self) -> AccessKey:
        access_key: AccessKey = AccessKeyFactory(name="caller", scopes=[READ, WRITE, REVEAL, "orders:read"])
        return access_key

    @pytest.mark.parametrize(
        "limits", [LIMITS, {"allowed_networks": [], "rate_limit": None}, {"allowed_networks": ["home"]}]
    )
    def test_a_key_never_changes_its_own_limits(
        self, caller: AccessKey, command: Actor, limits: dict[str, Any]
    ) -> None:
        operations.limit(
            access_key_id=caller.pk, allowed_networks=["127.0.0.0/8"], rate_limit="99/hour", actor=command
        )
        asked = ASKED["limit"]._replace(body={"rate_limit": None, **limits})

        response = ask(consumer(caller), asked, caller)

        assert response.status_code == 403
        sentence = (
            "An access key cannot change its own limits or expiry, nor those of others while it has some. "
            "An operator can."
        )
        assert response.json() == {
            "type": "client_error",
            "errors": [{"code": "permission_denied", "detail": sentence, "attr": None}],
        }
        assert "WWW-Authenticate" not in response
        after = AccessKey.objects.get(pk=caller.pk)
        assert (after.allowed_networks, after.rate_limit) == (["127.0.0.0/8"], "99/hour")
        told = ("access_key.limited", "refused", "permission_denied")
        assert last_event() == (*told, caller.pk, "caller", caller.pk)

    def test_of_another_with_the_same_scopes_it_does(self, caller: AccessKey) -> None:
        target = AccessKeyFactory(scopes=caller.scopes)
        assert ask(consumer(caller), ASKED["limit"], target).status_code == 200
        assert AccessKey.objects.get(pk=target.pk).rate_limit == "9/minute"

    @pytest.mark.parametrize("name", ["rename", "reveal", "suspend", "revoke"])
    def test_everything_else_it_does(self, caller: AccessKey, name: str) -> None:
        assert ask(consumer(caller), ASKED[name], caller).status_code == ASKED[name].status


class TestWhoIsNotBound:
    """Operators and administrators carry no scopes, and reach every access key that their role lets them."""

    @pytest.fixture
    def target(self) -> AccessKey:
        access_key: AccessKey = AccessKeyFactory(name="target", scopes=[INTROSPECT, "orders:read"])
        return access_key

    @pytest.mark.parametrize(
        ("page", "form"),
        [
            ("", {"name": "another"}),
            ("reveal/", {}),
            ("limits/", {"requests": "5", "period": "minute"}),
            ("suspend/", {}),
            ("revoke/", {"understood": "on"}),
        ],
    )
    def test_an_operator(self, target: AccessKey, page: str, form: dict[str, str]) -> None:
        operator = signed_in(OperatorFactory(roles=["Operators"]))
        assert operator.post(f"/settings/access-keys/{target.pk}/{page}", form).status_code in {200, 302}
        assert last_event()[1] == "succeeded"

    @pytest.mark.parametrize(
        "command",
        [
            ("show_access_key", "target"),
            ("rename_access_key", "target", "another"),
            ("limit_access_key", "target", "--rate", "9/hour"),
            ("rescope_access_key", "target", "--scope", "any:thing"),
            ("extend_access_key", "target", "--expires-in", "1d"),
            ("describe_access_key", "target", "--owner", "team"),
            ("suspend_access_key", "target"),
            ("revoke_access_key", "target", "--no-input"),
        ],
        ids=lambda command: command[0],
    )
    def test_a_command(self, target: AccessKey, command: tuple[str, ...]) -> None:
        run(*command)
        assert last_event()[1] == "succeeded"


@pytest.mark.parametrize("granting", [True, False])
def test_what_is_refused_of_a_grant_is_in_the_log_too(
    granting: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "accesskeys.authentication")
    caller = AccessKeyFactory(scopes=[WRITE])
    body = {"name": "child", "scopes": ["orders:read"] if granting else []}
    response = consumer(caller).post("/api/v1/access-keys/", json.dumps(body), "application/json")
    assert response.status_code == (403 if granting else 201)
    assert ("Key refused: scope orders:read" in caplog.text) == granting
