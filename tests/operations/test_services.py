"""The operations: what they change, what they refuse, and that a refusal changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone
from hypothesis import assume, given
from hypothesis import strategies as st

from accesskeys import operations, verification
from accesskeys.core import keys
from accesskeys.core.exceptions import InsufficientScope, InvalidKey, NotFound
from accesskeys.models import AccessKey, AuditEvent
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import audit_log, codes, refusing_inserts, stored
from tests.strategies import ANY_TEXT, NAMES, is_a_name

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
UNKNOWN = "018f2c3e-6f6a-4c3b-9a53-0123456789ab"


class TestGenerate:
    def test_a_name_alone_is_enough(self, command: Actor) -> None:
        access_key, key = operations.generate(name="billing", actor=command)
        assert keys.parse(key)
        assert verification.authenticate(key) == access_key
        assert operations.reveal(access_key_id=access_key.pk, actor=command) == key
        assert (access_key.name, access_key.scopes, access_key.expires_at, access_key.last_used_at) == (
            "billing",
            [],
            None,
            None,
        )
        assert access_key.created_by == "manage.py"
        assert timezone.now() - access_key.created_at < timedelta(minutes=1)

    def test_what_is_returned_is_what_is_stored(self, command: Actor) -> None:
        expires_at = timezone.now() + timedelta(days=90)
        access_key, _ = operations.generate(
            name="billing", actor=command, scopes=["orders:write", "orders:read"], expires_at=expires_at
        )
        again = AccessKey.objects.get()
        assert again.pk == access_key.pk
        assert (again.name, again.scopes, again.expires_at, again.created_at, again.created_by) == (
            access_key.name,
            access_key.scopes,
            access_key.expires_at,
            access_key.created_at,
            access_key.created_by,
        )
        assert again.expires_at == expires_at

    def test_each_key_is_new(self) -> None:
        made = AccessKeyFactory.create_batch(20)
        assert len({key_of(access_key) for access_key in made}) == 20
        assert len({access_key.pk for access_key in made}) == 20

    @given(ANY_TEXT)
    def test_any_text_is_a_name_exactly_when_it_keeps_the_rule(self, command: Actor, name: str) -> None:
        before = AccessKey.objects.count()
        if is_a_name(name):
            access_key, _ = operations.generate(name=name, actor=command)
            assert AccessKey.objects.get(name=name) == access_key
            operations.revoke(access_key_id=access_key.pk, actor=command)
        else:
            with pytest.raises(ValidationError) as refusal:
                operations.generate(name=name, actor=command)
            assert codes(refusal.value) == {"name": ["invalid"]}
            event = AuditEvent.objects.latest("id")
            assert (event.outcome, event.reason, event.access_key_name) == ("refused", "invalid", "")
        assert AccessKey.objects.count() == before

    def test_a_taken_name_is_refused(self, command: Actor) -> None:
        first = AccessKeyFactory(name="billing")
        row = stored(first.pk)
        with pytest.raises(ValidationError) as refusal:
            operations.generate(name="billing", actor=command)
        assert codes(refusal.value) == {"name": ["unique"]}
        assert refusal.value.messages == ["Another access key has this name. Choose a different one."]
        assert (AccessKey.objects.count(), stored(first.pk)) == (1, row)

    def test_no_other_integrity_error_is_called_a_taken_name(self, command: Actor) -> None:
        AccessKeyFactory(name="first")
        with refusing_inserts("accesskeys_accesskey"), pytest.raises(IntegrityError, match="refused"):
            operations.generate(name="second", actor=command)
        assert not AccessKey.objects.filter(name="second").exists()

    def test_everything_wrong_is_said_at_once(self, command: Actor) -> None:
        with pytest.raises(ValidationError) as refusal:
            operations.generate(name="", actor=command, scopes=["Orders"], expires_at=timezone.now())
        assert codes(refusal.value) == {
            "name": ["invalid"],
            "scopes": ["invalid_scope"],
            "expires_at": ["not_in_future"],
        }
        assert AuditEvent.objects.get().details == {"errors": codes(refusal.value)}
        assert not AccessKey.objects.exists()

    @pytest.mark.parametrize("distance", [timedelta(0), timedelta(microseconds=-1), timedelta(days=-400)])
    def test_no_access_key_is_born_expired(
        self, command: Actor, time_machine: Any, distance: timedelta
    ) -> None:
        time_machine.move_to(NOW, tick=False)
        with pytest.raises(ValidationError) as refusal:
            operations.generate(name="billing", actor=command, expires_at=NOW + distance)
        assert codes(refusal.value) == {"expires_at": ["not_in_future"]}
        assert refusal.value.messages == ["Choose a time in the future."]

    def test_a_microsecond_is_a_life(self, command: Actor, time_machine: Any) -> None:
        time_machine.move_to(NOW, tick=False)
        access_key, key = operations.generate(
            name="billing", actor=command, expires_at=NOW + timedelta(microseconds=1)
        )
        assert verification.authenticate(key) == access_key


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


class TestReveal:
    def test_shows_the_key_again_and_again(self, command: Actor) -> None:
        access_key = AccessKeyFactory()
        shown = [operations.reveal(access_key_id=access_key.pk, actor=command) for _ in range(3)]
        assert shown == [key_of(access_key)] * 3
        assert [told.action for told in audit_log()] == ["access_key.generated"] + ["access_key.shown"] * 3

    def test_changes_nothing(self, command: Actor) -> None:
        access_key = AccessKeyFactory()
        row = stored(access_key.pk)
        operations.reveal(access_key_id=access_key.pk, actor=command)
        assert stored(access_key.pk) == row

    def test_shows_an_expired_key_too(self, command: Actor) -> None:
        access_key = AccessKeyFactory(expired=True)
        assert operations.reveal(access_key_id=access_key.pk, actor=command) == key_of(access_key)


class TestRename:
    def test_changes_the_name_and_nothing_else(self, command: Actor) -> None:
        access_key = AccessKeyFactory(name="billing", scopes=["orders:read"])
        row = stored(access_key.pk)
        renamed = operations.rename(access_key_id=access_key.pk, name="shipping", actor=command)
        assert (renamed.pk, renamed.name) == (access_key.pk, "shipping")
        assert stored(access_key.pk) == {**row, "name": "shipping"}
        assert verification.authenticate(key_of(access_key)).name == "shipping"
        assert operations.reveal(access_key_id=access_key.pk, actor=command) == key_of(access_key)

    def test_frees_the_old_name(self, command: Actor) -> None:
        operations.rename(access_key_id=AccessKeyFactory(name="billing").pk, name="shipping", actor=command)
        AccessKeyFactory(name="billing")
        assert set(AccessKey.objects.values_list("name", flat=True)) == {"billing", "shipping"}

    def test_to_its_own_name_or_another_case_is_allowed(self, command: Actor) -> None:
        access_key = AccessKeyFactory(name="billing")
        for name in ("billing", "Billing"):
            assert operations.rename(access_key_id=access_key.pk, name=name, actor=command).name == name

    @given(ANY_TEXT)
    def test_any_text_is_a_name_exactly_when_it_keeps_the_rule(self, command: Actor, name: str) -> None:
        access_key = AccessKeyFactory()
        if is_a_name(name):
            operations.rename(access_key_id=access_key.pk, name=name, actor=command)
            assert stored(access_key.pk)["name"] == name
        else:
            with pytest.raises(ValidationError) as refusal:
                operations.rename(access_key_id=access_key.pk, name=name, actor=command)
            assert codes(refusal.value) == {"name": ["invalid"]}
            assert audit_log()[-1] == (
                "access_key.renamed",
                "refused",
                "invalid",
                access_key.pk,
                access_key.name,
            )
            assert stored(access_key.pk)["name"] == access_key.name
        operations.revoke(access_key_id=access_key.pk, actor=command)

    def test_to_a_taken_name_is_refused(self, command: Actor) -> None:
        access_key, other = AccessKeyFactory(name="billing"), AccessKeyFactory(name="shipping")
        rows = stored(access_key.pk), stored(other.pk)
        with pytest.raises(ValidationError) as refusal:
            operations.rename(access_key_id=access_key.pk, name="shipping", actor=command)
        assert codes(refusal.value) == {"name": ["unique"]}
        assert (stored(access_key.pk), stored(other.pk)) == rows
        assert audit_log()[-1] == ("access_key.renamed", "refused", "unique", access_key.pk, "billing")


class TestRevoke:
    def test_deletes_the_row_and_refuses_the_key(self, command: Actor) -> None:
        access_key, other = AccessKeyFactory(name="billing"), AccessKeyFactory()
        revoked = operations.revoke(access_key_id=access_key.pk, actor=command)
        assert revoked == (access_key.pk, "billing")
        assert list(AccessKey.objects.all()) == [other]
        with pytest.raises(InvalidKey) as refusal:
            verification.authenticate(key_of(access_key))
        assert refusal.value.reason == "unknown"
        assert verification.authenticate(key_of(other)) == other

    def test_frees_the_name_and_not_the_key(self, command: Actor) -> None:
        access_key = AccessKeyFactory(name="billing")
        operations.revoke(access_key_id=access_key.pk, actor=command)
        again = AccessKeyFactory(name="billing")
        assert again.pk != access_key.pk
        with pytest.raises(InvalidKey):
            verification.authenticate(key_of(access_key))

    def test_an_expired_one_can_go_too(self, command: Actor) -> None:
        operations.revoke(access_key_id=AccessKeyFactory(expired=True).pk, actor=command)
        assert not AccessKey.objects.exists()


OPERATIONS: Iterable[tuple[str, Callable[[UUID, Actor], object]]] = [
    ("access_key.shown", lambda pk, actor: operations.reveal(access_key_id=pk, actor=actor)),
    ("access_key.renamed", lambda pk, actor: operations.rename(access_key_id=pk, name="other", actor=actor)),
    ("access_key.suspended", lambda pk, actor: operations.suspend(access_key_id=pk, actor=actor)),
    ("access_key.resumed", lambda pk, actor: operations.resume(access_key_id=pk, actor=actor)),
    (
        "access_key.limited",
        lambda pk, actor: operations.limit(
            access_key_id=pk, allowed_networks=[], rate_limit=None, actor=actor
        ),
    ),
    ("access_key.revoked", lambda pk, actor: operations.revoke(access_key_id=pk, actor=actor)),
]


@pytest.mark.parametrize(("action", "operation"), OPERATIONS)
class TestWhatIsNotThere:
    def test_is_not_found(
        self, action: str, operation: Callable[[UUID, Actor], object], command: Actor
    ) -> None:
        unknown = uuid4()
        with pytest.raises(NotFound) as refusal:
            operation(unknown, command)
        assert refusal.value.code == "not_found"
        assert str(refusal.value) == "There is no such access key. It may have been revoked."
        assert audit_log() == [(action, "refused", "not_found", unknown, "")]

    def test_stays_away_after_a_revoke(
        self, action: str, operation: Callable[[UUID, Actor], object], command: Actor
    ) -> None:
        access_key = AccessKeyFactory()
        operations.revoke(access_key_id=access_key.pk, actor=command)
        with pytest.raises(NotFound):
            operation(access_key.pk, command)
        assert not AccessKey.objects.exists()
        assert audit_log()[-1][:4] == (action, "refused", "not_found", access_key.pk)


class TestFind:
    def test_a_name_or_an_id(self) -> None:
        access_key = AccessKeyFactory(name="billing")
        for name_or_id in ("billing", str(access_key.pk)):
            found = operations.find(name_or_id)
            assert (found.pk, found.name) == (access_key.pk, "billing")
            assert found.get_deferred_fields() == {"digest", "sealed"}

    @pytest.mark.parametrize("name_or_id", ["unknown", "", "a b", "a\x00", UNKNOWN])
    def test_anything_else_is_not_found(self, name_or_id: str) -> None:
        AccessKeyFactory(name="billing")
        with pytest.raises(NotFound):
            operations.find(name_or_id)


class TestResolve:
    def test_a_name_or_an_id(self) -> None:
        access_key = AccessKeyFactory(name="billing")
        assert operations.resolve("billing") == access_key.pk
        assert operations.resolve(str(access_key.pk)) == access_key.pk
        assert operations.resolve(access_key.pk.hex.upper()) == access_key.pk

    def test_an_unknown_id_is_left_to_the_operation(self) -> None:
        unknown = uuid4()
        assert operations.resolve(str(unknown)) == unknown

    def test_a_name_in_another_case_is_another_name(self) -> None:
        AccessKeyFactory(name="billing")
        with pytest.raises(NotFound):
            operations.resolve("Billing")

    @given(NAMES.filter(lambda name: len(name) > 20) | st.text("0123456789abcdef", min_size=28, max_size=30))
    def test_a_name_is_never_mistaken_for_an_id(self, command: Actor, name: str) -> None:
        access_key, _ = operations.generate(name=name, actor=command)
        assert operations.resolve(name) == access_key.pk
        operations.revoke(access_key_id=access_key.pk, actor=command)

    @given(ANY_TEXT)
    def test_any_other_text_is_not_found(self, text: str) -> None:
        try:
            UUID(text)
        except ValueError:
            with pytest.raises(NotFound):
                operations.resolve(text)
        else:
            assume(False)
