"""Guessing a password takes ever longer, and keeps nobody out who is at an own device."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.test import Client
from time_machine import TimeMachineFixture

from accesskeys.models import AuditEvent
from tests.conftest import SteadyClock
from tests.factories import OperatorFactory

pytestmark = pytest.mark.django_db

SIGN_IN = "/accounts/login/"
PASSWORD = "correct horse battery"
NOW = datetime(2026, 11, 28, 10, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def proxied(settings: django_settings) -> None:
    """Each address is what the test says."""
    settings.TRUSTED_PROXIES = ["127.0.0.1/32"]


@pytest.fixture
def ada() -> User:
    somebody: User = OperatorFactory(username="ada", roles=["Operators"], password=PASSWORD)
    return somebody


def attempt(client: Client, password: str, *, name: str = "ada", address: str = "192.0.2.1") -> bool:
    typed = {"login": name, "password": password}
    client.post(SIGN_IN, typed, headers={"X-Forwarded-For": address})
    return "_auth_user_id" in client.session


def guess(times: int, *, name: str = "ada", network: int = 1) -> None:
    """Wrong ones, each from an address of its own."""
    for number in range(times):
        assert not attempt(Client(), "wrong", name=name, address=f"198.51.{network}.{number + 1}")


def known(ada: User) -> Client:
    """A browser in which ada has signed in, and out again."""
    client = Client()
    assert attempt(client, PASSWORD)
    client.post("/accounts/logout/")
    return client


def test_a_stranger_keeps_nobody_out(ada: User) -> None:
    device = known(ada)
    guess(8)
    assert not attempt(Client(), PASSWORD)
    assert AuditEvent.objects.latest("id").reason == "too_many_attempts"
    assert attempt(device, PASSWORD)


def test_not_from_the_same_address_either(ada: User) -> None:
    device = known(ada)
    for _ in range(12):
        attempt(Client(), "wrong", name="somebody")
    assert not attempt(Client(), PASSWORD)
    assert attempt(device, PASSWORD)


def test_a_known_device_may_guess_no_more_than_others(ada: User) -> None:
    device = known(ada)
    for _ in range(5):
        assert not attempt(device, "wrong")
    assert not attempt(device, PASSWORD)
    assert attempt(Client(), PASSWORD, address="192.0.2.9")


def test_it_is_known_to_its_operator_alone(ada: User) -> None:
    device = known(ada)
    OperatorFactory(username="maren", password=PASSWORD)
    guess(5, name="maren")
    assert not attempt(device, PASSWORD, name="maren")


def test_two_operators_share_a_browser(ada: User) -> None:
    OperatorFactory(username="maren", password=PASSWORD)
    device = known(ada)
    assert attempt(device, PASSWORD, name="maren")
    device.post("/accounts/logout/")
    for number, name in enumerate(["ada", "maren"]):
        guess(5, name=name, network=number)
        assert attempt(device, PASSWORD, name=name)
        device.post("/accounts/logout/")


def test_a_changed_password_forgets_it(ada: User) -> None:
    device = known(ada)
    ada.set_password("another long one")
    ada.save()
    guess(5)
    assert not attempt(device, "another long one")


@pytest.mark.parametrize("cookie", ["", "nonsense", "eyJ9:1:abc"])
def test_a_cookie_of_ones_own_making_is_none(ada: User, cookie: str) -> None:
    guess(5)
    client = Client()
    client.cookies[django_settings.KNOWN_DEVICE_COOKIE] = cookie
    assert not attempt(client, PASSWORD)


def test_the_wait_grows(ada: User, steady_clock: SteadyClock, time_machine: TimeMachineFixture) -> None:
    """Five minutes, then an hour, then six."""
    passed = 0.0

    def wait(seconds: float) -> None:
        nonlocal passed
        passed += seconds
        time_machine.move_to(NOW + timedelta(seconds=passed), tick=False)
        steady_clock.shift(seconds)

    wait(0)
    for network, pause in enumerate([301, 3300, 301, 20_000]):
        guess(5, network=network)
        assert not attempt(Client(), PASSWORD, address=f"192.0.2.{network + 10}")
        wait(pause)
    assert attempt(Client(), PASSWORD, address="192.0.2.99")


def test_all_together_are_limited_too(ada: User, settings: django_settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login_failed_overall": "7/10m/key"}
    device = known(ada)
    for number in range(7):
        guess(1, name=f"nobody_{number}", network=number)
    assert not attempt(Client(), PASSWORD)
    assert attempt(device, PASSWORD)


def test_what_succeeds_does_not_count(ada: User) -> None:
    for number in range(15):
        assert attempt(Client(), PASSWORD, address=f"192.0.2.{number}")
