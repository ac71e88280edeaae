"""One-time links: for how long they are good, what replaces them, and what becomes of wrong ones."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from accesskeys.core import keyring
from accesskeys.core.exceptions import RateLimited
from accesskeys.operations import allowance
from accesskeys.operations.actors import Actor
from identity_cloud.operators import operations
from identity_cloud.operators.exceptions import Inactive, LinkClosed, PasswordsOff
from identity_cloud.operators.models import OneTimeLink
from identity_cloud.operators.operations import links
from tests.factories import OperatorFactory
from tests.helpers import holds_part_of, master_key
from tests.identity_cloud.operators.asking import administrator, events, is_signed_in, signed_in

pytestmark = pytest.mark.django_db

STRANGER = Actor.for_stranger(address="192.0.2.9")


def made() -> links.Made:
    return operations.invite(name="bea", roles=["Viewers"], actor=administrator())


def refused(secret: str) -> str:
    with pytest.raises(LinkClosed, match="not good any more") as refusal:
        links.find(secret, actor=STRANGER)
    return refusal.value.code


def test_is_found_until_its_time_is_over() -> None:
    link, secret = made()
    assert link.expires_at - link.created_at == timedelta(hours=24)
    assert links.find(secret, actor=STRANGER) == link
    assert str(link) == "invite"
    with time_machine.travel(link.expires_at - timedelta(seconds=1), tick=False):
        assert links.find(secret, actor=STRANGER) == link
    with time_machine.travel(link.expires_at, tick=False):
        assert refused(secret) == "expired"
        assert events()[-1] == (
            "operator.sign_in_refused", "refused", "expired", "bea", {"link": "invite"}
        )  # fmt: skip
        with pytest.raises(LinkClosed):
            links.by_digest(bytes(link.digest))
        with pytest.raises(LinkClosed):
            links.use(link)


def test_a_new_one_replaces_it() -> None:
    link, secret = made()
    again = operations.reset(operator_id=link.operator_id, actor=administrator("eve"))
    assert refused(secret) == "unknown"
    assert links.find(again.secret, actor=STRANGER).purpose == "reset"
    assert OneTimeLink.objects.count() == 1


def test_is_found_after_another_master_key_has_come(settings: pytest.FixtureRequest) -> None:
    _link, secret = made()
    settings.ACCESS_KEYS_MASTER_KEYS = f"{master_key('k9')},{settings.ACCESS_KEYS_MASTER_KEYS}"  # type: ignore[attr-defined]
    assert links.find(secret, actor=STRANGER).operator.username == "bea"


def test_its_digest_is_no_other_digest() -> None:
    current, (_link, secret) = keyring.get_keyring().current, made()
    assert len({current.link_digest(secret), current.hand_over_digest(secret), current.digest(secret)}) == 3


@pytest.mark.parametrize(
    ("secret", "code"), [("x" * 43, "unknown"), ("", "malformed"), ("é" * 43, "malformed")]
)
def test_a_wrong_one_counts_as_a_bad_secret(secret: str, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made()
    counted: list[str | None] = []
    monkeypatch.setattr(allowance.Counting, "bad_secret", counted.append)
    assert refused(secret) == code
    assert counted == ["192.0.2.9"]


def test_who_keeps_asking_hears_so(settings: pytest.FixtureRequest) -> None:
    settings.ACCESS_KEYS_BAD_KEY_LIMIT = "2/minute"  # type: ignore[attr-defined]
    for _each in range(2):
        refused("x" * 43)
    with pytest.raises(RateLimited):
        links.find("x" * 43, actor=STRANGER)


class TestChoosePassword:
    def test_uses_the_link_up(self) -> None:
        link, secret = made()
        browser = signed_in(link.operator)
        operations.choose_password(link=link, password="correct horse battery", address="192.0.2.9")
        bea = User.objects.get(username="bea")
        assert bea.check_password("correct horse battery")
        assert refused(secret) == "unknown"
        assert not is_signed_in(browser)
        assert not UserSession.objects.filter(user=bea).exists()
        assert events()[-1] == ("operator.password_changed", "succeeded", "", "bea", {"link": "invite"})

    def test_of_the_first_alone(self) -> None:
        link, _secret = made()
        operations.choose_password(link=link, password="correct horse battery", address=None)
        with pytest.raises(LinkClosed):
            operations.choose_password(link=link, password="another horse battery", address=None)
        assert User.objects.get(username="bea").check_password("correct horse battery")
        assert events()[-1][:4] == ("operator.password_changed", "refused", "used", "bea")


class TestSignInLink:
    def test_is_loud_and_short(self, command: Actor, caplog: pytest.LogCaptureFixture) -> None:
        bea = OperatorFactory(username="bea")
        link, secret = operations.make_sign_in_link(operator_id=bea.pk, actor=command)
        assert link.expires_at - timezone.now() <= timedelta(minutes=10)
        assert events()[-1][:4] == ("operator.invited", "succeeded", "", "bea")
        assert events()[-1][4]["link"] == "sign_in"
        assert operations.use_sign_in_link(link=link) == bea
        assert [(record.levelno, record.getMessage()) for record in caplog.records] == [
            (logging.WARNING, "A link that signs bea in was made by manage.py."),
            (logging.WARNING, "The link that signs bea in was opened."),
        ]
        assert not holds_part_of(secret, caplog.text + repr(events()))

    def test_not_for_a_deactivated_one(self, command: Actor) -> None:
        with pytest.raises(Inactive):
            operations.make_sign_in_link(operator_id=OperatorFactory(is_active=False).pk, actor=command)
        assert not OneTimeLink.objects.exists()


class TestWherePasswordsAreOff:
    """Single sign-on alone opens the console, and the link for the day that it is away."""

    @pytest.fixture
    def ada(self) -> User:
        somebody: User = OperatorFactory(username="ada", roles=["Operators"])
        return somebody

    def test_nobody_is_invited(self, ada: User, settings: Any, command: Actor) -> None:
        settings.PASSWORD_SIGN_IN = False
        with pytest.raises(PasswordsOff, match="Operators come by single sign-on"):
            operations.reset(operator_id=ada.pk, actor=command)
        assert not OneTimeLink.objects.exists()

    def test_a_link_from_before_opens_nothing(self, ada: User, settings: Any, command: Actor) -> None:
        made = operations.reset(operator_id=ada.pk, actor=command)
        settings.PASSWORD_SIGN_IN = False
        with pytest.raises(LinkClosed):
            links.find(made.secret, actor=Actor.for_stranger(address="192.0.2.7"))

    def test_a_link_to_sign_in_still_does(self, ada: User, settings: Any, command: Actor) -> None:
        settings.PASSWORD_SIGN_IN = False
        made = operations.make_sign_in_link(operator_id=ada.pk, actor=command)
        found = links.find(made.secret, actor=Actor.for_stranger(address="192.0.2.7"))
        assert found.operator == ada

    def test_no_passkey_does(self, settings: Any) -> None:
        settings.PASSWORD_SIGN_IN = False
        response = Client().get("/accounts/passkey/", headers={"Accept": "application/json"})
        assert response["Location"] == "/accounts/login/"

    def test_the_page_says_why(self, settings: Any) -> None:
        settings.PASSWORD_SIGN_IN = False
        page = signed_in(administrator().operator).post("/settings/operators/invite/", {"name": "bea"})
        assert "Operators come by single sign-on." in page.content.decode()
        assert not User.objects.filter(username="bea").exists()
