"""Several at once, each in a thread with a connection of its own, on whichever database the run uses."""

from __future__ import annotations

from collections import Counter

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from accesskeys import operations, verification
from accesskeys.core.exceptions import InvalidKey, NotFound
from accesskeys.models import AccessKey, AuditEvent
from accesskeys.operations import RevokedAccessKey
from accesskeys.operations.actors import Actor
from accesskeys.operations.readiness import check_keyring
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import at_once, audit_log, codes, stored

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 8
ROUNDS = 12


@pytest.mark.parametrize("attempt", range(3))
def test_of_eight_that_generate_the_same_name_one_succeeds(command: Actor, attempt: int) -> None:
    results = at_once([lambda: operations.generate(name="billing", actor=command)] * THREADS)
    made = [result for result in results if isinstance(result, tuple)]
    refusals = [result for result in results if isinstance(result, ValidationError)]
    assert (len(made), len(refusals)) == (1, THREADS - 1), results
    assert all(codes(refusal) == {"name": ["unique"]} for refusal in refusals)
    ((access_key, key),) = made
    assert list(AccessKey.objects.all()) == [access_key]
    assert verification.authenticate(key) == access_key
    assert Counter(told[1:3] for told in audit_log()) == {("succeeded", ""): 1, ("refused", "unique"): 7}


def test_of_eight_that_rename_to_the_same_name_one_succeeds(command: Actor) -> None:
    made = AccessKeyFactory.create_batch(THREADS)
    results = at_once(
        [
            lambda pk=access_key.pk: operations.rename(access_key_id=pk, name="billing", actor=command)
            for access_key in made
        ]
    )
    renamed = [result for result in results if isinstance(result, AccessKey)]
    refusals = [result for result in results if isinstance(result, ValidationError)]
    assert (len(renamed), len(refusals)) == (1, THREADS - 1), results
    assert all(codes(refusal) == {"name": ["unique"]} for refusal in refusals)
    assert AccessKey.objects.get(name="billing") == renamed[0]
    assert AccessKey.objects.count() == THREADS


def test_two_that_swap_their_names_end_in_one_of_the_lawful_ways(command: Actor) -> None:
    for number in range(ROUNDS):
        one, other = AccessKeyFactory(name=f"one_{number}"), AccessKeyFactory(name=f"other_{number}")
        results = at_once(
            [
                lambda: operations.rename(access_key_id=one.pk, name=other.name, actor=command),  # noqa: B023
                lambda: operations.rename(access_key_id=other.pk, name=one.name, actor=command),  # noqa: B023
            ]
        )
        assert all(isinstance(result, ValidationError | AccessKey) for result in results), results
        assert any(isinstance(result, ValidationError) for result in results), results


def test_nothing_brings_back_what_is_being_revoked(command: Actor) -> None:
    for number in range(ROUNDS):
        access_key = AccessKeyFactory(name=f"race_{number}")
        pk, key = access_key.pk, key_of(access_key)
        results = at_once(
            [
                lambda: operations.revoke(access_key_id=pk, actor=command),  # noqa: B023
                lambda: operations.revoke(access_key_id=pk, actor=command),  # noqa: B023
                lambda: operations.rename(access_key_id=pk, name=f"renamed_{number}", actor=command),  # noqa: B023
                lambda: operations.suspend(access_key_id=pk, actor=command),  # noqa: B023
                lambda: operations.reveal(access_key_id=pk, actor=command),  # noqa: B023
                lambda: verification.record_use(access_key, timezone.now()),  # noqa: B023
                lambda: verification.authenticate(key),  # noqa: B023
            ]
        )
        first, second, renamed, suspended, shown, recorded, authenticated = results
        assert {type(first), type(second)} == {RevokedAccessKey, NotFound}, results
        assert isinstance(renamed, AccessKey | NotFound), results
        assert isinstance(suspended, AccessKey | NotFound), results
        assert shown == key or isinstance(shown, NotFound), results
        assert recorded is None, results
        assert authenticated == access_key or (
            isinstance(authenticated, InvalidKey) and authenticated.reason in {"unknown", "suspended"}
        ), results
        assert stored(pk) == {}
        # Whatever was renamed was renamed before it was revoked, and the last event names what was lost.
        events = [told for told in audit_log() if told.access_key_id == pk and told.outcome == "succeeded"]
        changes = [told for told in events if told.action in ("access_key.renamed", "access_key.revoked")]
        assert [told.action for told in changes][-1] == "access_key.revoked"
        assert changes[-1].access_key_name == (
            f"renamed_{number}" if isinstance(renamed, AccessKey) else f"race_{number}"
        )
    assert not AccessKey.objects.exists()
    assert AuditEvent.objects.filter(action="access_key.revoked", outcome="succeeded").count() == ROUNDS


def test_after_a_revoke_has_answered_no_other_connection_accepts_the_key(command: Actor) -> None:
    """Every thread has used the key, and asks again once the revoke has returned."""
    access_key = AccessKeyFactory()
    key = key_of(access_key)
    assert at_once([lambda: verification.authenticate(key)] * THREADS) == [access_key] * THREADS
    operations.revoke(access_key_id=access_key.pk, actor=command)
    refusals = at_once([lambda: verification.authenticate(key)] * THREADS)
    assert [getattr(refusal, "reason", refusal) for refusal in refusals] == ["unknown"] * THREADS


def test_eight_requests_in_the_same_moment_all_pass_and_record_one_use() -> None:
    access_key = AccessKeyFactory()
    key = key_of(access_key)
    assert at_once([lambda: verification.authenticate(key)] * THREADS) == [access_key] * THREADS
    assert stored(access_key.pk)["last_used_at"] is not None


def test_eight_processes_may_start_at_once() -> None:
    """Each remembers the fingerprints of the master keys; the first one wins and the others agree."""
    assert at_once([check_keyring] * THREADS) == [None] * THREADS
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accesskeys_masterkeyfingerprint")
        assert cursor.fetchone() == (1,)
