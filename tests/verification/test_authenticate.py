"""A key opens the door or does not; which of the reasons it was stands in the log alone."""

from __future__ import annotations

import logging
import string
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, connections
from hypothesis import example, given
from hypothesis import strategies as st
from time_machine import TimeMachineFixture

from accesskeys import operations, verification
from accesskeys.core.exceptions import InvalidKey
from accesskeys.core.keyring import Keyring, get_keyring
from accesskeys.models import AuditEvent
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import holds_part_of, master_key, stored

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ALPHABET = string.ascii_letters + string.digits


def refusal_of(key: str) -> InvalidKey:
    with pytest.raises(InvalidKey) as refusal:
        verification.authenticate(key, address="192.0.2.7")
    return refusal.value


class TestDecision:
    def test_a_key_leads_to_its_access_key(self) -> None:
        made = AccessKeyFactory.create_batch(3, scopes=["orders:read"])
        for access_key in made:
            found = verification.authenticate(key_of(access_key), address="192.0.2.7")
            assert (found.pk, found.name, found.scopes) == (access_key.pk, access_key.name, ["orders:read"])

    def test_one_without_scopes_or_expiry_is_perfectly_good(self) -> None:
        access_key = AccessKeyFactory(scopes=[], expires_at=None)
        assert verification.authenticate(key_of(access_key)) == access_key

    @given(st.text(st.characters()) | st.text(ALPHABET + "_\n", min_size=53, max_size=57).map("ica_".__add__))
    @example("")
    @example("\x00")
    def test_any_other_text_is_refused(self, text: str) -> None:
        assert refusal_of(text).reason in {"malformed", "forged"}

    @pytest.mark.parametrize("wrong", ["{} ", " {}", "{}\n", "{}\x00", "Bearer {}", "{}=", "{}{}"])
    def test_a_good_key_with_anything_beside_it_is_malformed(self, wrong: str) -> None:
        key = key_of(AccessKeyFactory())
        assert refusal_of(wrong.format(key, key)).reason == "malformed"

    @given(st.integers(4, 54), st.sampled_from(ALPHABET))
    def test_a_typing_error_is_a_forgery(self, at: int, character: str) -> None:
        key = get_keyring().new_key()
        typed = key[:at] + character + key[at + 1 :]
        assert refusal_of(typed).reason == ("unknown" if typed == key else "forged")

    def test_a_tag_of_another_keyring_is_a_forgery(self) -> None:
        AccessKeyFactory()
        assert refusal_of(Keyring.parse(master_key("k1")).new_key()).reason == "forged"

    def test_one_of_ours_without_a_row_is_unknown(self) -> None:
        AccessKeyFactory()
        assert refusal_of(get_keyring().new_key()).reason == "unknown"

    def test_a_revoked_one_is_unknown(self, command: Actor) -> None:
        access_key = AccessKeyFactory()
        verification.authenticate(key_of(access_key))
        operations.revoke(access_key_id=access_key.pk, actor=command)
        assert refusal_of(key_of(access_key)).reason == "unknown"

    def test_an_expired_one_is_expired(self) -> None:
        access_key = AccessKeyFactory(expired=True)
        assert refusal_of(key_of(access_key)).reason == "expired"
        assert stored(access_key.pk)["last_used_at"] is None

    def test_the_caller_hears_the_same_whatever_the_reason(self, command: Actor) -> None:
        expired = AccessKeyFactory(expired=True)
        keyring = get_keyring()
        presented = ["", f"ica_{51 * 'A'}", keyring.new_key(), key_of(expired)]
        refusals = [refusal_of(key) for key in presented]
        assert len({refusal.reason for refusal in refusals}) == 4
        assert {(refusal.code, str(refusal)) for refusal in refusals} == {
            ("invalid_token", "The access key is not valid.")
        }

    def test_refused_keys_leave_no_event(self) -> None:
        """A flood of forged keys must not write to the database."""
        refusal_of("")
        refusal_of(get_keyring().new_key())
        assert not AuditEvent.objects.exists()


