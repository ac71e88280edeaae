"""A form that was loaded before the operator signed in anew does nothing, and costs nothing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from accesskeys import operations
from accesskeys.models import AccessKey, AuditEvent, BulkRun, Rotation
from accesskeys.operations.actors import Actor
from accesskeys.operations.policy import Operation
from tests.console.helpers import GENERATE, HTMX, LIST, details, reveal, revoke, said
from tests.factories import AccessKeyFactory, OperatorFactory, key_of
from tests.helpers import holds_part_of

pytestmark = pytest.mark.django_db

SIGN_IN = "/accounts/login/"
SIGN_OUT = "/accounts/logout/"
PASSWORD_PAGE = "/accounts/password/change/"
LANGUAGE = "/language/setlang/"
PASSWORD = "correct horse battery"
SENTENCE = "This form was out of date, so nothing was done. Look it over and send it again."
BUTTON = "This page was out of date, so nothing was done. Try again."
OURS = {"origin": "http://testserver"}


@pytest.fixture(autouse=True)
def own_counts(settings: Any, tmp_path: Path) -> None:
    """Attempts are counted for this test alone: others run beside it."""
    settings.CACHES = {"default": {"BACKEND": "identity_cloud.caches.FileCache", "LOCATION": str(tmp_path)}}


class Tab(Client):
    """A browser that signs in on the page, and remembers the token of the page that it saw first."""

    def __init__(self, operator: User) -> None:
        super().__init__(enforce_csrf_checks=True, headers=OURS)
        self.operator = operator

    def token(self, address: str = SIGN_IN) -> str:
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get(address).content.decode())
        assert found
        return found[1]

    def sign_in(self) -> None:
        typed = {"login": self.operator.username, "password": PASSWORD, "csrfmiddlewaretoken": self.token()}
        assert self.post(SIGN_IN, typed).status_code == 302

    def sign_out(self) -> None:
        assert self.post(SIGN_OUT, {"csrfmiddlewaretoken": self.token(LIST)}).status_code == 302

    def send_stale(self, address: str, typed: dict[str, Any], **headers: str) -> Any:
        """Send a form of a page that was loaded before signing out and in again."""
        token = self.token(LIST)
        self.sign_out()
        self.sign_in()
        before = AuditEvent.objects.count()
        response = self.post(address, {**typed, "csrfmiddlewaretoken": token}, headers=headers)
        assert AuditEvent.objects.count() == before
        return response


@pytest.fixture
def tab() -> Tab:
    tab = Tab(OperatorFactory(roles=["Operators", "Auditors"], password=PASSWORD))
    tab.sign_in()
    return tab


def values(source: str, name: str) -> list[str]:
    return re.findall(rf'<input[^>]*name="{name}"[^>]*?value="([^"]*)"', source)


class TestForms:
    @pytest.mark.parametrize("headers", [{}, HTMX])
    def test_generate(self, tab: Tab, headers: dict[str, str]) -> None:
        typed = {
            "name": "billing",
            "lifetime": "30",
            "scopes": ["access_keys:read"],
            "own_scopes": "orders:read",
        }
        response = tab.send_stale(GENERATE, typed, **headers)
        source = response.content.decode()
        assert response.status_code == 200
        assert SENTENCE in source
        assert values(source, "name") == ["billing"]
        assert values(source, "own_scopes") == ["orders:read"]
        assert re.search(r'value="30"[^>]*checked', source)
        assert re.search(r'value="access_keys:read"[^>]*checked', source)
        assert not AccessKey.objects.exists()
        again = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', source)[-1]
        tab.post(GENERATE, {**typed, "csrfmiddlewaretoken": again})
        assert AccessKey.objects.get().name == "billing"

    def test_rename(self, tab: Tab, billing: AccessKey) -> None:
        source = tab.send_stale(details(billing), {"name": "payments"}).content.decode()
        assert source.count(SENTENCE) == 1
        assert 'value="payments"' in source
        assert "data-unsent" in source
        billing.refresh_from_db()
        assert billing.name == "billing"

    def test_limits(self, tab: Tab, billing: AccessKey) -> None:
        typed = {"allowed_networks": "192.0.2.0/24", "requests": "7", "period": "hour"}
        source = tab.send_stale(f"{details(billing)}limits/", typed).content.decode()
        assert source.count(SENTENCE) == 1
        assert "192.0.2.0/24</textarea>" in source
        assert values(source, "requests") == ["7"]
        billing.refresh_from_db()
        assert billing.allowed_networks == []

    def test_revoke(self, tab: Tab, billing: AccessKey) -> None:
        source = tab.send_stale(revoke(billing), {"understood": "on"}).content.decode()
        assert SENTENCE in source
        assert re.search(r'name="understood"[^>]*checked', source)
        assert AccessKey.objects.filter(pk=billing.pk).exists()

    def test_rotate(self, tab: Tab, billing: AccessKey) -> None:
        source = tab.send_stale(
            f"{details(billing)}rotate/", {"grace": "3600", "ends_in": "0"}
        ).content.decode()
        assert SENTENCE in source
        assert '<option value="3600" selected>' in source
        assert not Rotation.objects.exists()

    def test_check(self, tab: Tab, billing: AccessKey) -> None:
        source = tab.send_stale(f"{details(billing)}check/", {"address": "192.0.2.7"}).content.decode()
        assert (source.count(SENTENCE), 'value="192.0.2.7"' in source) == (1, True)

    def test_many(self, tab: Tab) -> None:
        pair = [AccessKeyFactory(), AccessKeyFactory()]
        run = operations.draft_run(
            operation=Operation.REVOKE, access_key_ids=[one.pk for one in pair], actor=Actor.for_command()
        )
        source = tab.send_stale(f"{LIST}many/{run.pk}/", {"number": "2"}).content.decode()
        assert SENTENCE in source
        assert values(source, "number") == ["2"]
        assert AccessKey.objects.count() == 2
        response = tab.send_stale(f"{LIST}many/?search=a", {"id": [str(pair[0].pk)], "operation": "revoke"})
        assert response["Location"] == f"{LIST}?search=a"
        assert BulkRun.objects.count() == 1
        operations.confirm_run(run_id=run.pk, actor=Actor.for_command())
        source = tab.send_stale(f"{LIST}many/{run.pk}/", {}).content.decode()
        assert "0 of 2 done." in source
        assert AccessKey.objects.count() == 2

    def test_a_key_to_find_is_not_shown_again(self, tab: Tab, billing: AccessKey) -> None:
        source = tab.send_stale(f"{LIST}find/", {"key": key_of(billing)}).content.decode()
        assert SENTENCE in source
        assert not holds_part_of(key_of(billing), source)

    def test_a_form_about_what_is_gone(self, tab: Tab, billing: AccessKey) -> None:
        AccessKey.objects.all().delete()
        assert tab.send_stale(revoke(billing), {"understood": "on"})["Location"] == LIST
        assert tab.send_stale(details(billing), {"name": "payments"}).status_code == 404

    def test_a_form_of_somebody_who_may_not_send_it_any_more(self, tab: Tab) -> None:
        token = tab.token(LIST)
        tab.sign_out()
        tab.sign_in()
        tab.operator.groups.clear()
        response = tab.post(GENERATE, {"name": "billing", "csrfmiddlewaretoken": token})
        assert response.status_code == 403
        assert "You do not have the permission" in response.content.decode()


class TestButtons:
    def test_suspend(self, tab: Tab, billing: AccessKey) -> None:
        response = tab.send_stale(f"{details(billing)}suspend/", {})
        assert (response.status_code, response["Location"]) == (302, details(billing))
        assert said(response) == [BUTTON]
        billing.refresh_from_db()
        assert not billing.is_suspended

    def test_show(self, tab: Tab, billing: AccessKey) -> None:
        in_place = tab.send_stale(reveal(billing), {}, **HTMX)
        assert in_place["HX-Refresh"] == "true"
        assert said(in_place) == [BUTTON]
        for_script = tab.send_stale(reveal(billing), {}, Accept="application/json")
        assert for_script.status_code == 403
        assert for_script.json()["errors"][0]["code"] == "csrf_failed"

    @pytest.mark.parametrize(
        ("onward", "leads_to"),
        [("/settings/audit-log/", "/settings/audit-log/"), ("https://evil.example", "/")],
    )
    def test_language(self, tab: Tab, onward: str, leads_to: str) -> None:
        response = tab.send_stale(LANGUAGE, {"language": "de", "next": onward})
        assert (response.status_code, response["Location"]) == (302, leads_to)
        assert "django_language" not in tab.cookies

    def test_sign_out(self, tab: Tab) -> None:
        response = tab.send_stale(SIGN_OUT, {})
        assert response["Location"] == SIGN_OUT
        assert "Do you want to sign out" in tab.get(SIGN_OUT).content.decode()


class TestAccount:
    def test_a_second_tab_on_the_sign_in_page_is_led_on(self, tab: Tab) -> None:
        tab.sign_out()
        token = tab.token()
        tab.sign_in()
        typed = {"login": tab.operator.username, "password": PASSWORD, "next": "/settings/audit-log/"}
        response = tab.post(SIGN_IN, {**typed, "csrfmiddlewaretoken": token})
        assert (response.status_code, response["Location"]) == (302, "/settings/audit-log/")
        elsewhere = {**typed, "next": "https://evil.example/", "csrfmiddlewaretoken": token}
        assert tab.post(SIGN_IN, elsewhere)["Location"] == "/"

    def test_a_stale_sign_in_keeps_the_name_and_where_it_was_going(self, tab: Tab) -> None:
        tab.sign_out()
        token = tab.token()
        tab.sign_in()
        tab.sign_out()
        typed = {"login": "ada", "password": PASSWORD, "next": "/settings/audit-log/"}
        response = tab.post(SIGN_IN, {**typed, "csrfmiddlewaretoken": token})
        source = response.content.decode()
        assert "This page was out of date, so nobody was signed in." in source
        assert values(source, "login") == ["ada"]
        assert values(source, "next")[0] == "/settings/audit-log/"
        assert PASSWORD not in source
        assert "_auth_user_id" not in tab.session

    def test_a_password_is_never_shown_again(self, tab: Tab) -> None:
        typed = {"oldpassword": PASSWORD, "password1": "a walk by the sea", "password2": "a walk by the sea"}
        source = tab.send_stale(PASSWORD_PAGE, typed).content.decode()
        assert "This form was out of date, so nothing was done. Fill it in and send it again." in source
        assert not any(value in source for value in typed.values())
        tab.operator.refresh_from_db()
        assert tab.operator.check_password(PASSWORD)

    def test_nor_to_somebody_who_is_signed_out(self, tab: Tab) -> None:
        token = tab.token(LIST)
        tab.sign_out()
        tab.sign_in()
        tab.sign_out()
        response = tab.post(PASSWORD_PAGE, {"oldpassword": PASSWORD, "csrfmiddlewaretoken": token})
        assert (response.status_code, response["Location"]) == (302, PASSWORD_PAGE)


@pytest.mark.parametrize(
    "headers",
    [{"origin": "https://evil.example"}, {"origin": "null"}, {"origin": ""}, {"referer": "http://x"}],
)
def test_a_form_of_another_site_is_not_shown(tab: Tab, headers: dict[str, str]) -> None:
    foreign = Client(enforce_csrf_checks=True)
    foreign.cookies = tab.cookies
    response = foreign.post(GENERATE, {"name": "theirs", "csrfmiddlewaretoken": "x" * 32}, headers=headers)
    assert response.status_code == 403
    assert "theirs" not in response.content.decode()


def test_over_https_the_referer_will_do(tab: Tab) -> None:
    plain = Client(enforce_csrf_checks=True)
    plain.cookies = tab.cookies
    for referer, shown in (("https://testserver/settings/", True), ("https://evil.example/", False)):
        typed = {"name": "billing", "csrfmiddlewaretoken": "x" * 32}
        source = plain.post(GENERATE, typed, headers={"referer": referer}, secure=True).content.decode()
        assert (SENTENCE in source) is shown
        assert ("billing" in source) is shown


class TestSignedOut:
    """Sent after signing out, and before signing in again: the token is right, the session is gone."""

    @pytest.mark.parametrize("headers", [{}, HTMX])
    def test_what_was_typed_waits(self, tab: Tab, headers: dict[str, str]) -> None:
        token = tab.token(LIST)
        tab.sign_out()
        typed = {"name": 'bil"ling', "scopes": ["a", "b"]}
        response = tab.post(GENERATE, {**typed, "csrfmiddlewaretoken": token}, headers=headers)
        source = response.content.decode()
        assert response.status_code == 401
        assert "Sign in again in another tab, then send this once more." in source
        assert f'action="{GENERATE}"' in source
        assert values(source, "name") == ["bil&quot;ling"]
        assert values(source, "scopes") == ["a", "b"]
        assert token not in source
        held = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', source)[0]
        tab.sign_in()
        again = tab.post(GENERATE, {**typed, "csrfmiddlewaretoken": held}).content.decode()
        assert SENTENCE in again
        assert values(again, "name") == ["bil&quot;ling"]

    def test_asking_about_a_name_does_not_lead_away_from_the_form(self) -> None:
        answer = Client().get(GENERATE, {"name": "billing"}, headers=HTMX)
        assert (answer.status_code, answer.content) == (204, b"")
        assert "HX-Redirect" not in answer

    def test_a_button_holds_nothing_that_could_be_lost(self, tab: Tab, billing: AccessKey) -> None:
        token = tab.token(LIST)
        tab.sign_out()
        response = tab.post(f"{details(billing)}suspend/", {"csrfmiddlewaretoken": token})
        assert response["Location"] == f"{SIGN_IN}?next={details(billing)}"
