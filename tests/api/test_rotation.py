"""Rotation over the API: made, asked for again, looked at, cancelled, completed, and by a program itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from django.utils.http import http_date

from accesskeys import operations
from accesskeys.core.exceptions import InvalidKey
from accesskeys.models import AccessKey, Rotation
from accesskeys.operations.actors import Actor
from accesskeys.verification import authenticate
from tests.api.helpers import errors
from tests.clients import anybody, consumer
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import audit_log

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def billing() -> AccessKey:
    return AccessKeyFactory(name="billing", scopes=["access_keys:read"])


@pytest.fixture
def writer() -> Client:
    return consumer(AccessKeyFactory(name="writer", scopes=["access_keys:read", "access_keys:write"]))


def address(access_key: AccessKey, more: str = "") -> str:
    return f"/api/v1/access-keys/{access_key.pk}/rotation/{more}"


def with_key(key: str) -> Client:
    return anybody(authorization=f"Bearer {key}")


def status_of(key: str) -> int:
    return with_key(key).get("/api/v1/ping/").status_code


def post(client: Client, to: str, body: Any = None) -> Any:
    return client.post(to, body or {}, "application/json")


class TestRotating:
    def test_answers_with_the_next_key_and_again(self, writer: Client, billing: AccessKey) -> None:
        answer = post(writer, address(billing), {"grace": 60, "ends_in": 3600})
        assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
        told = answer.json()
        assert (told["id"], told["grace"], told["created_by"]) == (str(billing.pk), 60, "writer")
        assert post(writer, address(billing)).json() == told
        assert [status_of(told["key"]), status_of(key_of(billing))] == [200, 200]
        assert post(writer, address(billing)).json()["key"] == told["key"]

    def test_is_described_without_keys(self, writer: Client, billing: AccessKey) -> None:
        missing = writer.get(address(billing))
        assert (missing.status_code, errors(missing)) == (409, [("not_rotating", None)])
        key = post(writer, address(billing)).json()["key"]
        status_of(key)
        answer = writer.get(address(billing))
        assert answer.status_code == 200
        assert "key" not in answer.json()
        assert answer.json()["next_key_first_used_at"] is not None
        assert writer.get(address(AccessKey())).status_code == 404

    def test_is_cancelled(self, writer: Client, billing: AccessKey) -> None:
        key = post(writer, address(billing)).json()["key"]
        answer = writer.delete(address(billing))
        assert (answer.status_code, answer.json()["name"]) == (200, "billing")
        assert [status_of(key), status_of(key_of(billing))] == [401, 200]
        assert errors(writer.delete(address(billing))) == [("not_rotating", None)]

    def test_is_not_cancelled_where_programs_would_stand_still(
        self, writer: Client, billing: AccessKey, command: Actor
    ) -> None:
        key = post(writer, address(billing)).json()["key"]
        assert status_of(key) == 200
        answer = writer.delete(address(billing))
        assert (answer.status_code, errors(answer)) == (409, [("next_key_in_use", None)])
        assert status_of(key) == 200
        other = AccessKeyFactory()
        post(writer, address(other), {"ends_in": 0})
        assert errors(writer.delete(address(other))) == [("old_key_ended", None)]

    def test_is_completed(self, writer: Client, billing: AccessKey) -> None:
        key = post(writer, address(billing)).json()["key"]
        answer = post(writer, address(billing, "completion/"))
        assert (answer.status_code, answer.json()["name"]) == (200, "billing")
        assert [status_of(key), status_of(key_of(billing))] == [200, 401]
        assert post(writer, address(billing, "completion/")).status_code == 409

    @pytest.mark.parametrize(
        ("body", "told"),
        [
            ({"grace": "60"}, [("invalid", "grace")]),
            ({"grace": True}, [("invalid", "grace")]),
            ({"grace": 1.5}, [("invalid", "grace")]),
            ({"grace": -1, "ends_in": 10**9 + 1}, [("invalid", "grace"), ("invalid", "ends_in")]),
            ({"grace": 30 * 86400 + 1}, [("out_of_range", "grace")]),
            ({"ends_in": 366 * 86400}, [("out_of_range", "ends_in")]),
            ({"grace": None, "ends_in": 60}, [("null", "grace")]),
            ({"hurry": 1, "ends_in": 60}, [("unknown", "hurry")]),
        ],
    )
    def test_takes_nothing_else(
        self, writer: Client, billing: AccessKey, body: dict[str, Any], told: list[tuple[str, str]]
    ) -> None:
        answer = post(writer, address(billing), body)
        assert (answer.status_code, sorted(errors(answer))) == (400, sorted(told))
        assert not Rotation.objects.exists()

    def test_is_no_way_out_of_what_confines(self, command: Actor, billing: AccessKey) -> None:
        for limits in ({"expires_at": timezone.now() + HOUR}, {}):
            confined = AccessKeyFactory(scopes=["access_keys:read", "access_keys:write"], **limits)
            if not limits:
                operations.limit(
                    access_key_id=confined.pk, allowed_networks=[], rate_limit="9/hour", actor=command
                )
            answer = post(consumer(confined), address(billing))
            assert (answer.status_code, errors(answer)) == (403, [("permission_denied", None)])
        lacking = consumer(AccessKeyFactory(scopes=["access_keys:write"]))
        assert errors(post(lacking, address(billing))) == [("insufficient_scope", None)]
        assert not Rotation.objects.exists()


class TestAProgramItself:
    PATH = "/api/v1/access-keys/current/rotation/"

    def test_takes_a_scope_that_is_good_for_nothing_else(self) -> None:
        access_key = AccessKeyFactory(scopes=["access_keys:rotate_self"])
        client = consumer(access_key)
        key = post(client, self.PATH).json()["key"]
        assert [status_of(key), status_of(key_of(access_key))] == [200, 200]
        assert post(with_key(key), self.PATH).json()["key"] == key
        assert post(client, address(access_key)).status_code == 403
        assert client.get(address(access_key)).status_code == 403

    def test_needs_it(self, writer: Client) -> None:
        assert errors(post(writer, self.PATH)) == [("insufficient_scope", None)]


class TestTheOldKey:
    def test_hears_until_when_it_works(self, writer: Client, billing: AccessKey) -> None:
        key = post(writer, address(billing), {"ends_in": 3600}).json()["key"]
        end = Rotation.objects.get().ends_at
        old, new = with_key(key_of(billing)), with_key(key)
        for path in ("/api/v1/ping/", "/auth/verify/"):
            assert old.get(path)["Sunset"] == http_date(end.timestamp())
            assert not new.get(path).has_header("Sunset")
            assert not writer.get(path).has_header("Sunset")
        assert old.post("/api/v1/access-keys/", {}, "application/json")[
            "Sunset"
        ]  # A refusal tells it as well.

    def test_hears_of_an_earlier_expiry(self, writer: Client) -> None:
        expires_at = timezone.now() + HOUR
        access_key = AccessKeyFactory(expires_at=expires_at)
        answers = [
            post(writer, address(access_key)),
            post(writer, address(access_key)),  # Once more, the one that is pending.
            writer.get(address(access_key)),
        ]
        assert [datetime.fromisoformat(each.json()["old_key_ends_at"]) for each in answers] == 3 * [
            expires_at
        ]
        assert with_key(key_of(access_key)).get("/api/v1/ping/")["Sunset"] == http_date(
            expires_at.timestamp()
        )

    def test_has_an_end_for_whoever_asks_about_it(self, writer: Client, billing: AccessKey) -> None:
        key = post(writer, address(billing), {"ends_in": 3600}).json()["key"]
        asker = consumer(AccessKeyFactory(scopes=["access_keys:introspect"]))
        old, new = (
            asker.post("/oauth2/introspect/", urlencode({"token": each}), FORM).json()
            for each in (key_of(billing), key)
        )
        assert old["exp"] == int(Rotation.objects.get().ends_at.timestamp())
        assert (new["active"], "exp" in new) == (True, False)

    def test_is_refused_from_its_end_on(self, writer: Client, billing: AccessKey) -> None:
        with time_machine.travel(timezone.now(), tick=False) as clock:
            key = post(writer, address(billing), {"ends_in": 3600}).json()["key"]
            clock.shift(HOUR)
            assert [status_of(key_of(billing)), status_of(key)] == [401, 200]
            assert with_key(key_of(billing)).get("/auth/verify/").status_code == 401


class TestRevokingWithTheKey:
    def send(self, form: dict[str, Any]) -> Any:
        body = urlencode(form, doseq=True)
        return anybody().post("/oauth2/revoke/", body, FORM)

    def revoke(self, key: str) -> None:
        answer = self.send({"token": key, "token_type_hint": "access_token"})
        assert (answer.status_code, answer.content) == (200, b"{}")

    def test_ends_the_only_key(self, billing: AccessKey) -> None:
        self.revoke(key_of(billing))
        assert status_of(key_of(billing)) == 401
        assert not AccessKey.objects.filter(pk=billing.pk).exists()
        assert audit_log()[-1] == ("access_key.revoked", "succeeded", "", billing.pk, "billing")

    def test_works_while_suspended_and_after_expiry(self, command: Actor) -> None:
        suspended, expired = AccessKeyFactory(), AccessKeyFactory(expired=True)
        operations.suspend(access_key_id=suspended.pk, actor=command)
        for access_key in (suspended, expired):
            self.revoke(key_of(access_key))
            assert not AccessKey.objects.filter(pk=access_key.pk).exists()

    def test_ends_the_old_key_of_two(self, writer: Client, billing: AccessKey) -> None:
        key = post(writer, address(billing)).json()["key"]
        self.revoke(key_of(billing))
        assert [status_of(key_of(billing)), status_of(key)] == [401, 200]
        assert audit_log()[-1].action == "access_key.rotation_completed"

    def test_ends_the_next_key_of_two(self, writer: Client, billing: AccessKey) -> None:
        key = post(writer, address(billing)).json()["key"]
        assert status_of(key) == 200
        self.revoke(key)
        assert [status_of(key_of(billing)), status_of(key)] == [200, 401]
        assert audit_log()[-1].action == "access_key.rotation_cancelled"

    def test_ends_the_one_that_is_left(self, writer: Client, billing: AccessKey) -> None:
        key = post(writer, address(billing), {"ends_in": 0}).json()["key"]
        before = audit_log()
        self.revoke(key_of(billing))
        assert (audit_log(), status_of(key)) == (before, 200)
        self.revoke(key)
        assert not AccessKey.objects.filter(pk=billing.pk).exists()

    @pytest.mark.parametrize("text", ["", "nonsense", "ica_" + 51 * "a", "\x00", "ä" * 10_000])
    def test_changes_nothing_otherwise(self, billing: AccessKey, text: str) -> None:
        before = audit_log()
        self.revoke(text)
        assert (audit_log(), status_of(key_of(billing))) == (before, 200)

    def test_counts_bad_keys_and_tells_nobody(self, settings: Any, billing: AccessKey) -> None:
        settings.ACCESS_KEYS_BAD_KEY_LIMIT = "1/hour"
        for _ in range(3):
            self.revoke("nonsense")
        self.revoke(key_of(billing))
        assert not AccessKey.objects.filter(pk=billing.pk).exists()

    @pytest.mark.parametrize("form", [{}, {"token": ["a", "b"]}])
    def test_wants_one_key(self, form: dict[str, Any]) -> None:
        answer = self.send(form)
        assert (answer.status_code, errors(answer)) == (400, [("parse_error", None)])

    def test_of_what_is_gone_meanwhile(self, billing: AccessKey, monkeypatch: pytest.MonkeyPatch) -> None:
        key = key_of(billing)
        found = operations.surrender.__globals__["_holder"]

        def and_gone(digest: bytes) -> Any:
            held = found(digest)
            AccessKey.objects.only("pk").filter(pk=billing.pk).delete()
            return held

        monkeypatch.setitem(operations.surrender.__globals__, "_holder", and_gone)
        before = audit_log()
        self.revoke(key)
        assert audit_log() == before
        with pytest.raises(InvalidKey):
            authenticate(key)
