"""Where operators land: on the first page that they may see, or on a welcome that says whom to ask."""

from __future__ import annotations

import pytest
from django.test import Client

from accesskeys.models import AuditEvent
from accesskeys.operations.actors import Actor
from identity_cloud.operators import operations
from tests.factories import OperatorFactory
from tests.identity_cloud.operators.asking import signed_in, text

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
WELCOME = "You are signed in, and have no role yet, so there is nothing to see."


@pytest.fixture
def newcomer() -> Client:
    return signed_in(OperatorFactory(username="bea"))


@pytest.mark.parametrize(
    "page", ["/", "/settings/access-keys/", "/settings/audit-log/", "/settings/operators/"]
)
def test_whoever_has_no_role_hears_whom_to_ask(page: str, newcomer: Client) -> None:
    for name in ("eve", "ada"):
        OperatorFactory(username=name, password=PASSWORD, roles=["Administrators"])
    OperatorFactory(username="gone", password=PASSWORD, is_active=False, roles=["Administrators"])
    operations.invite(name="carl", roles=["Administrators"], actor=Actor.for_command())
    response = newcomer.get(page, follow=True)
    assert response.status_code == 403
    assert "Welcome, bea" in text(response)
    assert WELCOME in text(response)
    assert "Ask: ada, eve" in text(response)
    assert response["Cache-Control"].endswith("no-store")


def test_where_nobody_can_be_asked(newcomer: Client) -> None:
    assert "Ask:" not in text(newcomer.get("/", follow=True))


def test_programs_hear_it_as_before(newcomer: Client) -> None:
    response = newcomer.get("/settings/access-keys/", headers={"accept": "application/json"})
    assert (response.status_code, response.json()["errors"][0]["code"]) == (403, "permission_denied")


def test_whoever_has_a_role_hears_what_is_missing() -> None:
    response = signed_in(OperatorFactory(roles=["Viewers"])).get("/settings/audit-log/")
    assert "You do not have the permission to do this." in text(response)
    assert WELCOME not in text(response)


@pytest.mark.parametrize(
    ("roles", "page"),
    [
        (["Viewers", "Auditors", "Administrators"], "/settings/access-keys/"),
        (["Auditors", "Administrators"], "/settings/audit-log/"),
        (["Administrators"], "/settings/operators/"),
    ],
)
def test_the_others_land_on_the_first_page_that_is_theirs(roles: list[str], page: str) -> None:
    response = signed_in(OperatorFactory(roles=roles)).get("/", follow=True)
    assert response.redirect_chain == [(page, 302)]
    assert response.status_code == 200
    assert not AuditEvent.objects.exists()
