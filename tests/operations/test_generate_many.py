"""Generating many access keys in one transaction: the rules and events of one, and all of them or none."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, connections, transaction
from django.utils import timezone

from accesskeys import operations, verification
from accesskeys.core.exceptions import Forbidden, InsufficientScope
from accesskeys.core.scopes import WRITE
from accesskeys.models import AccessKey, AuditEvent
from accesskeys.operations import Generated, Wish
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory, OperatorFactory, proven
from tests.helpers import audit_log, codes, refusing_inserts

GENERATED = "access_key.generated"


def wishes(*names: str) -> list[Wish]:
    return [Wish(name) for name in names]


def outcome(result: Generated | ValidationError) -> object:
    return codes(result) if isinstance(result, ValidationError) else result.access_key.name


@pytest.mark.django_db
class TestGenerateMany:
    def test_each_is_whole_with_its_event(self, command: Actor) -> None:
        expires_at = timezone.now() + timedelta(days=1)
        made = operations.generate_many(
            wishes=[Wish("one", ["b", "a", "b"], expires_at), Wish("two")], actor=command
        )
        assert [outcome(result) for result in made] == ["one", "two"]
        for result in made:
            assert isinstance(result, Generated)
            access_key = verification.authenticate(result.key)
            assert access_key == result.access_key
            assert operations.reveal(access_key_id=access_key.pk, actor=command) == result.key
        one, two = AccessKey.objects.order_by("name")
        assert (one.scopes, one.expires_at, one.created_by) == (["a", "b"], expires_at, "manage.py")
        assert (two.scopes, two.expires_at) == ([], None)
        assert audit_log()[:2] == [
            (GENERATED, "succeeded", "", one.pk, "one"),
            (GENERATED, "succeeded", "", two.pk, "two"),
        ]

    def test_the_event_is_the_one_of_generating_a_single_one(self, command: Actor) -> None:
        expires_at = timezone.now() + timedelta(days=1)
        operations.generate(name="one", scopes=["a"], expires_at=expires_at, actor=command)
        operations.generate_many(wishes=[Wish("two", ["a"], expires_at)], actor=command)
        different = ("id", "at", "access_key_id", "access_key_name")
        one, two = AuditEvent.objects.order_by("id").values()
        assert {**one, **dict.fromkeys(different)} == {**two, **dict.fromkeys(different)}

    @pytest.mark.parametrize(
        ("wish", "expected"),
        [
            (Wish("a b"), {"name": ["invalid"]}),
            (Wish(""), {"name": ["invalid"]}),
            (Wish("\udcff\x00"), {"name": ["invalid"]}),
            (Wish("taken"), {"name": ["unique"]}),
            (Wish("fine", ["Orders"]), {"scopes": ["invalid_scope"]}),
            (Wish("fine", [f"s{n}" for n in range(33)]), {"scopes": ["too_many"]}),
            (Wish("taken", ["Orders"]), {"name": ["unique"], "scopes": ["invalid_scope"]}),
        ],
    )
    def test_a_wrong_one_hears_and_leaves_what_generating_it_alone_does(
        self, command: Actor, wish: Wish, expected: dict[str, list[str]]
    ) -> None:
        AccessKeyFactory(name="taken")
        AuditEvent.objects.all().delete()
        foreseen = operations.foresee(wishes=[*wishes("first"), wish, *wishes("last")], actor=command)
        assert [refusal and codes(refusal) for refusal in foreseen] == [None, expected, None]
        assert (AccessKey.objects.count(), audit_log()) == (1, [])

        with pytest.raises(ValidationError) as alone:
            operations.generate(name=wish.name, scopes=wish.scopes, expires_at=wish.expires_at, actor=command)
        made = operations.generate_many(wishes=[*wishes("first"), wish, *wishes("last")], actor=command)
        assert [outcome(result) for result in made] == ["first", expected, "last"]
        (refusal,) = (result for result in made if isinstance(result, ValidationError))
        assert refusal.message_dict == alone.value.message_dict
        assert set(AccessKey.objects.values_list("name", flat=True)) == {"taken", "first", "last"}
        by_itself, _, among_others, _ = AuditEvent.objects.order_by("id").values()
        assert {**by_itself, "id": 0, "at": 0} == {**among_others, "id": 0, "at": 0}

    def test_an_expiry_that_has_passed(self, command: Actor) -> None:
        (refusal,) = operations.generate_many(wishes=[Wish("late", (), timezone.now())], actor=command)
        assert outcome(refusal) == {"expires_at": ["not_in_future"]}

    def test_of_two_with_one_name_the_first_that_can_be_generated_is(self, command: Actor) -> None:
        made = operations.generate_many(
            wishes=[Wish("same", ["Wrong"]), Wish("same", ["a"]), Wish("same", ["b"])], actor=command
        )
        assert [outcome(result) for result in made] == [
            {"scopes": ["invalid_scope"]},
            "same",
            {"name": ["unique"]},
        ]
        assert AccessKey.objects.get().scopes == ["a"]

    def test_saving_one_that_was_revoked_meanwhile_brings_nothing_back(self, command: Actor) -> None:
        (made,) = operations.generate_many(wishes=wishes("one"), actor=command)
        assert isinstance(made, Generated)
        operations.revoke(access_key_id=made.access_key.pk, actor=command)
        with pytest.raises(DatabaseError, match="did not affect any rows"), transaction.atomic():
            made.access_key.save()
        assert not AccessKey.objects.exists()

    def test_none(self, command: Actor) -> None:
        assert operations.generate_many(wishes=[], actor=command) == []
        assert audit_log() == []

    @pytest.mark.parametrize("table", ["accesskeys_accesskey", "accesskeys_auditevent"])
    def test_an_error_leaves_neither_rows_nor_events(self, command: Actor, table: str) -> None:
        with refusing_inserts(table), pytest.raises(IntegrityError, match="refused"):
            operations.generate_many(wishes=wishes("one", "two"), actor=command)
        assert not AccessKey.objects.exists()
        assert audit_log() == []

    def test_an_operator_without_the_permission(self) -> None:
        viewer = proven(OperatorFactory(roles=["Viewers"]), address=None)
        with pytest.raises(Forbidden):
            operations.foresee(wishes=wishes("one"), actor=viewer)
        with pytest.raises(Forbidden):
            operations.generate_many(wishes=wishes("one"), actor=viewer)
        assert not AccessKey.objects.exists()
        assert audit_log() == [(GENERATED, "refused", "permission_denied", None, "")] * 2

    def test_a_key_gives_no_scope_that_it_lacks(self) -> None:
        caller = AccessKeyFactory(scopes=[WRITE])
        with pytest.raises(InsufficientScope):
            operations.generate_many(
                wishes=[Wish("one", [WRITE]), Wish("two", ["orders:read"])],
                actor=Actor.for_access_key(caller, address=None),
            )
        assert list(AccessKey.objects.all()) == [caller]
        assert audit_log()[1:] == [(GENERATED, "refused", "insufficient_scope", None, "")]


@pytest.mark.django_db(transaction=True)
def test_a_name_that_another_door_takes_at_this_moment(command: Actor) -> None:
    results: list[Generated | ValidationError] = []

    def generate() -> None:
        try:
            results.extend(operations.generate_many(wishes=wishes("one", "two", "three"), actor=command))
        finally:
            connections.close_all()

    thread = threading.Thread(target=generate)
    with transaction.atomic():
        AccessKey.objects.bulk_create([AccessKey(name="two", digest=b"2", sealed=b"2")])
        thread.start()
        if connection.vendor == "postgresql":
            # The other transaction has looked the names up and waits for this one.
            while not _somebody_waits():
                time.sleep(0.01)
    thread.join(timeout=30)
    assert [outcome(result) for result in results] == ["one", {"name": ["unique"]}, "three"]
    assert [told[1:3] for told in audit_log()] == [
        ("succeeded", ""),
        ("refused", "unique"),
        ("succeeded", ""),
    ]


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])
