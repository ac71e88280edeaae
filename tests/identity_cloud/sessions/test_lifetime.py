"""When a session ends by itself, and when it does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from time_machine import TimeMachineFixture

from accesskeys.models import AccessKey, AuditEvent
from tests.console.helpers import GENERATE, HTMX, LIST
from tests.factories import OperatorFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 28, 8, tzinfo=UTC)
LEFT = "/account/sessions/left/"


@pytest.fixture
def ada() -> User:
    somebody: User = OperatorFactory(username="ada", roles=["Operators"])
    return somebody


@pytest.fixture
def client(ada: User, time_machine: TimeMachineFixture) -> Client:
    """Ada's browser, at eight in the morning."""
    time_machine.move_to(NOW, tick=False)
    client = Client()
    client.force_login(ada)
    return client


def ended() -> list[tuple[str, str, dict[str, Any]]]:
    events = AuditEvent.objects.filter(action="operator.session_ended")
    return [(event.outcome, event.about_operator_name, event.details) for event in events]


def test_half_an_hour_without_a_request(client: Client, time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(NOW + timedelta(minutes=29), tick=False)
    assert client.get(LIST).status_code == 200
    time_machine.move_to(NOW + timedelta(minutes=59), tick=False)
    assert client.get(LIST)["Location"] == f"/accounts/login/?next={LIST}"
    assert ended() == [("succeeded", "ada", {"why": "idle"})]
    assert (Session.objects.count(), UserSession.objects.count()) == (0, 0)


def test_twelve_hours_in_all(client: Client, time_machine: TimeMachineFixture) -> None:
    for minutes in range(20, 12 * 60, 20):
        time_machine.move_to(NOW + timedelta(minutes=minutes), tick=False)
        assert client.get(LIST).status_code == 200
    time_machine.move_to(NOW + timedelta(hours=12), tick=False)
    assert client.get(LIST).status_code == 302
    assert ended() == [("succeeded", "ada", {"why": "too_long"})]


def test_a_session_from_before_the_upgrade_is_over(client: Client) -> None:
    session = client.session
    del session["signed_in_at"]
    session.save()
    assert client.get(LIST).status_code == 302


def test_asking_how_long_keeps_nobody_signed_in(client: Client, time_machine: TimeMachineFixture) -> None:
    for minutes, left in ((10, 20), (29, 1), (30, 0)):
        time_machine.move_to(NOW + timedelta(minutes=minutes), tick=False)
        assert client.get(LEFT).json()["seconds_left"] == left * 60
    time_machine.move_to(NOW + timedelta(minutes=31), tick=False)
    assert client.get(LEFT).json() == {"seconds_left": 0}
    assert client.get(LIST).status_code == 302


def test_staying_signed_in(client: Client, time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(NOW + timedelta(minutes=29), tick=False)
    assert client.post(LEFT).json()["seconds_left"] == 30 * 60
    time_machine.move_to(NOW + timedelta(hours=11, minutes=45), tick=False)
    session = client.session
    session["seen_at"] = (NOW + timedelta(hours=11, minutes=44)).timestamp()
    session.save()
    assert client.post(LEFT).json()["seconds_left"] == 15 * 60


def test_a_page_that_was_left_open_hears_whose_session_it_is_now(client: Client) -> None:
    told = client.get(LEFT).json()
    assert told["operator"] == client.session["_auth_user_id"]
    careful = Client(enforce_csrf_checks=True)
    careful.cookies = client.cookies
    token = careful.get(LEFT).json()["token"]
    for sent, status in ((token, 200), ("x" * 64, 403)):
        headers = {"X-CSRFToken": sent, "Accept": "application/json"}
        assert careful.post(LEFT, headers=headers).status_code == status
    assert Client().get(LEFT).json() == {"seconds_left": 0}


def test_what_was_typed_waits_for_the_sign_in(client: Client, time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(NOW + timedelta(hours=1), tick=False)
    response = client.post(GENERATE, {"name": "billing"}, headers=HTMX)
    assert response.status_code == 401
    assert "You are signed out, so nothing was done." in response.content.decode()
    assert not AccessKey.objects.exists()


def test_a_page_says_how_long_it_has(client: Client, time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(NOW + timedelta(minutes=5), tick=False)
    assert 'data-left="1800"' in client.get(LIST).content.decode()
