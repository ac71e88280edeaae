"""The page that asks for fresh proof, and what becomes of the answer."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from redis.exceptions import ConnectionError as RedisConnectionError

from accesskeys.models import AccessKey, AuditEvent
from identity_cloud.operators.factors import totp
from tests.console.helpers import GENERATE, HTMX, LIST, reveal
from tests.factories import AccessKeyFactory, OperatorFactory, key_of
from tests.identity_cloud.factors.asking import SECRET
from tests.identity_cloud.factors.authenticator import given_to
from tests.identity_cloud.factors.test_copied_passkeys import HOST
from tests.identity_cloud.proof.helpers import PASSWORD, is_proven, let_proof_grow_old

pytestmark = pytest.mark.django_db

PROVE = "/accounts/prove/"


@pytest.fixture
def ada() -> User:
    somebody: User = OperatorFactory(username="ada", roles=["Operators"], password=PASSWORD)
    return somebody


@pytest.fixture
def client(ada: User) -> Client:
    """Ada's browser, some time after the sign-in."""
    client = Client()
    client.force_login(ada)
    let_proof_grow_old()
    return client


def hidden(response: Any) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', response.content.decode())
    return {name: value for name, value in found if name not in ("csrfmiddlewaretoken", "next")}


def told() -> list[tuple[str, str, str, dict[str, Any]]]:
    events = AuditEvent.objects.filter(action="operator.proved_again").order_by("id")
    return [(event.outcome, event.reason, event.about_operator_name, event.details) for event in events]


class TestWhatWasBegun:
    def test_comes_along_and_goes_on(self, client: Client) -> None:
        typed = {"name": "billing", "lifetime": "30", "scopes": ["access_keys:read"], "own_scopes": "a:b"}
        asked = client.post(GENERATE, typed)
        assert asked.status_code == 401
        assert not AccessKey.objects.exists()
        kept = hidden(asked)
        assert kept == {
            "name": "billing",
            "lifetime": "30",
            "scopes": "access_keys:read",
            "own_scopes": "a:b",
        }
        done = client.post(GENERATE, {**kept, "proof_password": PASSWORD})
        access_key = AccessKey.objects.get()
        assert done["Location"] == f"{LIST}{access_key.pk}/"
        assert (access_key.name, sorted(access_key.scopes)) == ("billing", ["a:b", "access_keys:read"])
        assert told() == [("succeeded", "", "ada", {"with": "password"})]

    def test_is_still_there_after_a_wrong_proof(self, client: Client) -> None:
        again = client.post(GENERATE, {"name": "billing", "proof_password": "wrong"})
        assert again.status_code == 401
        assert hidden(again) == {"name": "billing"}
        assert "The password is not correct." in again.content.decode()
        assert not AccessKey.objects.exists()
        assert told() == [("refused", "wrong", "ada", {})]

    def test_an_empty_proof_is_none(self, client: Client) -> None:
        response = client.post(GENERATE, {"name": "billing", "proof_password": ""})
        assert response.status_code == 401
        assert "Fill this in to go on." in response.content.decode()
        assert told() == [("refused", "required", "ada", {})]

    def test_a_key_and_a_password_do_not_stand_in_the_page(self, client: Client) -> None:
        key = key_of(AccessKeyFactory())
        typed = {"name": key, "password": "hunter22", "proof_password": "hunter33"}
        page = client.post(GENERATE, typed).content.decode()
        assert not re.search(rf"{key[:12]}|hunter", page)

    def test_of_a_download_is_the_same_address(self, client: Client) -> None:
        asked = client.get(f"{LIST}export/?status=active")
        assert hidden(asked) == {"proof_was_get": "yes"}
        done = client.post(f"{LIST}export/?status=active", {**hidden(asked), "proof_password": PASSWORD})
        assert (done.status_code, done["Location"]) == (302, f"{LIST}export/?status=active")
        assert client.get(done["Location"])["Content-Type"].startswith("text/csv")

    def test_the_session_goes_on_under_another_id(self, client: Client) -> None:
        before = client.session.session_key
        client.post(PROVE, {"proof_password": PASSWORD})
        assert client.session.session_key != before
        assert is_proven(client)
        stranger = Client()
        stranger.cookies["sessionid"] = before
        assert stranger.get(LIST).status_code == 302


