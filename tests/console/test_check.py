"""*Would this request pass?* on the details page."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accesskeys import operations
from accesskeys.models import AccessKey
from accesskeys.operations.actors import Actor
from accesskeys.verification import rate_limits
from tests.clients import anybody
from tests.factories import AccessKeyFactory
from tests.helpers import audit_log, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def billing() -> AccessKey:
    return AccessKeyFactory(name="billing", scopes=["orders:read"])


@pytest.fixture
def no_counters(settings: Settings) -> None:
    settings.ACCESS_KEYS_COUNTER_FILE = "/dev/null/counters"


def address_of(access_key: AccessKey) -> str:
    return reverse("accesskeys:access_key_check", args=[access_key.pk])


def answer(client: Client, access_key: AccessKey, **typed: str) -> list[str]:
    """The sentences of the panel, from the headline on."""
    response = client.post(address_of(access_key), typed)
    assert response.status_code == 200
    panel = response.content.decode().split('id="check"')[1].split("</section>")[0]
    told = panel.split("autofocus>")
    return _texts(told[1]) if len(told) > 1 else []


def _texts(html: str) -> list[str]:
    lines = re.sub(r"<[^>]+>", "", re.sub(r"</(p|li|strong)>", "\n", html)).split("\n\n")
    return [" ".join(unescape(line).split()) for line in lines if line.strip()]


def told(client: Client, access_key: AccessKey, **typed: str) -> str:
    return " | ".join(answer(client, access_key, **typed))


def test_it_says_yes_and_changes_nothing(operator: Client, billing: AccessKey) -> None:
    row, events = stored(billing.pk), audit_log()
    text = told(operator, billing, scopes="orders:read")
    for sentence in (
        "This request would pass.",
        "It is not suspended.",
        "It never expires.",
        "It may be used from anywhere.",
        "It has no rate limit.",
        "It has the scope orders:read.",
    ):
        assert sentence in text
    assert (stored(billing.pk), audit_log()) == (row, events)


@pytest.mark.parametrize(
    ("changes", "typed", "sentences"),
    [
        (
            {},
            {"scopes": "orders:read+orders:write"},
            ["refused with 403", "It lacks the scope orders:write."],
        ),
        ({"suspended_at": timezone.now()}, {}, ["refused with 401", "It is suspended:"]),
        (
            {"expires_at": datetime(2031, 5, 1, tzinfo=UTC)},
            {"at": "2031-05-01T00:00"},
            ["refused with 401", "It is expired:"],
        ),
        (
            {"expires_at": datetime(2031, 5, 1, tzinfo=UTC)},
            {"at": "2031-04-30T23:59"},
            ["would pass", "It expires later:"],
        ),
        (
            {"allowed_networks": ["192.0.2.0/24"]},
            {"address": "203.0.113.7"},
            ["refused with 401", "203.0.113.7 is in none of its allowed networks."],
        ),
        (
            {"allowed_networks": ["192.0.2.0/24"]},
            {"address": "192.0.2.7"},
            ["would pass", "192.0.2.7 is in its allowed networks."],
        ),
        (
            {"allowed_networks": ["192.0.2.0/24"]},
            {},
            ["refused with 401", "Type the address of the program."],
        ),
        (
            {"rate_limit": "1000/hour"},
            {"at": "2031-05-01T00:00"},
            ["would pass", "Its rate limit is counted when it is time."],
        ),
    ],
)
def test_it_says_what_refuses(
    operator: Client,
    billing: AccessKey,
    changes: dict[str, Any],
    typed: dict[str, str],
    sentences: list[str],
) -> None:
    AccessKey.objects.filter(pk=billing.pk).update(**changes)
    text = told(operator, billing, **typed)
    for sentence in sentences:
        assert sentence in text


@pytest.mark.usefixtures("own_counters")
def test_a_rate_limit_is_looked_at_and_not_counted(
    operator: Client, billing: AccessKey, command: Actor
) -> None:
    limited = operations.limit(
        access_key_id=billing.pk, allowed_networks=[], rate_limit="2/hour", actor=command
    )
    for used, said in (("0 of 2", "would pass"), ("1 of 2", "would pass"), ("2 of 2", "refused with 429")):
        for _ in range(2):
            text = told(operator, billing)
            assert f"{used} requests are used." in text
            assert said in text
        if used != "2 of 2":
            rate_limits.count_use(limited)


@pytest.mark.usefixtures("no_counters")
def test_where_nothing_can_be_counted_nobody_can_say(
    operator: Client, billing: AccessKey, command: Actor
) -> None:
    operations.limit(access_key_id=billing.pk, allowed_networks=[], rate_limit="2/hour", actor=command)
    assert told(operator, billing) == (
        "Rate limits cannot be counted at the moment, so a program hears 503. Try again."
    )


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"address": "203.0.113"}, "That is not an IP address"),
        ({"scopes": "orders:read ORDERS"}, "Those are not scopes"),
        ({"at": "tomorrow"}, "That is not a date and time."),
        ({"at": "2020-01-01T00:00"}, "There was no such access key yet."),
    ],
)
def test_what_makes_no_sense_is_said_beside_it_and_kept(
    operator: Client, billing: AccessKey, typed: dict[str, str], sentence: str
) -> None:
    response = operator.post(address_of(billing), typed)
    panel = unescape(response.content.decode().split('id="check"')[1].split("</section>")[0])
    assert sentence in panel
    assert f'value="{next(iter(typed.values()))}"' in panel
    assert "<details open>" in panel
    assert "This request" not in panel


def test_the_minute_it_was_made_in_can_be_asked_about(operator: Client, billing: AccessKey) -> None:
    at = timezone.now().astimezone(UTC)
    assert "would pass" in told(operator, billing, at=f"{at:%Y-%m-%dT%H:%M}")


def test_it_is_closed_until_somebody_asks(operator: Client, billing: AccessKey) -> None:
    page = operator.get(reverse("accesskeys:access_key_details", args=[billing.pk]))
    assert "<details >" in page.content.decode().split('id="check"')[1]


def test_who_may_read_may_ask(viewer: Client, billing: AccessKey) -> None:
    assert "would pass" in told(viewer, billing)


def test_the_address_alone_leads_to_the_details(operator: Client, billing: AccessKey) -> None:
    details = reverse("accesskeys:access_key_details", args=[billing.pk])
    assert operator.get(address_of(billing)).headers["Location"] == details


def test_one_that_is_gone_leads_to_the_list(operator: Client, billing: AccessKey) -> None:
    AccessKey.objects.only("pk").all().delete()
    response = operator.post(address_of(billing), {})
    assert response.headers["Location"] == reverse("accesskeys:access_key_list")


def test_a_stranger_signs_in_first(billing: AccessKey) -> None:
    response = anybody().post(address_of(billing), {})
    assert response.headers["Location"].startswith(reverse("account_login"))
