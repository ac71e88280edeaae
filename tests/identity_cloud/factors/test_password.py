"""Changing the own password: any characters, twelve of them, and only for whoever has just proved to be there."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from http import HTTPStatus

import pytest
import time_machine
from django.contrib.auth.models import User
from django.utils import timezone

from accesskeys.core.exceptions import ProofNeeded
from tests.clients import signed_in
from tests.factories import OperatorFactory

pytestmark = pytest.mark.django_db

PASSWORD = "/accounts/password/change/"
OLD = "correct horse battery"
GOOD = [
    "a long walk by the sea",
    "918273645546372819",  # Digits alone are a matter of taste.
    "élève à l’été indien",
    "🐎🔋🧷✅🐎🔋🧷✅🐎🔋🧷✅",
    " spaces at both ends ",
]
BAD = ["short", "elevenchars", "111111111111", "1q2w3e4r5t6y", "ada_lovelace_1"]


@pytest.fixture
def operator() -> User:
    return OperatorFactory(username="ada_lovelace", password=OLD)


def typed(new: str) -> dict[str, str]:
    return {"oldpassword": OLD, "password1": new, "password2": new}


@pytest.mark.parametrize("new", GOOD)
def test_taken_as_it_is(operator: User, new: str) -> None:
    client, other = signed_in(operator), signed_in(operator)
    assert client.post(PASSWORD, typed(new)).status_code == 302
    operator.refresh_from_db()
    assert operator.check_password(new)
    assert client.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302


@pytest.mark.parametrize("new", BAD)
def test_refused(operator: User, new: str) -> None:
    answer = signed_in(operator).post(PASSWORD, typed(new))
    assert answer.status_code == 200
    assert "aria-invalid" in answer.content.decode()
    operator.refresh_from_db()
    assert operator.check_password(OLD)


def test_what_it_has_to_be_is_said_once(operator: User) -> None:
    client = signed_in(operator)
    asked = client.get(PASSWORD).content.decode()
    assert asked.count("This password is too short.") == 0
    assert 'id="id_password1_helptext"' in asked
    refused = client.post(PASSWORD, typed("short")).content.decode()
    assert "This password is too short." in refused
    assert "id_password1_helptext" not in refused
    assert 'aria-describedby="id_password1_error"' in refused


def test_leads_back_to_the_account(operator: User) -> None:
    assert (
        '<a class="button" href="/account/">Cancel</a>' in signed_in(operator).get(PASSWORD).content.decode()
    )


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_old_proof_changes_nothing(operator: User, method: str) -> None:
    client = signed_in(operator)
    client.raise_request_exception = True
    with time_machine.travel(timezone.now() + timedelta(minutes=11)), suppress(ProofNeeded):
        answer = getattr(client, method)(PASSWORD, typed(GOOD[0]))
        assert answer.status_code == HTTPStatus.UNAUTHORIZED
    operator.refresh_from_db()
    assert operator.check_password(OLD)
