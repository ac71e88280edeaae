"""Whether every access key is whole: what is damage, and what is none."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from pytest_django import Settings

from accesskeys import operations, verification
from accesskeys.core.exceptions import Forbidden, IntegrityFailure, InvalidKey
from accesskeys.models import AccessKey, AuditEvent
from accesskeys.operations.actors import Actor
from accesskeys.operations.check_integrity import IntegrityCheck
from tests.factories import AccessKeyFactory, OperatorFactory, key_of, proven
from tests.helpers import audit_log, master_key

pytestmark = pytest.mark.django_db

Found = dict[UUID, tuple[str, ...]]


def checked(actor: Actor, after: UUID | None = None) -> tuple[IntegrityCheck, Found]:
    with operations.check_integrity(actor=actor, after=after) as check:
        found = {each.id: each.damages for page in check.pages() for each in page}
    return check, found


def change(access_key: AccessKey, **columns: Any) -> None:
    assert AccessKey.objects.filter(pk=access_key.pk).update(**columns) == 1


class TestWhole:
    def test_all_of_them(self, command: Actor) -> None:
        for number in range(5):
            AccessKeyFactory(scopes=["orders:read"] * (number > 2), expired=number == 1)
        change(AccessKeyFactory(), allowed_networks=["192.0.2.0/24"], rate_limit="9/hour")
        check, found = checked(command)
        assert (found, check.checked, check.damaged, check.is_finished) == ({}, 6, 0, True)

    def test_none(self, command: Actor) -> None:
        check, found = checked(command)
        assert (found, check.checked, check.is_finished, check.last) == ({}, 0, True, None)


class TestDamaged:
    @pytest.mark.parametrize(
        ("damage", "columns", "is_shown", "passes"),
        [
            ("sealed", {"sealed": b"?" * 84}, False, True),
            ("sealed", {"sealed": b""}, False, True),
            ("digest", {"digest": b"?" * 32}, False, False),
            ("digest", {"digest": b"?"}, False, False),
            ("master_key", {"sealed_key_id": "k0"}, False, True),
            ("master_key", {"digest_key_id": ""}, False, True),
            ("name", {"name": "two words"}, True, True),
            ("scopes", {"scopes": ["Not a scope"]}, True, True),
            ("scopes", {"scopes": [1]}, True, True),
            ("scopes", {"scopes": "orders"}, True, True),
            ("allowed_networks", {"allowed_networks": ["everywhere"]}, True, None),
            ("allowed_networks", {"allowed_networks": {}}, True, None),
            ("rate_limit", {"rate_limit": "often"}, True, None),
        ],
    )
    def test_one_among_others(
        self, command: Actor, damage: str, columns: dict[str, Any], is_shown: bool, passes: bool | None
    ) -> None:
        _, damaged, _ = AccessKeyFactory(), AccessKeyFactory(), AccessKeyFactory()
        change(damaged, **columns)
        check, found = checked(command)
        assert found == {damaged.pk: (damage,)}
        assert (check.checked, check.damaged, check.missing) == (3, 1, {})
        if is_shown:
            assert operations.reveal(access_key_id=damaged.pk, actor=command) == key_of(damaged)
        else:  # Who asks for the key is told the same.
            with pytest.raises(IntegrityFailure) as failure:
                operations.reveal(access_key_id=damaged.pk, actor=command)
            assert failure.value.damage == damage
        if passes is not None:
            assert is_let_in(damaged) == passes

    def test_one_that_was_moved(self, command: Actor) -> None:
        one, other = AccessKeyFactory(), AccessKeyFactory()
        change(one, sealed=AccessKey.objects.get(pk=other.pk).sealed)
        assert checked(command)[1] == {one.pk: ("sealed",)}

    def test_several_things_at_once(self, command: Actor) -> None:
        damaged = AccessKeyFactory()
        change(damaged, sealed=b"?", name="", rate_limit="")
        assert checked(command)[1] == {damaged.pk: ("sealed", "name")}

    def test_a_row_that_cannot_be_read(self, command: Actor) -> None:
        """As nothing writes it, but a file that has gone bad, or another program."""
        whole, damaged = AccessKeyFactory(), AccessKeyFactory()
        moment = "infinity" if connection.vendor == "postgresql" else "2026-13-32 00:00:00"
        set_raw(damaged, "last_used_at", moment)
        check, found = checked(command)
        assert found == {damaged.pk: ("row",)}
        assert check.checked == 2
        assert operations.reveal(access_key_id=whole.pk, actor=command) == key_of(whole)

    @pytest.mark.parametrize("column", ["sealed", "digest"])
    def test_a_text_where_bytes_belong(self, command: Actor, column: str) -> None:
        """SQLite takes it."""
        if connection.vendor == "sqlite":
            damaged = AccessKeyFactory()
            set_raw(damaged, column, "a text")
            assert checked(command)[1] == {damaged.pk: (column,)}
            with pytest.raises(IntegrityFailure):
                operations.reveal(access_key_id=damaged.pk, actor=command)


class TestNoDamage:
    def test_a_master_key_that_is_missing(self, command: Actor, settings: Settings) -> None:
        operations.check_keyring()
        for _ in range(3):
            AccessKeyFactory()
        settings.ACCESS_KEYS_MASTER_KEYS = master_key("k2")
        AccessKeyFactory()
        malformed = AccessKeyFactory(name="with_a_missing_master_key")
        change(malformed, sealed_key_id="k1", name="two words")
        check, found = checked(command)
        assert found == {malformed.pk: ("name",)}
        assert check.missing == {"k1": 4}

    @pytest.mark.parametrize("becomes", ["gone", "whole"])
    def test_a_row_that_changes_under_the_eyes(self, command: Actor, becomes: str) -> None:
        damaged = AccessKeyFactory()
        sealed = AccessKey.objects.get(pk=damaged.pk).sealed
        change(damaged, sealed=b"?")
        reads: list[str] = []

        def between(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
            if sql.startswith("SELECT") and '"sealed"' in sql:
                reads.append(sql)
                if len(reads) == 2:
                    if becomes == "gone":
                        AccessKey.objects.only("pk").filter(pk=damaged.pk).delete()
                    else:
                        change(damaged, sealed=sealed)
            return execute(sql, *rest)

        with connection.execute_wrapper(between):
            check, found = checked(command)
        assert len(reads) == 2
        assert (found, check.damaged) == ({}, 0)


class TestPages:
    @pytest.fixture(autouse=True)
    def two_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys.modules[IntegrityCheck.__module__], "AT_ONCE", 2)

    def test_go_on_where_an_earlier_run_was_interrupted(self, command: Actor) -> None:
        ids = sorted(AccessKeyFactory().pk for _ in range(5))
        AccessKey.objects.update(sealed=b"?")
        with operations.check_integrity(actor=command) as first:
            (page,) = [next(first.pages())]
        assert [damaged.id for damaged in page] == ids[:2]
        assert (first.last, first.is_finished) == (ids[1], False)
        rest, found = checked(command, after=first.last)
        assert sorted(found) == ids[2:]
        assert (rest.checked, rest.last, rest.is_finished) == (3, ids[4], True)


class TestEvents:
    def test_one_for_each_run_without_a_name(self, command: Actor) -> None:
        damaged = AccessKeyFactory()
        checked(command)
        change(damaged, sealed=b"?")
        checked(command)
        assert audit_log()[1:] == [
            ("access_key.checked", "succeeded", "", None, ""),
            ("access_key.checked", "succeeded", "integrity_failure", None, ""),
        ]
        details = AuditEvent.objects.order_by("id").values_list("details", flat=True)[2]
        assert details == {"checked": 1, "damaged": 1, "missing_master_keys": {}, "finished": True}

    def test_one_for_who_may_not(self) -> None:
        operator = OperatorFactory(roles=["Operators", "Auditors"], is_superuser=True)
        with (
            pytest.raises(Forbidden),
            operations.check_integrity(actor=proven(operator, address=None)),
        ):
            pass
        assert audit_log() == [("access_key.checked", "refused", "permission_denied", None, "")]


def is_let_in(access_key: AccessKey) -> bool:
    try:
        return verification.authenticate(key_of(access_key)).pk == access_key.pk
    except InvalidKey:
        return False


def set_raw(access_key: AccessKey, column: str, value: str) -> None:
    pk = access_key.pk if connection.vendor == "postgresql" else access_key.pk.hex
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE accesskeys_accesskey SET {column} = %s WHERE id = %s", [value, pk])
