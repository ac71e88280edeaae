"""Django's admin: operators and roles, for superusers, behind the console's own sign-in."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.test import Client

from tests.factories import OperatorFactory

pytestmark = pytest.mark.django_db


def test_it_manages_operators_and_roles_alone() -> None:
    assert set(admin.site._registry) == {User, Group}


@pytest.mark.parametrize(
    "path", ["/admin/", "/admin/login/", "/admin/auth/user/", "/admin/auth/user/1/password/"]
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_strangers_sign_in_at_the_console(client: Client, path: str, method: str) -> None:
    response = getattr(client, method)(path, {"username": "operator", "password": "guess"}, follow=True)
    assert response.redirect_chain[-1][0].startswith("/accounts/login/?next=/admin/")
    assert response.templates[0].name == "account/login.html"


@pytest.mark.parametrize("staff", [True, False])
@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/admin/auth/user/"])
def test_operators_who_are_not_superusers_are_refused(client: Client, path: str, staff: bool) -> None:
    client.force_login(OperatorFactory(is_staff=staff, roles=["Operators"]))
    assert client.get(path, follow=True).status_code == 403
    assert client.post(path, {"username": "operator", "password": "guess"}, follow=True).status_code == 403


def test_superusers_come_in(client: Client) -> None:
    client.force_login(OperatorFactory(is_superuser=True))
    assert client.get("/admin/login/?next=/admin/", follow=True).redirect_chain == [("/admin/", 302)]
    assert client.get("/admin/auth/user/").status_code == 200
