"""The expiry on the details page: to save what is saved changes nothing, and the time of day is not lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from time_machine import TimeMachineFixture

from accesskeys.models import AccessKey, AuditEvent
from tests.console.helpers import details, said
from tests.factories import AccessKeyFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 29, 9, tzinfo=UTC)
MIDNIGHT = datetime(2027, 12, 1, tzinfo=UTC)
MOMENTS = [
    MIDNIGHT,
    MIDNIGHT + timedelta(hours=10, minutes=30),
    MIDNIGHT + timedelta(hours=23, minutes=59, seconds=59),
    MIDNIGHT - timedelta(microseconds=1),
    NOW + timedelta(minutes=5),
]


def opened(client: Client, access_key: AccessKey) -> dict[str, Any]:
    """What the form sends if nobody touches it."""
    form = client.get(details(access_key), {"edit": "expiry"}).context["expiry_form"]
    typed = {name: form[name].value() for name in ("lifetime", "until", "was")}
    return {name: "" if value is None else value for name, value in typed.items()}


def save(client: Client, access_key: AccessKey, typed: dict[str, Any]) -> Any:
    return client.post(f"{details(access_key)}expiry/", typed)


@pytest.fixture(autouse=True)
def now(time_machine: TimeMachineFixture) -> TimeMachineFixture:
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.mark.parametrize("end", [None, *MOMENTS], ids=str)
def test_an_unchanged_save_changes_nothing(operator: Client, end: datetime | None) -> None:
    access_key = AccessKeyFactory(expires_at=end)
    before = AuditEvent.objects.count()
    assert save(operator, access_key, opened(operator, access_key)).status_code == 302
    access_key.refresh_from_db()
    assert access_key.expires_at == end
    assert AuditEvent.objects.count() == before


def test_another_day_is_good_until_its_end(operator: Client) -> None:
    access_key = AccessKeyFactory(expires_at=MIDNIGHT)
    save(operator, access_key, {**opened(operator, access_key), "until": "2027-12-02"})
    access_key.refresh_from_db()
    assert access_key.expires_at == datetime(2027, 12, 2, 23, 59, 59, tzinfo=UTC)
    assert AuditEvent.objects.latest("id").details == {
        "expires_at": {"before": "2027-12-01T00:00:00Z", "after": "2027-12-02T23:59:59Z"}
    }


def test_a_day_that_is_chosen_for_one_without_expiry(operator: Client) -> None:
    access_key = AccessKeyFactory(expires_at=MIDNIGHT)
    save(operator, access_key, {**opened(operator, access_key), "lifetime": ""})
    save(operator, access_key, {"lifetime": "until", "until": "2027-12-01"})
    access_key.refresh_from_db()
    assert access_key.expires_at == MIDNIGHT + timedelta(hours=23, minutes=59, seconds=59)


def test_one_that_expires_while_the_form_is_open(operator: Client, now: TimeMachineFixture) -> None:
    access_key = AccessKeyFactory(expires_at=NOW + timedelta(minutes=5))
    typed = opened(operator, access_key)
    now.move_to(NOW + timedelta(minutes=6), tick=False)
    answer = save(operator, access_key, typed)
    assert "The access key has expired meanwhile, so nothing was saved." in answer.content.decode()
    access_key.refresh_from_db()
    assert access_key.is_expired
    # Who saves once more has read it, and means what is said: until the end of today.
    again = {**typed, "was": answer.context["expiry_form"]["was"].value()}
    assert said(save(operator, access_key, again)) == [
        "The expiry is saved. The key works again from now on."
    ]
    access_key.refresh_from_db()
    assert access_key.expires_at == datetime(2026, 11, 29, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("end", "summary", "hint"),
    [
        (MIDNIGHT, ">1 Dec 2027</time>, 00:00 UTC<", "usable until 00:00 UTC on the day that is saved"),
        (MOMENTS[1], ">1 Dec 2027</time>, 10:30 UTC<", "usable until 10:30 UTC on the day that is saved"),
        (MOMENTS[2], ">1 Dec 2027</time></div>", "usable until the end of this day, UTC"),
    ],
)
def test_the_time_is_shown_where_it_is_not_the_end_of_the_day(
    operator: Client, viewer: Client, end: datetime, summary: str, hint: str
) -> None:
    access_key = AccessKeyFactory(expires_at=end)
    assert summary in viewer.get(details(access_key)).content.decode()
    assert hint in operator.get(details(access_key), {"edit": "expiry"}).content.decode()


@pytest.mark.parametrize("section", ["scopes", "limits", "facts"])
def test_nor_does_it_in_other_sections(operator: Client, section: str) -> None:
    saved = {
        "scopes": {"scopes": ["access_keys:read"], "used_scopes": ["orders:write", "orders:read"]},
        "limits": {"allowed_networks": "192.0.2.0/24", "requests": "7", "period": "hour"},
        "facts": {"owner": "Ada", "description": "Invoices", "labels": "a=1\r\nb=2"},
    }[section]
    access_key = AccessKeyFactory()
    for _ in range(2):
        assert operator.post(f"{details(access_key)}{section}/", saved).status_code == 302
    assert AuditEvent.objects.exclude(action="access_key.generated").count() == 1
