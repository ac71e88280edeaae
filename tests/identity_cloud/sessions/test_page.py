"""Your sessions: where one is signed in, and the end of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.test import Client
from django.utils.html import strip_tags

from accesskeys.models import AuditEvent
from identity_cloud.operators.devices import device
from tests.console.helpers import LIST, said
from tests.factories import OperatorFactory
from tests.helpers import address_of_the_test_database

pytestmark = pytest.mark.django_db

PAGE = "/account/sessions/"
ROOT = Path(__file__).resolve().parents[3]
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1"
)


@pytest.fixture
def ada() -> User:
    somebody: User = OperatorFactory(username="ada", roles=["Operators"])
    return somebody


def browser(operator: User, user_agent: str = FIREFOX) -> Client:
    """A browser that has seen a page, some while after the sign-in."""
    client = Client(headers={"User-Agent": user_agent})
    client.force_login(operator)
    session = client.session
    session["seen_at"] -= 60
    session.save()
    client.get(LIST)
    return client


def rows(client: Client) -> list[str]:
    page = client.get(PAGE).content.decode()
    return [" ".join(strip_tags(row).split()) for row in page.split("<tbody>")[1].split("</tr>")[:-1]]


def test_this_one_is_first(ada: User) -> None:
    mine = browser(ada)
    browser(ada, SAFARI)
    browser(OperatorFactory(), SAFARI)
    first, second = rows(mine)
    assert first.startswith("Firefox · Linux 127.0.0.1")
    assert first.endswith("This one")
    assert second.startswith("Safari · iPhone 127.0.0.1")
    assert second.endswith("End Safari · iPhone")


def test_end_one(ada: User) -> None:
    mine, other, third = browser(ada), browser(ada, SAFARI), browser(ada)
    row = UserSession.objects.get(session_key=other.session.session_key)
    response = mine.post(PAGE, {"session": row.pk})
    assert said(response) == ["That session is ended."]
    assert [client.get(LIST).status_code for client in (mine, other, third)] == [200, 302, 200]
    event = AuditEvent.objects.get(action="operator.session_ended")
    assert (event.actor_label, event.about_operator_name, event.details) == ("ada", "ada", {"sessions": 1})
    assert said(mine.post(PAGE, {"session": row.pk})) == ["That session had ended already."]


def test_end_all_others(ada: User) -> None:
    mine, others = browser(ada), [browser(ada) for _ in range(3)]
    assert said(mine.post(PAGE, {"others": "yes"})) == ["3 other sessions ended."]
    assert [client.get(LIST).status_code for client in (mine, *others)] == [200, 302, 302, 302]
    assert said(mine.post(PAGE, {"others": "yes"})) == ["0 other sessions ended."]


@pytest.mark.parametrize("wanted", ["", "abc", "0", "99999999"])
def test_what_is_not_there_cannot_be_ended(ada: User, wanted: str) -> None:
    mine = browser(ada)
    assert said(mine.post(PAGE, {"session": wanted})) == ["That session had ended already."]
    assert mine.get(LIST).status_code == 200


def test_nobody_ends_the_sessions_of_others_or_the_own_one(ada: User) -> None:
    mine, other = browser(ada), browser(OperatorFactory(roles=["Operators"]))
    for client in (other, mine):
        row = UserSession.objects.get(session_key=client.session.session_key)
        mine.post(PAGE, {"session": row.pk})
        assert client.get(LIST).status_code == 200


def test_a_changed_password_ends_all_others(ada: User) -> None:
    ada.set_password("correct horse battery")
    ada.save()
    mine, other = browser(ada), browser(ada)
    passwords = {
        "oldpassword": "correct horse battery",
        "password1": "another long one",
        "password2": "another long one",
    }
    mine.post("/accounts/password/change/", passwords)
    assert [client.get(LIST).status_code for client in (mine, other)] == [200, 302]
    assert AuditEvent.objects.get().action == "operator.password_changed"


@pytest.mark.django_db(transaction=True)
def test_in_another_process_it_is_over_on_the_next_request(ada: User) -> None:
    mine, other = browser(ada), browser(ada)
    key = other.session.session_key
    code = (
        "import django; django.setup();"
        "from django.test import Client; client = Client(headers={'Host': '127.0.0.1'});"
        f"client.cookies['sessionid'] = '{key}';"
        "import sys; print(client.get(sys.argv[1]).status_code, flush=True); input();"
        "print(client.get(sys.argv[1]).status_code)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, LIST],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": address_of_the_test_database()},
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "200\n"
    mine.post(PAGE, {"others": "yes"})
    assert process.communicate("\n", timeout=30)[0] == "302\n"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox · Linux"),
        (SAFARI, "Safari · iPhone"),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140 Safari/537.36 Edg/140",
            "Edge · Windows",
        ),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/140.0 Safari/537.36", "Chrome · macOS"),
        ("curl/8.5.0", "Unknown device"),
        ("", "Unknown device"),
    ],
)
def test_devices_have_the_names_that_people_know(user_agent: str, name: str) -> None:
    assert device(user_agent) == name
