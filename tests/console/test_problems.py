"""Pages for what went wrong."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from tests.console.helpers import GENERATE, LIST
from tests.factories import OperatorFactory

pytestmark = pytest.mark.django_db


class TestProblems:
    def test_pages_for_people_and_objects_for_programs(self, operator: Client) -> None:
        for client in (operator, Client()):
            page = client.get("/nowhere/")
            assert page.status_code == 404
            assert "There is nothing at this address." in page.content.decode()
            assert "no-store" in page["Cache-Control"]
        error = Client().get("/api/v1/nowhere/")
        assert error.status_code == 404
        assert error.json() == {
            "type": "client_error",
            "errors": [{"code": "not_found", "detail": "There is nothing at this address.", "attr": None}],
        }

    def test_a_host_that_is_not_ours(self) -> None:
        response = Client().get(LIST, headers={"Host": "elsewhere.example"})
        assert response.status_code == 400
        assert "The request could not be understood." in response.content.decode()

    def test_a_missing_database_is_told_apart_from_a_bug(self, operator: Client) -> None:
        operator.raise_request_exception = False
        with patch("accesskeys.console.views.list.columns", side_effect=OperationalError):
            response = operator.get(LIST)
        assert (response.status_code, response["Retry-After"]) == (503, "5")
        assert "The database cannot be reached" in response.content.decode()
        with patch("accesskeys.console.views.list.columns", side_effect=RuntimeError):
            response = operator.get(LIST)
        assert response.status_code == 500
        assert "Something went wrong on our side." in response.content.decode()

    def test_without_a_password_there_is_none_to_change(self) -> None:
        client = Client()
        client.force_login(OperatorFactory(roles=["Viewers"]))
        response = client.get(reverse("account_change_password"), follow=True)
        assert (response.status_code, response.redirect_chain[-1][0]) == (200, LIST)

    def test_what_may_pass_can_be_tried_again(self, operator: Client) -> None:
        operator.raise_request_exception = False
        again = '<a class="button" href="/settings/access-keys/?search=a">Try again</a>'
        with patch("accesskeys.console.views.list.columns", side_effect=OperationalError):
            assert again in operator.get(LIST, {"search": "a"}).content.decode()
        with patch("accesskeys.operations.generate", side_effect=OperationalError):
            assert "Try again<" not in operator.post(GENERATE, {"name": "a"}).content.decode()
        assert "Try again<" not in operator.get("/nowhere/").content.decode()

    def test_too_many_sign_ins(self, settings: Any) -> None:
        settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
        typed = {"login": "nobody", "password": "wrong"}
        client = Client(REMOTE_ADDR="192.0.2.99")
        first, second = (client.post(reverse("account_login"), typed) for _ in range(2))
        assert (first.status_code, second.status_code) == (200, 429)
        assert "There were too many attempts." in second.content.decode()
