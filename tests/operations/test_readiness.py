"""Wrong master keys stop the start with a sentence that names the id; never a silent 401 for everybody."""

from __future__ import annotations

import re

import pytest
from django.core.checks import run_checks
from pytest_django import Settings

from accesskeys.checks import check_master_keys
from accesskeys.core.exceptions import KeyringError
from accesskeys.models import AccessKey, MasterKeyFingerprint
from accesskeys.operations.readiness import check_keyring
from tests.factories import AccessKeyFactory
from tests.helpers import holds_part_of, master_key


@pytest.fixture
def own(settings: Settings) -> str:
    """The entry of the master key that the database is made with."""
    entry: str = settings.ACCESS_KEYS_MASTER_KEYS
    return entry


@pytest.mark.django_db
class TestKeyringAgainstDatabase:
    def test_an_empty_database_takes_any_keyring_and_remembers_it(self, own: str) -> None:
        check_keyring()
        check_keyring()
        (known,) = MasterKeyFingerprint.objects.all()
        assert known.key_id == "k1"
        assert len(bytes(known.fingerprint)) == 32
        assert not holds_part_of(own.partition(":")[2], bytes(known.fingerprint))

    def test_the_same_keyring_goes_on(self) -> None:
        AccessKeyFactory()
        check_keyring()
        check_keyring()

    def test_another_value_under_the_same_id_is_refused(self, settings: Settings, own: str) -> None:
        check_keyring()
        settings.ACCESS_KEYS_MASTER_KEYS = master_key("k1")
        with pytest.raises(KeyringError, match=r"^The master key k1 .* is not the one .* Restore its value"):
            check_keyring()
        settings.ACCESS_KEYS_MASTER_KEYS = own
        check_keyring()

    def test_the_wrong_one_may_stand_anywhere_in_the_ring(self, settings: Settings, own: str) -> None:
        check_keyring()
        settings.ACCESS_KEYS_MASTER_KEYS = f"{master_key('k2')},{master_key('k1')}"
        with pytest.raises(KeyringError, match="The master key k1 "):
            check_keyring()

    def test_a_new_first_one_is_welcome_beside_the_old(self, settings: Settings, own: str) -> None:
        AccessKeyFactory()
        check_keyring()
        settings.ACCESS_KEYS_MASTER_KEYS = f"{master_key('k2')},{own}"
        check_keyring()
        assert set(MasterKeyFingerprint.objects.values_list("key_id", flat=True)) == {"k1", "k2"}

    @pytest.mark.parametrize("column", ["digest_key_id", "sealed_key_id"])
    def test_a_master_key_that_rows_need_must_be_there(
        self, settings: Settings, own: str, column: str
    ) -> None:
        """A row may be sealed under one master key and digested under another: it needs both."""
        access_key = AccessKeyFactory()
        AccessKey.objects.filter(pk=access_key.pk).update(digest_key_id="k2", sealed_key_id="k2")
        AccessKey.objects.filter(pk=access_key.pk).update(**{column: "k1"})
        settings.ACCESS_KEYS_MASTER_KEYS = master_key("k2")
        with pytest.raises(
            KeyringError, match=r"need the master key k1, .* Add it again, after the present one\."
        ):
            check_keyring()

    def test_a_master_key_that_no_row_needs_may_go(self, settings: Settings) -> None:
        check_keyring()
        settings.ACCESS_KEYS_MASTER_KEYS = master_key("k2")
        check_keyring()

    def test_no_sentence_tells_a_secret(self, settings: Settings, own: str) -> None:
        AccessKeyFactory()
        check_keyring()
        for entry in (master_key("k1"), master_key("k2")):
            settings.ACCESS_KEYS_MASTER_KEYS = entry
            with pytest.raises(KeyringError) as refusal:
                check_keyring()
            for secret in (own, entry):
                assert not holds_part_of(secret.partition(":")[2], str(refusal.value))


class TestSystemCheck:
    def test_is_quiet_about_a_good_keyring(self) -> None:
        assert check_master_keys() == []

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("", "ACCESS_KEYS_MASTER_KEYS is empty"),
            ("k7:AAAA", "The master key k7 .* has 3 bytes instead of 32"),
        ],
    )
    def test_says_what_is_wrong_and_what_to_do(self, settings: Settings, text: str, sentence: str) -> None:
        settings.ACCESS_KEYS_MASTER_KEYS = text
        (error,) = [message for message in run_checks() if message.id == "accesskeys.E001"]
        assert error.is_serious()
        assert re.match(sentence, error.msg)
        assert error.hint
        assert "base64url" in error.hint
