"""Handing a key over: a link for somebody without an account, who may take it, and how many there may be."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.utils import timezone

from accesskeys import operations
from accesskeys.core.exceptions import AlreadyOpened, Forbidden, IntegrityFailure, NotFound, NotHandedOver
from accesskeys.models import AccessKey, AuditEvent, HandOver
from accesskeys.operations.actors import Actor
from accesskeys.operations.policy import Operation, may
from tests.factories import AccessKeyFactory, OperatorFactory, key_of, proven
from tests.helpers import audit_log, codes, holds_part_of, refusing_inserts

pytestmark = pytest.mark.django_db


def operator(*roles: str) -> Actor:
    return proven(OperatorFactory(roles=roles, username="ada"), address="192.0.2.7")


@pytest.fixture
def billing() -> AccessKey:
    return AccessKeyFactory(name="billing")


class TestHandOver:
    def test_gives_the_secret_once_and_keeps_a_digest(self, billing: AccessKey) -> None:
        made, secret = operations.hand_over(access_key_id=billing.pk, actor=operator("Operators"))
        (row,) = HandOver.objects.values()
        columns = {name: bytes(value) if name == "digest" else value for name, value in row.items()}
        assert len(secret) == 43
        assert (str(made), columns["number"], columns["created_by"]) == ("1", 1, "ada")
        assert columns["expires_at"] - columns["created_at"] == timedelta(hours=24)
        assert len(columns["digest"]) == 32
        assert not holds_part_of(secret, repr(columns))
        assert not holds_part_of(key_of(billing), repr(columns))

    def test_is_written_down_without_the_secret(self, billing: AccessKey) -> None:
        made, secret = operations.hand_over(access_key_id=billing.pk, hours=1, actor=operator("Operators"))
        event = AuditEvent.objects.latest("id")
        assert audit_log()[-1] == ("access_key.handed_over", "succeeded", "", billing.pk, "billing")
        assert event.details.keys() == {"hand_over", "expires_at"}
        assert not holds_part_of(secret, repr(vars(event)) + repr(vars(made)))

    @pytest.mark.parametrize("hours", [0, 169, -1, 10**9])
    def test_lasts_from_an_hour_to_a_week(self, billing: AccessKey, command: Actor, hours: int) -> None:
        with pytest.raises(ValidationError) as refusal:
            operations.hand_over(access_key_id=billing.pk, hours=hours, actor=command)
        assert codes(refusal.value) == {"hours": ["invalid"]}
        assert refusal.value.messages == ["Choose from 1 to 168 hours."]
        assert not HandOver.objects.exists()
        assert audit_log()[-1][:3] == ("access_key.handed_over", "refused", "invalid")

    def test_at_most_ten_are_open(self, billing: AccessKey, command: Actor) -> None:
        for hours in (1, *[2] * 9):
            operations.hand_over(access_key_id=billing.pk, hours=hours, actor=command)
        with pytest.raises(NotHandedOver, match="There are 10 open links to this key"):
            operations.hand_over(access_key_id=billing.pk, actor=command)
        assert audit_log()[-1][:3] == ("access_key.handed_over", "refused", "too_many")
        operations.take_back(access_key_id=billing.pk, number=3, actor=command)
        operations.hand_over(access_key_id=billing.pk, actor=command)
        with time_machine.travel(timezone.now() + timedelta(hours=1)):
            made, _secret = operations.hand_over(access_key_id=billing.pk, actor=command)
        assert made.number == 12
        operations.hand_over(access_key_id=AccessKeyFactory().pk, actor=command)

    @pytest.mark.parametrize("state", ["suspended", "expired"])
    def test_not_of_a_key_that_would_be_refused(self, state: str, command: Actor) -> None:
        access_key = AccessKeyFactory(expired=state == "expired")
        if state == "suspended":
            operations.suspend(access_key_id=access_key.pk, actor=command)
        with pytest.raises(NotHandedOver, match=state):
            operations.hand_over(access_key_id=access_key.pk, actor=command)
        assert audit_log()[-1][1:3] == ("refused", state)
        assert not HandOver.objects.exists()

    def test_not_of_a_key_that_the_link_could_not_show(self, billing: AccessKey, command: Actor) -> None:
        AccessKey.objects.filter(pk=billing.pk).update(sealed=b"?" * 84)
        with pytest.raises(IntegrityFailure):
            operations.hand_over(access_key_id=billing.pk, actor=command)
        assert audit_log()[-1][:3] == ("access_key.handed_over", "failed", "integrity_failure")

    def test_not_of_a_revoked_one(self, billing: AccessKey, command: Actor) -> None:
        operations.hand_over(access_key_id=billing.pk, actor=command)
        operations.revoke(access_key_id=billing.pk, actor=command)
        assert not HandOver.objects.exists()
        with pytest.raises(NotFound):
            operations.hand_over(access_key_id=billing.pk, actor=command)
        with pytest.raises(NotFound):
            operations.take_back(access_key_id=billing.pk, number=1, actor=command)


class TestWhoMay:
    @pytest.mark.parametrize("missing", ["reveal_accesskey", "hand_over_accesskey"])
    def test_it_takes_what_showing_takes(self, missing: str, billing: AccessKey) -> None:
        """Who makes a link could open it."""
        somebody = OperatorFactory(roles=["Operators"])
        (role,) = somebody.groups.all()
        role.permissions.remove(role.permissions.get(codename=missing))
        actor = proven(somebody, address=None)
        with pytest.raises(Forbidden):
            operations.hand_over(access_key_id=billing.pk, actor=actor)
        assert audit_log()[-1] == (
            "access_key.handed_over",
            "refused",
            "permission_denied",
            billing.pk,
            "billing",
        )
        assert may(actor, Operation.TAKE_BACK) == (missing == "reveal_accesskey")

    def test_no_viewer_and_no_program(self, billing: AccessKey, command: Actor) -> None:
        operations.hand_over(access_key_id=billing.pk, actor=command)
        program = AccessKeyFactory(scopes=["access_keys:write", "access_keys:reveal"])
        for actor in (operator("Viewers"), Actor.for_access_key(program, address=None)):
            with pytest.raises(Forbidden):
                operations.hand_over(access_key_id=billing.pk, actor=actor)
            with pytest.raises(Forbidden):
                operations.take_back(access_key_id=billing.pk, number=1, actor=actor)
        assert HandOver.objects.open().count() == 1


class TestTakeBack:
    def test_a_second_time_changes_nothing(self, billing: AccessKey, command: Actor) -> None:
        operations.hand_over(access_key_id=billing.pk, actor=command)
        first = operations.take_back(access_key_id=billing.pk, number=1, actor=command)
        second = operations.take_back(access_key_id=billing.pk, number=1, actor=command)
        assert (first.closed_by, second.taken_back_at) == ("taken_back", first.taken_back_at)
        assert audit_log()[-1] == ("access_key.hand_over_taken_back", "succeeded", "", billing.pk, "billing")
        assert AuditEvent.objects.latest("id").details == {"hand_over": 1}

    def test_what_was_opened_is_not_taken_back(self, billing: AccessKey, command: Actor) -> None:
        _made, secret = operations.hand_over(access_key_id=billing.pk, actor=command)
        operations.open_hand_over(secret=secret, actor=Actor.for_recipient(address=None))
        with pytest.raises(AlreadyOpened, match="Revoke the access key if it should not be"):
            operations.take_back(access_key_id=billing.pk, number=1, actor=command)
        assert HandOver.objects.get().closed_by == "opened"
        assert audit_log()[-1][:3] == ("access_key.hand_over_taken_back", "refused", "opened")

    def test_another_ones_link_is_not_there(self, billing: AccessKey, command: Actor) -> None:
        operations.hand_over(access_key_id=AccessKeyFactory().pk, actor=command)
        with pytest.raises(NotFound):
            operations.take_back(access_key_id=billing.pk, number=1, actor=command)
        assert HandOver.objects.open().exists()


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_written_down_is_not_handed_over(billing: AccessKey, command: Actor) -> None:
    with refusing_inserts("accesskeys_auditevent"), pytest.raises(DatabaseError, match="refused"):
        operations.hand_over(access_key_id=billing.pk, actor=command)
    assert not HandOver.objects.exists()
