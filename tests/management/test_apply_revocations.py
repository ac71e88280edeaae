"""Revoking again what a restored backup has brought back."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from pytest_django import Settings

from accesskeys import operations
from accesskeys.core import journal
from accesskeys.core.journal import Journal
from accesskeys.models import AccessKey, AuditEvent
from tests.factories import AccessKeyFactory
from tests.helpers import audit_log
from tests.management.helpers import refusal_of, run

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def file(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    settings.ACCESS_KEYS_REVOCATIONS_FILE = tmp_path / "revocations"
    yield tmp_path / "revocations"
    Journal.owed.clear()


def journalled(*access_keys: AccessKey) -> None:
    """The journal says that they were revoked."""
    Journal.write(journal.revoked(access_key.pk) for access_key in access_keys)


def test_what_was_revoked_is_revoked_again(file: Path) -> None:
    gone, rotated, other = AccessKeyFactory(), AccessKeyFactory(), AccessKeyFactory()
    journalled(gone)
    Journal.write([journal.revoked(uuid4()), journal.ended(rotated.pk, rotated.key_made_at)])
    AuditEvent.objects.all().delete()
    assert run("apply_revocations") == (
        "Revoked again: 1. Suspended: 1. To these, give another key: rotate_access_key NAME --at-once. When their "
        "programs have it, resume_access_key.\n"
    )
    assert dict(AccessKey.objects.values_list("pk", "suspended_at")).keys() == {rotated.pk, other.pk}
    assert AccessKey.objects.get(pk=rotated.pk).is_suspended
    assert not AccessKey.objects.get(pk=other.pk).is_suspended
    assert [told[:2] + told[3:] for told in audit_log()] == [
        ("access_key.revoked", "succeeded", gone.pk, gone.name),
        ("access_key.suspended", "succeeded", rotated.pk, rotated.name),
    ]
    assert set(AuditEvent.objects.values_list("door", flat=True)) == {"command"}
    assert run("apply_revocations") == "Revoked again: 0. Suspended: 0.\n"
    assert len(audit_log()) == 2


def test_a_dry_run_changes_nothing() -> None:
    gone, rotated = AccessKeyFactory(), AccessKeyFactory()
    journalled(gone)
    Journal.write([journal.ended(rotated.pk, rotated.key_made_at)])
    events = audit_log()
    assert run("apply_revocations", "--dry-run") == f"{gone.pk}\trevoked\n{rotated.pk}\twith_ended_keys\n"
    assert json.loads(run("apply_revocations", "--dry-run", "--json")) == {
        "revoked": [str(gone.pk)],
        "with_ended_keys": [str(rotated.pk)],
    }
    assert (AccessKey.objects.count(), audit_log()) == (2, events)


def test_json() -> None:
    journalled(AccessKeyFactory())
    assert json.loads(run("apply_revocations", "--json")) == {"revoked": 1, "suspended": 0}


def test_without_a_journal(settings: Settings) -> None:
    settings.ACCESS_KEYS_REVOCATIONS_FILE = None
    assert refusal_of("apply_revocations") == "There is no journal: ACCESS_KEYS_REVOCATIONS_FILE is not set."


def test_a_journal_that_cannot_be_read(file: Path) -> None:
    file.mkdir()
    assert refusal_of("apply_revocations").startswith(
        "The file of REVOCATIONS_FILE cannot be read: Is a directory."
    )


def test_an_interruption_leaves_the_rest_for_the_next_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accesskeys.management.commands.apply_revocations.AT_ONCE", 2)
    access_keys = AccessKeyFactory.create_batch(5)
    journalled(*access_keys)
    change_many = operations.change_many

    def interrupted(**arguments: object) -> object:
        signal.raise_signal(signal.SIGTERM)
        return change_many(**arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(operations, "change_many", interrupted)
    with pytest.raises(
        Exception, match=r"^Not all is done\. The database is older .* 3 access keys were revoked"
    ):
        run("apply_revocations")
    assert AccessKey.objects.count() == 3
    monkeypatch.setattr(operations, "change_many", change_many)
    assert run("apply_revocations") == "Revoked again: 3. Suspended: 0.\n"


def test_check_integrity_says_it_too() -> None:
    gone: AccessKey = AccessKeyFactory()
    journalled(gone)
    sentence = refusal_of("check_integrity")
    assert sentence.startswith("The database is older than what was done since: 1 access key was revoked")
    run("apply_revocations")
    assert run("check_integrity") == ""
