"""How often the database is asked: once for most, and once more where a rotation may matter (decision 0027)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from accesskeys import operations, verification
from accesskeys.core.exceptions import InvalidKey
from accesskeys.models import AccessKey
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory, key_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def billing() -> AccessKey:
    return AccessKeyFactory(name="billing")


@contextmanager
def reads(before: Callable[[str], object] = lambda _sql: None) -> Iterator[list[str]]:
    """The tables that are read, each time; somebody else may do something ``before``."""
    seen: list[str] = []

    def watcher(execute: Any, sql: str, *arguments: Any) -> Any:
        if sql.startswith("SELECT"):
            before(sql)
            seen.append("both" if "UNION" in sql else "one")
        return execute(sql, *arguments)

    with connection.execute_wrapper(watcher):
        yield seen


def rotate(access_key: AccessKey, **times: timedelta) -> str:
    return operations.rotate(access_key_id=access_key.pk, actor=Actor.for_command(), **times).key


def test_one_table_tells_of_a_key_that_is_the_only_one(billing: AccessKey) -> None:
    with reads() as tables:
        assert verification.authenticate(key_of(billing)) == billing
    assert tables == ["one"]


def test_both_tell_of_two_keys(billing: AccessKey) -> None:
    present, following = key_of(billing), rotate(billing)
    for key in (present, following):
        with reads() as tables:
            assert verification.authenticate(key).presented is not None
        assert tables[:2] == ["one", "both"]


@pytest.mark.parametrize("end", [operations.complete_rotation, operations.cancel_rotation])
def test_one_does_again_when_the_rotation_is_over(billing: AccessKey, end: Callable[..., AccessKey]) -> None:
    rotate(billing)
    end(access_key_id=billing.pk, actor=Actor.for_command())
    key = operations.reveal(access_key_id=billing.pk, actor=Actor.for_command())
    with reads() as tables:
        assert verification.authenticate(key).presented is None
    assert tables == ["one"]


def test_nothing_is_asked_about_a_forged_key(billing: AccessKey) -> None:
    key = key_of(billing)
    with reads() as tables, pytest.raises(InvalidKey):
        verification.authenticate(key[:-1] + ("a" if key[-1] != "a" else "b"))
    assert tables == []


class TestBetweenTheTwo:
    """What somebody does meanwhile is seen by the second one, whose answer alone counts."""

    def test_a_revoke(self, billing: AccessKey) -> None:
        key = key_of(billing)
        rotate(billing)
        with (
            reads(lambda sql: "UNION" in sql and AccessKey.objects.only("pk").all().delete()),
            pytest.raises(InvalidKey) as refusal,
        ):
            verification.authenticate(key)
        assert refusal.value.reason == "unknown"

    def test_a_rotation_that_ends(self, billing: AccessKey) -> None:
        present, following = key_of(billing), rotate(billing)

        def complete(sql: str) -> None:
            if "UNION" in sql and AccessKey.objects.get().has_next_key:
                operations.complete_rotation(access_key_id=billing.pk, actor=Actor.for_command())

        with reads(complete):
            assert verification.authenticate(following).presented is None
        with pytest.raises(InvalidKey) as refusal:
            verification.authenticate(present)
        assert refusal.value.reason == "unknown"


def test_an_access_key_that_does_not_say_it_has_a_next_key_is_damaged(billing: AccessKey) -> None:
    rotate(billing)
    AccessKey.objects.update(has_next_key=False)
    with operations.check_integrity(actor=Actor.for_command()) as check:
        [[damaged]] = list(check.pages())
    assert (damaged.id, damaged.damages) == (billing.pk, ("rotation",))
