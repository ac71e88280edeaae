"""The list of operators: what it tells, whom it finds, and how many there may be."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group, User
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accesskeys.operations.actors import Actor
from identity_cloud.operators import operations
from identity_cloud.operators.factors import totp
from tests.factories import OperatorFactory
from tests.identity_cloud.factors.asking import SECRET
from tests.identity_cloud.factors.authenticator import given_to
from tests.identity_cloud.operators.asking import console, signed_in, text

pytestmark = pytest.mark.django_db

LIST = "/settings/operators/"
COMMAND = Actor.for_command()


def names(response: Any) -> list[str]:
    return re.findall(r'<a href="/settings/operators/\d+/" translate="no">([^<]+)', response.content.decode())


def test_tells_of_each_who_it_is_and_what_it_may_do() -> None:
    bea = OperatorFactory(username="bea", roles=["Auditors", "Viewers"], password="correct horse battery")
    bea.groups.add(Group.objects.create(name="Night shift"))
    totp.add(bea, SECRET, used=0)
    given_to(bea)
    page = text(console().get(f"{LIST}?search=bea"))
    assert "1 operator Operators" in page
    assert "bea Active Viewers Auditors Night shift Password Passkey, Codes from an app never" in page


def test_says_who_waits_and_who_is_gone() -> None:
    operations.invite(name="bea", roles=[], actor=COMMAND)
    User.objects.create_superuser("root", last_login=timezone.now())
    OperatorFactory(username="gone", is_active=False)
    page = text(console().get(LIST))
    assert "bea Invited none – – never" in page
    assert "root Active Superuser – – just now" in page
    assert "gone Deactivated none – – never" in page
    assert "ada you Active Administrators" in page
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert "bea Link expired" in text(console("eve").get(LIST))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["ada", "bea", "Cleo", "dora", "emil"]),
        ("search=E", ["bea", "Cleo", "emil"]),
        ("role=Viewers", ["bea"]),
        ("role=none", ["Cleo", "dora"]),
        ("status=deactivated", ["Cleo"]),
        ("status=invited", ["dora"]),
        ("status=reset", ["emil"]),
        ("status=active", ["ada", "bea"]),
        ("status=link_expired", []),
        ("role=Viewers&status=deactivated", []),
        ("ordering=-last_login", ["ada", "bea", "Cleo", "dora", "emil"]),
        ("ordering=last_login", ["bea", "Cleo", "dora", "emil", "ada"]),
    ],
)
def test_finds_whom_it_is_asked_for(query: str, found: list[str]) -> None:
    browser = console()
    OperatorFactory(username="bea", roles=["Viewers"])
    OperatorFactory(username="Cleo", is_active=False)
    operations.invite(name="dora", roles=[], actor=COMMAND)
    operations.reset(operator_id=OperatorFactory(username="emil", roles=["Auditors"]).pk, actor=COMMAND)
    response = browser.get(f"{LIST}?{query}")
    assert names(response) == found
    assert ("No operator matches" in text(response)) is not found


def test_an_expired_link_is_found() -> None:
    operations.reset(operator_id=OperatorFactory(username="bea").pk, actor=COMMAND)
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert names(console().get(f"{LIST}?status=link_expired")) == ["bea"]
        assert names(console("eve").get(f"{LIST}?status=active")) == ["ada", "eve"]


@pytest.mark.parametrize(
    ("query", "notice"),
    [
        ("role=Kings", "There is no role “Kings”, so operators of any role are shown."),
        ("status=dead", "There is no status “dead”, so operators of any status are shown."),
        ("ordering=size", "There is no order “size”, so they are sorted by name."),
        ("page=nine", "That is not a page number, so this is the first page."),
        ("page=9", "There is no such page any more, so this is the last one."),
    ],
)
def test_says_what_makes_no_sense(query: str, notice: str) -> None:
    response = console().get(f"{LIST}?{query}")
    assert notice in text(response)
    assert names(response) == ["ada"]


def test_of_a_thousand_takes_as_many_statements_as_of_one(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    browser = console()
    User.objects.bulk_create(User(username=f"operator_{number:04}") for number in range(1000))
    for operator in User.objects.all():
        operator.groups.add(Group.objects.get(name="Viewers"))
    with django_assert_max_num_queries(10):
        response = browser.get(f"{LIST}?page=2")
    assert len(names(response)) == 50
    assert "1,001 operators" in text(response)
    assert "Page 2 of 21" in text(response)


def test_is_for_administrators() -> None:
    browser = signed_in(OperatorFactory(roles=["Operators", "Viewers", "Auditors"]))
    assert browser.get(LIST).status_code == 403
    assert "Operators</a>" not in browser.get("/settings/access-keys/").content.decode()
    assert 'href="/settings/operators/"' in console().get(LIST).content.decode()