class TestWhatIsAskedFor:
    """In the words of what the operator has."""

    def sentence(self, client: Client, **headers: str) -> str:
        page = client.get(PROVE, headers=headers).content.decode()
        [sentence] = re.findall(r"<p>([^<]+ to continue\.)</p>", page)
        return str(sentence)

    def test_the_password_alone(self, client: Client) -> None:
        assert self.sentence(client) == "Enter your password to continue."

    def test_a_code(self, client: Client, ada: User) -> None:
        totp.add(ada, SECRET, used=0)
        assert self.sentence(client) == "Enter a code to continue."

    def test_a_passkey_where_it_can_be_used(self, client: Client, ada: User) -> None:
        given_to(ada)
        assert self.sentence(client, **HOST) == "Use a passkey to continue."
        assert self.sentence(client) == "Confirm that it is you to continue."
        totp.add(ada, SECRET, used=0)
        assert self.sentence(client, **HOST) == "Use a passkey or enter a code to continue."
        assert self.sentence(client) == "Enter a code to continue."


class TestForScripts:
    @pytest.mark.parametrize("headers", [HTMX, {"Accept": "application/json"}])
    def test_says_what_is_missing(self, client: Client, headers: dict[str, str]) -> None:
        response = client.post(reveal(AccessKeyFactory()), headers=headers)
        assert (response.status_code, response["Proof-Needed"]) == (401, "proof")
        assert not re.search(r"ica_\w", response.content.decode())

    def test_the_dialog_ends_without_a_word(self, client: Client) -> None:
        response = client.post(PROVE, {"proof_password": PASSWORD}, headers=HTMX)
        assert (response.status_code, response["HX-Trigger"], response.content) == (204, "proved", b"")

    def test_the_dialog_says_what_was_wrong(self, client: Client) -> None:
        response = client.post(PROVE, {"proof_password": "wrong"}, headers=HTMX)
        assert response.status_code == 200
        assert "The password is not correct." in response.content.decode()
        assert not is_proven(client)

    def test_a_proof_that_is_not_needed_any_more_is_fine(self, client: Client) -> None:
        client.post(PROVE, {"proof_password": PASSWORD})
        assert 'name="proof_password"' not in client.get(PROVE).content.decode()
        assert client.post(PROVE, {"proof_password": PASSWORD})["Location"] == PROVE


class TestGuessing:
    def test_ends_after_a_few_attempts(self, client: Client) -> None:
        for _ in range(5):
            client.post(PROVE, {"proof_password": "wrong"})
        response = client.post(PROVE, {"proof_password": PASSWORD})
        assert "Too many failed attempts" in response.content.decode()
        assert not is_proven(client)
        assert told()[-1][1] == "too_many_login_attempts"

    def test_is_over_where_nobody_counts(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_: object, **__: object) -> None:
            raise RedisConnectionError

        monkeypatch.setattr(cache, "get", broken)
        response = client.post(PROVE, {"proof_password": PASSWORD})
        assert (response.status_code, response["Retry-After"]) == (503, "5")
        assert told() == []

    def test_a_stranger_is_sent_to_the_sign_in(self) -> None:
        response = Client().post(PROVE, {"proof_password": PASSWORD})
        assert response["Location"] == f"/accounts/login/?next={PROVE}"


class TestTheReason:
    @pytest.fixture(autouse=True)
    def asked_for(self, settings: Any) -> None:
        settings.ACCESS_KEYS_REVEAL_REASON = True

    def test_is_asked_for_with_the_proof(self, client: Client) -> None:
        page = client.get(f"{PROVE}?for=reason").content.decode()
        assert 'name="reason"' in page
        assert 'name="proof_password"' in page

    def test_alone_where_the_proof_is_fresh(self, client: Client) -> None:
        client.post(PROVE, {"proof_password": PASSWORD})
        access_key = AccessKeyFactory()
        asked = client.post(reveal(access_key))
        page = asked.content.decode()
        assert ("Say why" in page, 'name="proof_password"' in page) == (True, False)
        shown = client.post(reveal(access_key), {"reason": "restoring billing"})
        assert key_of(access_key) in shown.content.decode()
        event = AuditEvent.objects.get(action="access_key.shown")
        assert event.details == {"reason": "restoring billing"}

    def test_a_script_hears_that_it_is_missing(self, client: Client) -> None:
        client.post(PROVE, {"proof_password": PASSWORD})
        response = client.post(reveal(AccessKeyFactory()), headers={"Accept": "application/json"})
        assert (response["Proof-Needed"], response.json()["errors"][0]["code"]) == ("reason", "reason_needed")


class TestTheLimit:
    def test_is_told_in_place(self, client: Client, settings: Any) -> None:
        settings.ACCESS_KEYS_REVEALS_PER_HOUR = 1
        client.post(PROVE, {"proof_password": PASSWORD})
        access_key = AccessKeyFactory()
        client.post(reveal(access_key))
        for headers in ({}, HTMX, {"Accept": "application/json"}):
            response = client.post(reveal(access_key), headers=headers)
            assert response.status_code == 429
            assert 3500 < int(response["Retry-After"]) <= 3600
            assert "You may see so many keys within an hour: 1." in response.content.decode()
