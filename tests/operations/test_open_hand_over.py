"""Opening a link: the key once, and one answer to all that is no open link."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError
from django.utils import timezone
from pytest_django import Settings

from accesskeys import operations, verification
from accesskeys.core.exceptions import HandOverClosed, IntegrityFailure, RateLimited
from accesskeys.core.rates import Rate
from accesskeys.models import AccessKey, AuditEvent, HandOver
from accesskeys.operations import Opened, allowance
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import at_once, audit_log, holds_part_of, master_key, refusing_inserts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_counters")]

RECIPIENT = Actor.for_recipient(address="198.51.100.9")


@pytest.fixture
def billing() -> AccessKey:
    return AccessKeyFactory(name="billing")


def link_to(access_key: AccessKey, **kwargs: int) -> str:
    made = operations.hand_over(access_key_id=access_key.pk, actor=Actor.for_command(), **kwargs)
    return made.secret


def opened(secret: str) -> Opened:
    return operations.open_hand_over(secret=secret, actor=RECIPIENT)


def assert_closed(secret: str, code: str) -> None:
    """The sentence is the same for everybody; the code is not told."""
    with pytest.raises(HandOverClosed) as refusal:
        opened(secret)
    assert refusal.value.code == code
    assert str(refusal.value) == (
        "This link shows no key. It was opened before, has expired or was taken back, or a part of it is missing. "
        "Ask whoever sent it for a new one."
    )


def test_shows_the_key_once_and_remembers_where(billing: AccessKey) -> None:
    secret = link_to(billing)
    assert opened(secret) == ("billing", key_of(billing))
    row = HandOver.objects.get()
    assert (row.closed_by, row.opened_from) == ("opened", "198.51.100.9")
    assert timezone.now() - row.opened_at < timedelta(minutes=1)
    event = AuditEvent.objects.latest("id")
    assert audit_log()[-1] == ("access_key.hand_over_opened", "succeeded", "", billing.pk, "billing")
    assert (event.actor_kind, event.actor_label, event.address) == (
        "recipient",
        "holder of the link",
        "198.51.100.9",
    )
    assert event.details == {"hand_over": 1, "handed_over_by": "manage.py"}
    assert_closed(secret, "opened")
    assert audit_log()[-1] == ("access_key.hand_over_opened", "refused", "opened", billing.pk, "billing")
    assert not holds_part_of(secret, repr(list(AuditEvent.objects.values())))
    assert not holds_part_of(key_of(billing), repr(list(AuditEvent.objects.values())))


def test_until_its_moment_and_no_longer(billing: AccessKey) -> None:
    secret = link_to(billing, hours=1)
    end = HandOver.objects.get().expires_at
    with time_machine.travel(end, tick=False):
        assert_closed(secret, "expired")
        assert list(HandOver.objects.closed()) == [HandOver.objects.get()]
    with time_machine.travel(end - timedelta(microseconds=1), tick=False):
        assert list(HandOver.objects.open()) == [HandOver.objects.get()]
        assert opened(secret).key == key_of(billing)


def test_not_after_it_was_taken_back(billing: AccessKey, command: Actor) -> None:
    secret = link_to(billing)
    operations.take_back(access_key_id=billing.pk, number=1, actor=command)
    assert_closed(secret, "taken_back")


def test_not_after_a_revoke(billing: AccessKey, command: Actor) -> None:
    secret = link_to(billing)
    operations.revoke(access_key_id=billing.pk, actor=command)
    assert_closed(secret, "unknown")


@pytest.mark.parametrize("secret", ["", "a" * 42, "a" * 44, "a" * 42 + "\n", "é" * 43, "\x00" * 43, "ica_"])
def test_what_is_no_secret_asks_no_database(secret: str, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):
        assert_closed(secret, "malformed")


def test_an_unknown_one_leaves_no_event() -> None:
    assert_closed("a" * 43, "unknown")
    assert audit_log() == []


@pytest.mark.parametrize("state", ["suspended", "expired"])
def test_a_key_that_would_be_refused_is_not_shown_and_the_link_not_used_up(
    state: str, billing: AccessKey, command: Actor
) -> None:
    secret = link_to(billing)
    if state == "suspended":
        operations.suspend(access_key_id=billing.pk, actor=command)
    else:
        AccessKey.objects.filter(pk=billing.pk).update(expires_at=timezone.now() + timedelta(microseconds=1))
    assert_closed(secret, state)
    assert audit_log()[-1][1:3] == ("refused", state)
    operations.resume(access_key_id=billing.pk, actor=command)
    AccessKey.objects.filter(pk=billing.pk).update(expires_at=None)
    assert opened(secret).key == key_of(billing)


def test_a_damaged_key_is_not_half_shown_and_the_link_not_used_up(billing: AccessKey) -> None:
    secret = link_to(billing)
    sealed = AccessKey.objects.get().sealed
    AccessKey.objects.update(sealed=b"?" * 84)
    with pytest.raises(IntegrityFailure):
        opened(secret)
    assert audit_log()[-1][:3] == ("access_key.hand_over_opened", "failed", "integrity_failure")
    AccessKey.objects.update(sealed=sealed)
    assert opened(secret).key == key_of(billing)


def test_another_first_master_key_leaves_links_working(billing: AccessKey, settings: Settings) -> None:
    secret = link_to(billing)
    settings.ACCESS_KEYS_MASTER_KEYS = f"{master_key('k9')},{settings.ACCESS_KEYS_MASTER_KEYS}"
    assert opened(secret).key == key_of(billing)


def test_the_digest_of_a_key_opens_nothing(billing: AccessKey) -> None:
    """Links have a subkey of their own: no digest of one kind stands for the other."""
    secret = link_to(billing)
    AccessKey.objects.filter(pk=billing.pk).update(digest=HandOver.objects.get().digest)
    with pytest.raises(Exception, match="not valid"):
        verification.authenticate(secret)


def test_guessing_is_counted_with_bad_keys_and_good_links_go_on(
    billing: AccessKey, settings: Settings
) -> None:
    settings.ACCESS_KEYS_BAD_KEY_LIMIT = "2/minute"
    secret = link_to(billing)
    for _ in range(2):
        assert_closed("a" * 43, "unknown")
    with pytest.raises(RateLimited):
        opened("a" * 43)
    with pytest.raises(RateLimited):
        verification.authenticate("ica_nonsense", address=RECIPIENT.address)
    assert opened(secret).key == key_of(billing)
    with pytest.raises(HandOverClosed):
        operations.open_hand_over(secret=secret, actor=Actor.for_recipient(address="192.0.2.1"))


def test_one_address_does_not_use_up_what_is_written_down_of_others(
    billing: AccessKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They have no account to be told apart by."""
    monkeypatch.setattr(allowance, "OF_AN_ACTOR", Rate(2, 3600))
    secret = link_to(billing)
    opened(secret)
    for _ in range(4):
        assert_closed(secret, "opened")
    refused = AuditEvent.objects.filter(outcome="refused")
    assert refused.count() == 2
    with pytest.raises(HandOverClosed):
        operations.open_hand_over(secret=secret, actor=Actor.for_recipient(address="192.0.2.1"))
    assert refused.count() == 3


