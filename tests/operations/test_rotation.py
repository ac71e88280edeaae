"""Secrets change, databases are tampered with: every key goes on working, and none is shown that does not belong."""

from __future__ import annotations

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from accesskeys import operations, verification
from accesskeys.core.exceptions import IntegrityFailure, InvalidKey, KeyringError
from accesskeys.core.keyring import get_keyring
from accesskeys.models import AccessKey, AuditEvent
from accesskeys.operations.actors import Actor
from accesskeys.operations.readiness import check_keyring
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import audit_log, holds_part_of, master_key, stored

pytestmark = pytest.mark.django_db


def assert_works(access_key: AccessKey, actor: Actor) -> None:
    """The key opens the door and can be shown."""
    assert verification.authenticate(key_of(access_key)) == access_key
    assert operations.reveal(access_key_id=access_key.pk, actor=actor) == key_of(access_key)


def assert_refuses_to_open(access_key: AccessKey, actor: Actor) -> None:
    """Showing fails, says so, and the event stands in the audit log."""
    with pytest.raises(IntegrityFailure) as failure:
        operations.reveal(access_key_id=access_key.pk, actor=actor)
    assert failure.value.code == "integrity_failure"
    assert str(failure.value) == (
        "The stored copy of this key is damaged or was moved, so it cannot be shown. "
        "Programs that hold the key can go on using it."
    )
    assert not holds_part_of(key_of(access_key), repr(failure.value))
    told = ("access_key.shown", "failed", "integrity_failure", access_key.pk, access_key.name)
    assert audit_log()[-1] == told


def update(access_key: AccessKey, **columns: object) -> None:
    """Write past the operations, as somebody with the database in their hands would."""
    assert AccessKey.objects.filter(pk=access_key.pk).update(**columns) == 1


class TestSecretsChange:
    def test_the_secret_key_has_nothing_to_do_with_it(self, settings: Settings, command: Actor) -> None:
        made = AccessKeyFactory.create_batch(3)
        settings.SECRET_KEY = secrets.token_urlsafe(48)
        check_keyring()
        for access_key in [*made, AccessKeyFactory()]:
            assert_works(access_key, command)

    def test_a_new_first_master_key_leaves_the_old_keys_working(
        self, settings: Settings, command: Actor
    ) -> None:
        check_keyring()
        old = AccessKeyFactory()
        settings.ACCESS_KEYS_MASTER_KEYS = f"{master_key('k2')},{settings.ACCESS_KEYS_MASTER_KEYS}"
        check_keyring()
        new = AccessKeyFactory()
        for access_key, key_id in ((old, "k1"), (new, "k2")):
            assert_works(access_key, command)
            row = stored(access_key.pk)
            assert (row["digest_key_id"], row["sealed_key_id"]) == (key_id, key_id)

    def test_and_so_do_the_keys_in_between(self, settings: Settings, command: Actor) -> None:
        made = []
        for generation in range(2, 6):
            made.append(AccessKeyFactory())
            settings.ACCESS_KEYS_MASTER_KEYS = (
                f"{master_key(f'k{generation}')},{settings.ACCESS_KEYS_MASTER_KEYS}"
            )
            check_keyring()
        for access_key in made:
            assert_works(access_key, command)

    def test_the_order_decides_only_about_new_keys(self, settings: Settings, command: Actor) -> None:
        old = AccessKeyFactory()
        settings.ACCESS_KEYS_MASTER_KEYS = f"{settings.ACCESS_KEYS_MASTER_KEYS},{master_key('k2')}"
        new = AccessKeyFactory()
        assert stored(new.pk)["sealed_key_id"] == "k1"
        assert_works(old, command)
        assert_works(new, command)

    @pytest.mark.parametrize("key_id", ["k1", "k2"])
    def test_a_wrong_keyring_does_not_start_and_grants_nothing(
        self, settings: Settings, command: Actor, key_id: str
    ) -> None:
        check_keyring()
        access_key = AccessKeyFactory()
        right = settings.ACCESS_KEYS_MASTER_KEYS
        settings.ACCESS_KEYS_MASTER_KEYS = master_key(key_id)
        with pytest.raises(KeyringError, match="k1"):
            check_keyring()
        assert_refuses_to_open(access_key, command)
        with pytest.raises(InvalidKey):
            verification.authenticate(key_of(access_key))
        settings.ACCESS_KEYS_MASTER_KEYS = right
        check_keyring()
        assert_works(access_key, command)

    def test_a_key_may_be_sealed_anew_under_another_master_key(
        self, settings: Settings, command: Actor
    ) -> None:
        """A row names two master keys: the one it is sealed under and the one its tag was made with."""
        access_key = AccessKeyFactory()
        settings.ACCESS_KEYS_MASTER_KEYS = f"{settings.ACCESS_KEYS_MASTER_KEYS},{master_key('k2')}"
        sealed = get_keyring().named("k2").seal(key_of(access_key), row_id=access_key.pk)
        update(access_key, sealed=sealed.text, sealed_key_id="k2")
        check_keyring()
        assert_works(access_key, command)


