"""``rotate_access_key``: the next key alone on a line, as often as one asks, and both ways to come to an end."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from accesskeys import operations, verification
from accesskeys.core.exceptions import InvalidKey
from accesskeys.models import AccessKey, AuditEvent, Rotation
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory, key_of
from tests.management.helpers import refusal_of, run

pytestmark = pytest.mark.django_db

ONE_KEY = "This access key has one key only. Its rotation is over or was cancelled, if there was one."


@pytest.fixture
def billing() -> AccessKey:
    return AccessKeyFactory(name="billing")


def is_accepted(key: str) -> bool:
    try:
        verification.authenticate(key)
    except InvalidKey:
        return False
    return True


def test_the_next_key_alone_on_a_line(billing: AccessKey) -> None:
    printed = run("rotate_access_key", "billing")
    key = printed.rstrip("\n")
    assert printed == f"{key}\n"
    assert [is_accepted(key), is_accepted(key_of(billing))] == [True, True]
    assert run("rotate_access_key", str(billing.pk)) == printed


def test_as_json(billing: AccessKey) -> None:
    told = json.loads(run("rotate_access_key", "billing", "--json"))
    assert set(told) == {"id", "old_key_ends_at", "key"}
    assert (told["id"], is_accepted(told["key"])) == (str(billing.pk), True)


def test_the_old_key_ends_with_the_access_key(billing: AccessKey) -> None:
    expires_at = timezone.now().replace(microsecond=0) + timedelta(days=2)
    operations.extend(access_key_id=billing.pk, actor=Actor.for_command(), expires_at=expires_at)
    told = json.loads(run("rotate_access_key", "billing", "--json"))
    assert datetime.fromisoformat(told["old_key_ends_at"]) == expires_at


def test_times(billing: AccessKey) -> None:
    run("rotate_access_key", "billing", "--grace=3d", "--ends-in=2w")
    rotation = Rotation.objects.get()
    assert rotation.grace == timedelta(days=3)
    assert rotation.ends_at - rotation.created_at == pytest.approx(
        timedelta(weeks=2), abs=timedelta(seconds=5)
    )


def test_at_once(billing: AccessKey) -> None:
    key = run("rotate_access_key", "billing", "--at-once", "--grace=0").strip()
    assert [is_accepted(key), is_accepted(key_of(billing))] == [True, False]


def test_completed(billing: AccessKey) -> None:
    key = run("rotate_access_key", "billing").strip()
    assert run("rotate_access_key", "billing", "--complete") == "The old key has ended: access key billing.\n"
    assert [is_accepted(key), is_accepted(key_of(billing))] == [True, False]
    assert refusal_of("rotate_access_key", "billing", "--complete") == ONE_KEY


def test_cancelled(billing: AccessKey) -> None:
    key = run("rotate_access_key", "billing").strip()
    assert json.loads(run("rotate_access_key", "billing", "--cancel", "--json"))["id"] == str(billing.pk)
    assert [is_accepted(key), is_accepted(key_of(billing))] == [False, True]
    assert refusal_of("rotate_access_key", "billing", "--cancel") == ONE_KEY


@pytest.mark.parametrize(
    "times", [["--at-once"], ["--grace=1h"], ["--ends-in=2w"], ["--at-once", "--grace=1h"]]
)
def test_other_times_than_the_pending_ones_are_refused(billing: AccessKey, times: list[str]) -> None:
    key = run("rotate_access_key", "billing")
    before = Rotation.objects.values().get()
    end = f"{before['ends_at']:%Y-%m-%dT%H:%M:%SZ}"
    assert refusal_of("rotate_access_key", "billing", *times) == (
        f"This access key has a next key already, so nothing was changed. The old key ends at {end} at the latest. "
        "To end it now, complete the rotation (POST rotation/completion/, or --complete)."
    )
    assert (Rotation.objects.values().get(), is_accepted(key_of(billing))) == (before, True)
    for same in ([], ["--grace=24h"], ["--ends-in=30d"], ["--ends-in=30d", "--grace=1d"]):
        assert run("rotate_access_key", "billing", *same) == key
    shown = AuditEvent.objects.filter(action="access_key.shown", door="command")
    assert (shown.count(), AuditEvent.objects.filter(action="access_key.rotated").count()) == (4, 2)


def test_never_cancelled_where_programs_use_it(billing: AccessKey) -> None:
    assert is_accepted(run("rotate_access_key", "billing").strip())
    assert "End the old key instead." in refusal_of("rotate_access_key", "billing", "--cancel")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--grace=31d"], "Choose a grace of 0 to 30 days."),
        (["--ends-in=2y"], "Let the old key end within 365 days."),
        (["--grace=soon"], "“soon” is not a time. Write it as a number and a unit: 12h, 3d, 4w or 0."),
        (["--cancel", "--grace=1h"], "--grace, --ends-in and --at-once are for a new rotation."),
        (["--complete", "--at-once"], "--grace, --ends-in and --at-once are for a new rotation."),
    ],
)
def test_what_cannot_be(billing: AccessKey, arguments: list[str], told: str) -> None:
    assert refusal_of("rotate_access_key", "billing", *arguments) == told
    assert not Rotation.objects.exists()


def test_what_is_over_is_put_away_by_housekeeping(billing: AccessKey) -> None:
    key = run("rotate_access_key", "billing", "--grace=0").strip()
    assert is_accepted(key)
    assert "old keys 1" in run("housekeeping")
    assert json.loads(run("housekeeping", "--json"))["old_keys"] == 0
    assert not Rotation.objects.exists()
    assert [is_accepted(key), is_accepted(key_of(billing))] == [True, False]
    assert operations.find("billing").key_created_at is not None
