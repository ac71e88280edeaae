"""Other scopes for an access key that is there."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError

from accesskeys import operations, verification
from accesskeys.core.exceptions import Forbidden, InsufficientScope, NotFound
from accesskeys.operations.actors import Actor
from tests.clients import anybody, consumer
from tests.factories import AccessKeyFactory, OperatorFactory, key_of, proven
from tests.helpers import audit_log, codes, stored
from tests.operations.changing import changed_columns, program, told

pytestmark = pytest.mark.django_db


def test_sets_them_and_nothing_else(command: Actor) -> None:
    access_key = AccessKeyFactory(scopes=["orders:read", "old"])
    before = stored(access_key.pk)
    scopes = ["orders:write", "orders:read", "orders:write"]
    changed = operations.rescope(access_key_id=access_key.pk, scopes=scopes, actor=command)
    assert changed.scopes == ["orders:read", "orders:write"]
    assert changed_columns(access_key, before) == {"scopes": ["orders:read", "orders:write"]}
    assert told("rescoped") == [
        (
            "succeeded",
            "",
            {"scopes": {"before": ["old", "orders:read"], "after": ["orders:read", "orders:write"]}},
        )
    ]


def test_from_the_next_request_on_at_api_and_gate(command: Actor) -> None:
    access_key = AccessKeyFactory(scopes=["access_keys:read"])
    client, gateway = consumer(access_key), anybody(authorization=f"Bearer {key_of(access_key)}")

    def answers() -> tuple[int, int]:
        asked = gateway.get("/auth/verify/?scope=access_keys:read")
        return client.get("/api/v1/access-keys/").status_code, asked.status_code

    assert answers() == (200, 200)
    operations.rescope(access_key_id=access_key.pk, scopes=["orders:read"], actor=command)
    assert answers() == (403, 403)
    assert verification.authenticate(key_of(access_key)).scopes == ["orders:read"]
    operations.rescope(access_key_id=access_key.pk, scopes=["access_keys:read"], actor=command)
    assert answers() == (200, 200)


@pytest.mark.parametrize(
    ("scopes", "code"), [(["Orders"], "invalid_scope"), ([f"s{number}" for number in range(33)], "too_many")]
)
def test_what_is_wrong_changes_nothing(command: Actor, scopes: list[str], code: str) -> None:
    access_key = AccessKeyFactory(scopes=["orders:read"])
    before = stored(access_key.pk)
    with pytest.raises(ValidationError) as refusal:
        operations.rescope(access_key_id=access_key.pk, scopes=scopes, actor=command)
    assert codes(refusal.value) == {"scopes": [code]}
    assert stored(access_key.pk) == before
    assert told("rescoped") == [("refused", code, {"errors": {"scopes": [code]}})]


class TestWhoMay:
    @pytest.mark.parametrize(
        ("carried", "wished", "lacking"),
        [
            ([], ["access_keys:write"], None),
            (["orders:read"], [], None),
            ([], ["access_keys:reveal"], "access_keys:reveal"),
            (["orders:write"], [], "orders:write"),
            (["orders:read"], ["orders:read", "orders"], "orders"),
        ],
    )
    def test_a_key_neither_gives_nor_touches_a_scope_that_it_lacks(
        self, carried: list[str], wished: list[str], lacking: str | None
    ) -> None:
        caller, access_key = program("orders:read"), AccessKeyFactory(scopes=carried)
        if lacking is None:
            operations.rescope(access_key_id=access_key.pk, scopes=wished, actor=caller)
            assert stored(access_key.pk)["scopes"] == wished
            return
        with pytest.raises(InsufficientScope) as refusal:
            operations.rescope(access_key_id=access_key.pk, scopes=wished, actor=caller)
        assert refusal.value.scope == lacking
        assert stored(access_key.pk)["scopes"] == carried
        assert told("rescoped") == [("refused", "insufficient_scope", {})]

    def test_a_key_takes_scopes_from_itself_and_never_gives_itself_one(self) -> None:
        caller = program("orders:read")
        assert caller.access_key_id is not None
        with pytest.raises(InsufficientScope):
            operations.rescope(
                access_key_id=caller.access_key_id, scopes=["access_keys:write", "more"], actor=caller
            )
        operations.rescope(access_key_id=caller.access_key_id, scopes=["access_keys:write"], actor=caller)
        assert stored(caller.access_key_id)["scopes"] == ["access_keys:write"]

    @pytest.mark.parametrize(("role", "may"), [("Viewers", False), ("Auditors", False), ("Operators", True)])
    def test_an_operator_by_role(self, role: str, may: bool) -> None:
        actor = proven(OperatorFactory(roles=[role]), address=None)
        access_key = AccessKeyFactory()
        if may:
            operations.rescope(access_key_id=access_key.pk, scopes=["any:thing"], actor=actor)
        else:
            with pytest.raises(Forbidden):
                operations.rescope(access_key_id=access_key.pk, scopes=["any:thing"], actor=actor)
        assert stored(access_key.pk)["scopes"] == (["any:thing"] if may else [])
        assert told("rescoped")[0][:2] == (("succeeded", "") if may else ("refused", "permission_denied"))

    def test_a_key_that_may_only_read(self) -> None:
        caller = Actor.for_access_key(AccessKeyFactory(scopes=["access_keys:read"]), address=None)
        with pytest.raises(InsufficientScope):
            operations.rescope(access_key_id=AccessKeyFactory().pk, scopes=[], actor=caller)
        assert told("rescoped") == [("refused", "insufficient_scope", {})]


def test_one_that_is_gone_stays_gone(command: Actor) -> None:
    gone = uuid4()
    with pytest.raises(NotFound):
        operations.rescope(access_key_id=gone, scopes=[], actor=command)
    assert stored(gone) == {}
    assert audit_log() == [("access_key.rescoped", "refused", "not_found", gone, "")]
    assert json.dumps(told("rescoped")[0][2]) == "{}"