@pytest.mark.django_db(transaction=True)
class TestTwo:
    def test_at_once_only_one_sees_the_key(self, billing: AccessKey) -> None:
        for number in range(6):
            secret = link_to(billing)
            results = at_once([lambda: opened(secret)] * 8)  # noqa: B023
            shown = [result for result in results if isinstance(result, Opened)]
            codes = Counter(getattr(result, "code", "") for result in results)
            assert shown == [("billing", key_of(billing))], results
            assert codes == {"": 1, "opened": 7}
            done = AuditEvent.objects.filter(action="access_key.hand_over_opened", outcome="succeeded")
            assert done.count() == number + 1

    def test_of_opening_and_taking_back_one_wins(self, billing: AccessKey, command: Actor) -> None:
        for number in range(1, 7):
            secret = link_to(billing)
            results = at_once(
                [
                    lambda: opened(secret),  # noqa: B023
                    lambda: operations.take_back(access_key_id=billing.pk, number=number, actor=command),  # noqa: B023
                ]
            )
            assert sum(isinstance(result, Exception) for result in results) == 1, results
            by = HandOver.objects.get(number=number).closed_by
            assert by == ("opened" if isinstance(results[0], Opened) else "taken_back")

    def test_of_opening_and_revoking_none_is_in_the_others_way(self, command: Actor) -> None:
        for _ in range(6):
            access_key = AccessKeyFactory()
            secret = link_to(access_key)
            shown, revoked = at_once(
                [
                    lambda: opened(secret),  # noqa: B023
                    lambda: operations.revoke(access_key_id=access_key.pk, actor=command),  # noqa: B023
                ]
            )
            assert revoked.id == access_key.pk
            assert isinstance(shown, Opened | HandOverClosed), shown
        assert not HandOver.objects.exists()

    def test_what_cannot_be_written_down_is_not_shown(self, billing: AccessKey) -> None:
        secret = link_to(billing)
        with refusing_inserts("accesskeys_auditevent"), pytest.raises(DatabaseError, match="refused"):
            opened(secret)
        assert HandOver.objects.get().closed_by == ""
        assert opened(secret).key == key_of(billing)