class TestLog:
    @pytest.fixture(autouse=True)
    def _everything_is_logged(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)

    def test_names_the_reason_and_the_address_and_no_part_of_the_key(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        key = get_keyring().new_key()
        refusal_of(key)
        record = caplog.records[-1]
        assert (record.name, record.levelname) == ("accesskeys.authentication", "INFO")
        assert record.getMessage() == "Key refused: unknown, from 192.0.2.7"
        assert not holds_part_of(key, caplog.text)

    def test_says_so_where_the_address_is_not_known(self, caplog: pytest.LogCaptureFixture) -> None:
        with pytest.raises(InvalidKey):
            verification.authenticate("")
        assert caplog.records[-1].getMessage() == "Key refused: malformed, from an unknown address"

    def test_is_silent_about_good_keys(self, caplog: pytest.LogCaptureFixture) -> None:
        key = key_of(AccessKeyFactory())
        verification.authenticate(key)
        assert not [record for record in caplog.records if record.name.startswith("accesskeys")]
        assert not holds_part_of(key, caplog.text)


class TestLastUsed:
    """At most one UPDATE per key and minute, forward unless a clock was wrong."""

    @pytest.mark.parametrize(
        ("later", "written"),
        [
            (timedelta(0), False),
            (timedelta(seconds=59, microseconds=999999), False),
            (timedelta(minutes=1), True),
            (timedelta(days=1), True),
            (timedelta(microseconds=-1), False),
            (timedelta(seconds=-59), False),
            (timedelta(minutes=-1), True),
            (timedelta(days=-1), True),
        ],
    )
    def test_moves_once_a_minute_and_back_where_it_lay_ahead(
        self, time_machine: TimeMachineFixture, later: timedelta, written: bool
    ) -> None:
        time_machine.move_to(NOW, tick=False)
        access_key = AccessKeyFactory(generated_at=NOW - timedelta(days=2))
        verification.authenticate(key_of(access_key))
        assert stored(access_key.pk)["last_used_at"] == NOW
        time_machine.move_to(NOW + later, tick=False)
        verification.authenticate(key_of(access_key))
        assert stored(access_key.pk)["last_used_at"] == (NOW + later if written else NOW)

    @pytest.mark.parametrize("later", [timedelta(seconds=-59), timedelta(seconds=59)])
    def test_a_stale_instance_does_not_move_it(self, later: timedelta) -> None:
        """Two processes read the row at the same time; the slower one has the older clock or comes too soon."""
        stale = AccessKeyFactory(generated_at=NOW - timedelta(days=2))
        verification.record_use(stale, NOW)
        assert stale.last_used_at is None
        verification.record_use(stale, NOW + later)
        assert stored(stale.pk)["last_used_at"] == NOW

    def test_changes_nothing_else(self) -> None:
        access_key, other = AccessKeyFactory(), AccessKeyFactory()
        rows = stored(access_key.pk), stored(other.pk)
        verification.authenticate(key_of(access_key))
        used_at = stored(access_key.pk)["last_used_at"]
        assert used_at is not None
        used = {**rows[0], "last_used_at": used_at, "key_first_used_at": used_at}
        assert (stored(access_key.pk), stored(other.pk)) == (used, rows[1])


@contextmanager
def read_only() -> Iterator[None]:
    sqlite = connection.vendor == "sqlite"
    switch = "PRAGMA query_only={}" if sqlite else "SET default_transaction_read_only={}"
    with connection.cursor() as cursor:
        cursor.execute(switch.format("on"))
        yield
        cursor.execute(switch.format("off"))


@contextmanager
def locked() -> Iterator[None]:
    """Somebody else holds the row, on SQLite the whole database, longer than we wait."""
    patience = "PRAGMA busy_timeout=50" if connection.vendor == "sqlite" else "SET lock_timeout='50ms'"
    other = connections.create_connection("default")
    with connection.cursor() as cursor, other.cursor() as holder:
        cursor.execute(patience)
        holder.execute("BEGIN")
        holder.execute("UPDATE accesskeys_accesskey SET created_by = 'somebody else'")
        yield
        holder.execute("ROLLBACK")
    other.close()
    connection.close()  # and with it our patience


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("obstacle", [read_only, locked])
def test_where_the_last_use_cannot_be_written_the_request_succeeds(
    obstacle: Callable[[], AbstractContextManager[None]], caplog: pytest.LogCaptureFixture
) -> None:
    access_key = AccessKeyFactory()
    key = key_of(access_key)
    with obstacle():
        assert verification.authenticate(key) == access_key
        assert stored(access_key.pk)["last_used_at"] is None
    (record,) = [record for record in caplog.records if record.levelname == "WARNING"]
    assert record.getMessage().startswith(f"The last use of access key {access_key.pk} is not written down: ")
    assert record.exc_info is None
    assert not holds_part_of(key, caplog.text)
    assert not holds_part_of(access_key.digest.hex(), caplog.text)

    verification.authenticate(key)
    assert stored(access_key.pk)["last_used_at"] is not None