class TestDatabaseInOtherHands:
    """A row that fails says so, and never shows an empty, half or foreign key; the key itself goes on working."""

    def test_sealed_keys_swapped_between_two_rows_do_not_open(self, command: Actor) -> None:
        one, other = AccessKeyFactory(), AccessKeyFactory()
        sealed = {access_key.pk: stored(access_key.pk)["sealed"] for access_key in (one, other)}
        update(one, sealed=sealed[other.pk])
        update(other, sealed=sealed[one.pk])
        for access_key in (one, other):
            assert_refuses_to_open(access_key, command)
            assert verification.authenticate(key_of(access_key)) == access_key

    def test_nor_does_one_that_was_moved_together_with_its_digest(self, command: Actor) -> None:
        """Somebody gives a weak access key the digest and the sealed key of a strong one, and shows it."""
        weak, strong = AccessKeyFactory(), AccessKeyFactory(scopes=["access_keys:reveal"])
        row = stored(strong.pk)
        operations.revoke(access_key_id=strong.pk, actor=command)
        update(weak, digest=row["digest"], sealed=row["sealed"])
        assert_refuses_to_open(weak, command)

    def test_a_sealed_key_that_opens_to_another_key_than_the_digest_names_is_not_shown(
        self, command: Actor
    ) -> None:
        access_key = AccessKeyFactory()
        planted = get_keyring().new_key()
        update(access_key, sealed=get_keyring().current.seal(planted, row_id=access_key.pk).text)
        assert_refuses_to_open(access_key, command)
        assert verification.authenticate(key_of(access_key)) == access_key

    @given(st.binary(max_size=128))
    def test_no_other_bytes_open(self, command: Actor, sealed: bytes) -> None:
        access_key = AccessKeyFactory()
        update(access_key, sealed=sealed)
        assert_refuses_to_open(access_key, command)
        assert verification.authenticate(key_of(access_key)) == access_key

    @pytest.mark.parametrize("key_id", ["k2", "k9", ""])
    def test_a_row_relabelled_to_another_master_key_does_not_open(
        self, settings: Settings, command: Actor, key_id: str
    ) -> None:
        settings.ACCESS_KEYS_MASTER_KEYS = f"{settings.ACCESS_KEYS_MASTER_KEYS},{master_key('k2')}"
        access_key = AccessKeyFactory()
        update(access_key, sealed_key_id=key_id)
        assert_refuses_to_open(access_key, command)
        update(access_key, sealed_key_id="k1", digest_key_id=key_id)
        assert_refuses_to_open(access_key, command)
        assert verification.authenticate(key_of(access_key)) == access_key

    def test_a_changed_digest_finds_nothing_and_shows_nothing(self, command: Actor) -> None:
        access_key = AccessKeyFactory()
        update(access_key, digest=secrets.token_bytes(32))
        assert_refuses_to_open(access_key, command)
        with pytest.raises(InvalidKey) as refusal:
            verification.authenticate(key_of(access_key))
        assert refusal.value.reason == "unknown"

    def test_swapped_digests_show_nothing(self, command: Actor) -> None:
        one, other = AccessKeyFactory(), AccessKeyFactory()
        digests = stored(one.pk)["digest"], stored(other.pk)["digest"]
        update(one, digest=b"meanwhile")
        update(other, digest=digests[0])
        update(one, digest=digests[1])
        for access_key in (one, other):
            assert_refuses_to_open(access_key, command)

    def test_a_damaged_row_can_be_renamed_and_revoked(self, command: Actor) -> None:
        access_key = AccessKeyFactory()
        update(access_key, sealed=b"", digest=b"", sealed_key_id="gone", digest_key_id="gone")
        operations.rename(access_key_id=access_key.pk, name="damaged", actor=command)
        operations.revoke(access_key_id=access_key.pk, actor=command)
        assert not AccessKey.objects.exists()
        assert AuditEvent.objects.filter(outcome="succeeded").count() == 3
