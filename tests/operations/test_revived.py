"""What was revoked, and what an older database brings back, by each of the ways in which a key ends for good."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.utils import timezone
from pytest_django import Settings

from accesskeys import operations, verification
from accesskeys.core import journal
from accesskeys.core.exceptions import InsufficientScope
from accesskeys.core.journal import Journal
from accesskeys.models import AccessKey, Rotation
from accesskeys.operations import Revived, Task
from accesskeys.operations.actors import Actor
from accesskeys.operations.policy import Operation
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import holds_part_of

pytestmark = pytest.mark.django_db(transaction=True)

NOTHING = Revived([], [])
COMMAND = Actor.for_command()


@pytest.fixture(autouse=True)
def file(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    settings.ACCESS_KEYS_REVOCATIONS_FILE = tmp_path / "revocations"
    yield tmp_path / "revocations"
    Journal.owed.clear()


class Backup:
    """All rows as they are now, to be put back later."""

    def __init__(self) -> None:
        self.rows: list[models.Model] = [*AccessKey.objects.all(), *Rotation.objects.all()]

    def restore(self) -> None:
        AccessKey.objects.all().delete()
        for row in self.rows:
            row.save(force_insert=True)


def revoke(access_key: AccessKey) -> None:
    operations.revoke(access_key_id=access_key.pk, actor=COMMAND)


def revoke_many(access_key: AccessKey) -> None:
    operations.change_many(access_key_ids=[access_key.pk], task=Task(Operation.REVOKE), actor=COMMAND)


def surrender(access_key: AccessKey) -> None:
    operations.surrender(key=key_of(access_key), address=None)


def run(access_key: AccessKey) -> None:
    draft = operations.draft_run(operation=Operation.REVOKE, access_key_ids=[access_key.pk], actor=COMMAND)
    operations.confirm_run(run_id=draft.pk, actor=COMMAND)
    operations.go_on(run_id=draft.pk, actor=COMMAND)


@pytest.mark.parametrize("end", [revoke, revoke_many, surrender, run])
def test_a_revoked_access_key_is_noticed(end: Callable[[AccessKey], None], file: Path) -> None:
    access_key, _other = AccessKeyFactory(name="billing"), AccessKeyFactory()
    backup = Backup()
    end(access_key)
    assert operations.find_revived() == NOTHING
    operations.check_revocations()
    backup.restore()
    assert operations.find_revived() == Revived([access_key.pk], [])
    with pytest.raises(ImproperlyConfigured) as refusal:
        operations.check_revocations()
    assert str(refusal.value) == (
        "The database is older than what was done since: 1 access key was revoked, as the file of REVOCATIONS_FILE "
        "says. Run manage.py apply_revocations."
    )
    text = file.read_text()
    assert not holds_part_of(key_of(access_key), text)
    assert "billing" not in text


def test_what_is_undone_was_not_revoked(file: Path) -> None:
    access_key = AccessKeyFactory()
    with pytest.raises(InsufficientScope):
        operations.revoke(access_key_id=access_key.pk, actor=Actor.for_access_key(access_key, address=None))
    assert journal.read() == journal.Ended()
    assert AccessKey.objects.count() == 1


def rotate(access_key: AccessKey, **times: timedelta) -> str:
    return operations.rotate(access_key_id=access_key.pk, actor=COMMAND, **times).key


def complete(access_key: AccessKey) -> str:
    operations.complete_rotation(access_key_id=access_key.pk, actor=COMMAND)
    return key_of(access_key)


def cancel(access_key: AccessKey) -> str:
    key = operations.reveal(access_key_id=access_key.pk, actor=COMMAND, of_next_key=True)
    operations.cancel_rotation(access_key_id=access_key.pk, actor=COMMAND)
    return key


def surrender_old(access_key: AccessKey) -> str:
    surrender(access_key)
    return key_of(access_key)


def surrender_next(access_key: AccessKey) -> str:
    key = operations.reveal(access_key_id=access_key.pk, actor=COMMAND, of_next_key=True)
    operations.surrender(key=key, address=None)
    return key


@pytest.mark.parametrize("end", [complete, cancel, surrender_old, surrender_next])
def test_a_key_that_ended_is_noticed_while_it_is_accepted(end: Callable[[AccessKey], str]) -> None:
    access_key = AccessKeyFactory()
    rotate(access_key)
    backup = Backup()
    ended = end(access_key)
    assert operations.find_revived() == NOTHING
    backup.restore()
    assert verification.authenticate(ended) == access_key
    assert operations.find_revived() == Revived([], [access_key.pk])
    with pytest.raises(
        ImproperlyConfigured, match=r"1 access key was given another key in the place of one that"
    ):
        operations.check_revocations()
    operations.suspend(access_key_id=access_key.pk, actor=COMMAND)
    assert operations.find_revived() == NOTHING


def test_an_old_key_that_was_ended_at_once_is_noticed() -> None:
    access_key = AccessKeyFactory()
    backup = Backup()
    rotate(access_key, ends_in=timedelta(0))
    assert operations.find_revived() == NOTHING
    backup.restore()
    assert operations.find_revived() == Revived([], [access_key.pk])
    # Another key in its place is what helps.
    rotate(access_key, ends_in=timedelta(0))
    assert operations.find_revived() == NOTHING


def test_an_old_key_that_ended_by_itself_is_noticed_once_that_is_written_down() -> None:
    access_key = AccessKeyFactory()
    key = rotate(access_key, grace=timedelta(hours=1))
    backup = Backup()
    verification.authenticate(key)
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        assert operations.settle_rotations(actor=COMMAND) == 1
        assert operations.find_revived() == NOTHING
        backup.restore()
        assert operations.find_revived() == Revived([], [access_key.pk])


def test_an_access_key_that_was_revoked_later_is_told_once() -> None:
    access_key = AccessKeyFactory()
    backup = Backup()
    rotate(access_key, ends_in=timedelta(0))
    revoke(access_key)
    backup.restore()
    assert operations.find_revived() == Revived([access_key.pk], [])


def test_a_key_that_was_made_since_is_none_that_ended() -> None:
    access_key = AccessKeyFactory()
    rotate(access_key)
    complete(access_key)
    rotate(access_key)
    cancel(access_key)
    rotate(access_key)
    assert operations.find_revived() == NOTHING


def test_the_sentence_counts() -> None:
    ids: list[Any] = [UUID(int=number) for number in range(1200)]
    assert Revived(ids, ids[:2]).sentence == (
        "The database is older than what was done since: 1,200 access keys were revoked and 2 access keys were given "
        "another key in the place of one that works here again, as the file of REVOCATIONS_FILE says. Run manage.py "
        "apply_revocations."
    )


def test_a_journal_that_cannot_be_read_is_no_empty_one(file: Path) -> None:
    file.mkdir()
    with pytest.raises(
        ImproperlyConfigured, match=r"^The file of REVOCATIONS_FILE cannot be read: Is a directory\."
    ):
        operations.check_revocations()


def test_lines_that_cannot_be_read_are_told(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    file.write_text("x\n")
    operations.check_revocations()
    assert "1 lines of the file of REVOCATIONS_FILE cannot be read." in caplog.messages
