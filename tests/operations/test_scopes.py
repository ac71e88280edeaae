"""The scopes that an access key is given."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from accesskeys import operations, verification
from accesskeys.core.exceptions import InsufficientScope
from accesskeys.models import AccessKey
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory
from tests.helpers import audit_log, codes

pytestmark = pytest.mark.django_db


class TestScopes:
    @given(st.lists(st.sampled_from(["a", "b", "orders:read", "orders:write"]), max_size=8))
    def test_are_a_set_in_order(self, command: Actor, scopes: list[str]) -> None:
        access_key, key = operations.generate(name="scoped", actor=command, scopes=scopes)
        assert verification.authenticate(key).scopes == access_key.scopes == sorted(set(scopes))
        operations.revoke(access_key_id=access_key.pk, actor=command)

    @pytest.mark.parametrize(("count", "kept"), [(32, True), (33, False)])
    def test_thirty_two_are_the_limit(self, command: Actor, count: int, kept: bool) -> None:
        scopes = [f"orders:read{number}" for number in range(count)]
        try:
            operations.generate(name="scoped", actor=command, scopes=[*scopes, *scopes])
        except ValidationError as refusal:
            assert codes(refusal) == {"scopes": ["too_many"]}
            assert refusal.messages == ["An access key carries at most 32 scopes."]
        assert AccessKey.objects.filter(name="scoped").exists() == kept

    @pytest.mark.parametrize(
        "scope",
        [
            "",
            ":",
            "a:",
            ":a",
            "a::b",
            "Orders:read",
            "orders read",
            "orders:read\n",
            "1orders",
            "-a",
            "órders",
            "a:１",
            "a" * 101,
            "a:\x00",
            "a:\x1b[2J",
        ],
    )
    def test_a_malformed_one_is_refused(self, command: Actor, scope: str) -> None:
        with pytest.raises(ValidationError) as refusal:
            operations.generate(name="scoped", actor=command, scopes=["orders:read", scope])
        assert codes(refusal.value) == {"scopes": ["invalid_scope"]}
        assert f"“{repr(scope)[1:-1]}” is not a scope." in refusal.value.messages[0]
        assert refusal.value.messages[0].isprintable()
        assert not AccessKey.objects.exists()

    @pytest.mark.parametrize(
        "scope", ["a", "orders", "orders:read", "a.b-c_9:d:e:f", "access_keys:reveal", "a" * 100]
    )
    def test_a_well_formed_one_is_kept(self, command: Actor, scope: str) -> None:
        _, key = operations.generate(name="scoped", actor=command, scopes=[scope])
        assert verification.authenticate(key).has_scope(scope)

    @pytest.mark.parametrize(
        ("held", "granted", "lacking"),
        [
            (["access_keys:write"], [], None),
            (["access_keys:write"], ["access_keys:write"], None),
            (["access_keys:write", "orders:read"], ["orders:read"], None),
            (["access_keys:write"], ["access_keys:reveal"], "access_keys:reveal"),
            (["access_keys:write"], ["access_keys:write", "orders:read"], "orders:read"),
            (["access_keys:write", "orders"], ["orders:read"], "orders:read"),
        ],
    )
    def test_a_key_never_gives_what_it_lacks(
        self, held: list[str], granted: list[str], lacking: str | None
    ) -> None:
        caller = Actor.for_access_key(AccessKeyFactory(scopes=held), address=None)
        if lacking is None:
            access_key, _ = operations.generate(name="child", actor=caller, scopes=granted)
            assert access_key.scopes == sorted(granted)
        else:
            with pytest.raises(InsufficientScope) as refusal:
                operations.generate(name="child", actor=caller, scopes=granted)
            assert refusal.value.scope == lacking
            assert str(refusal.value) == f"The access key lacks the scope {lacking}."
            assert audit_log()[-1][:3] == ("access_key.generated", "refused", "insufficient_scope")
            assert not AccessKey.objects.filter(name="child").exists()
