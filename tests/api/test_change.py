"""PATCH: anything of an access key, all of it together or nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from accesskeys.core.scopes import READ, WRITE
from accesskeys.models import AccessKey, AuditEvent
from tests.api.helpers import JSON, LIST, NOWHERE, details, errors, insufficient, told
from tests.clients import consumer
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import holds_part_of, stored

pytestmark = pytest.mark.django_db

ALL: dict[str, Any] = {
    "name": "shipping",
    "scopes": ["access_keys:write"],
    "expires_at": "2099-01-01T00:00:00Z",
    "allowed_networks": ["192.0.2.0/24"],
    "rate_limit": "5/minute",
    "description": "Prints labels",
    "owner": "Versand – Köln",
    "labels": {"env": "live", "team": "logistics"},
}
EMPTY: dict[str, Any] = {
    "scopes": [],
    "expires_at": None,
    "allowed_networks": [],
    "rate_limit": None,
    "description": "",
    "owner": "",
    "labels": {},
}


@pytest.fixture
def access_key(db: None) -> AccessKey:
    made: AccessKey = AccessKeyFactory(name="billing")
    return made


def patch(client: Client, access_key: AccessKey, body: Any) -> Any:
    return client.patch(details(access_key), json.dumps(body), content_type=JSON)


def written() -> list[tuple[str, str, str]]:
    events = AuditEvent.objects.exclude(action="access_key.generated").order_by("id")
    return [(event.action.removeprefix("access_key."), event.outcome, event.reason) for event in events]


def test_all_at_once_and_all_taken_back(writer: Client, access_key: AccessKey) -> None:
    before = told(access_key)
    answer = patch(writer, access_key, ALL)
    assert (answer.status_code, answer.json()) == (200, before | ALL)
    assert told(access_key) == before | ALL
    kinds = ("renamed", "rescoped", "extended", "limited", "described")
    assert written() == [(kind, "succeeded", "") for kind in kinds]
    assert set(AuditEvent.objects.filter(action="access_key.described").get().details) == {
        "description",
        "owner",
        "labels",
    }
    again = patch(writer, access_key, {**EMPTY, "name": "billing"})
    assert (again.status_code, again.json()) == (200, before)


@pytest.mark.parametrize("field", ALL)
def test_each_alone(writer: Client, access_key: AccessKey, field: str) -> None:
    before = told(access_key)
    answer = patch(writer, access_key, {field: ALL[field]})
    assert (answer.status_code, answer.json()) == (200, before | {field: ALL[field]})
    assert told(access_key) == answer.json()


def test_what_was_read_can_be_sent_back_even_of_one_that_has_expired(writer: Client) -> None:
    access_key = AccessKeyFactory(expired=True)
    before = told(access_key)
    answer = patch(writer, access_key, {name: before[name] for name in ALL})
    assert (answer.status_code, answer.json()) == (200, before)


def test_an_empty_body_changes_nothing(writer: Client, access_key: AccessKey) -> None:
    before = told(access_key)
    answer = patch(writer, access_key, {})
    assert (answer.status_code, answer.json(), written()) == (200, before, [])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"scopes": None}, [("null", "scopes")]),
        ({"expires_at": "soon"}, [("invalid", "expires_at")]),
        ({"expires_at": "2001-01-01T00:00:00Z"}, [("not_in_future", "expires_at")]),
        ({"allowed_networks": "home"}, [("not_a_list", "allowed_networks")]),
        ({"allowed_networks": ["home"]}, [("invalid_network", "allowed_networks")]),
        ({"rate_limit": 5}, [("invalid", "rate_limit")]),
        ({"description": None}, [("invalid", "description")]),
        ({"description": "a\nb"}, [("invalid", "description")]),
        ({"owner": 5}, [("invalid", "owner")]),
        ({"owner": "o" * 151}, [("max_length", "owner")]),
        ({"labels": None}, [("invalid", "labels")]),
        ({"labels": ["team"]}, [("invalid", "labels")]),
        ({"labels": {"team": 5}}, [("invalid_label", "labels")]),
        ({"labels": {"Team": "a"}}, [("invalid_label", "labels")]),
        ({"labels": {f"k{number}": "v" for number in range(17)}}, [("too_many", "labels")]),
        ({"created_at": "2030-01-01T00:00:00Z"}, [("read_only", "created_at")]),
        ({"suspended_at": None}, [("read_only", "suspended_at")]),
        ({"what": 1}, [("unknown", "what")]),
        ({"owner": 5, "labels": {"Team": "a"}}, [("invalid", "owner"), ("invalid_label", "labels")]),
        ({"name": "taken", "scopes": ["A"]}, [("unique", "name"), ("invalid_scope", "scopes")]),
        ([], [("invalid", "non_field_errors")]),
    ],
    ids=lambda value: str(value)[:50],
)
def test_one_mistake_and_nothing_is_changed(
    writer: Client, access_key: AccessKey, body: Any, expected: list[tuple[str, str]]
) -> None:
    AccessKeyFactory(name="taken")
    before = stored(access_key.pk)
    answer = patch(writer, access_key, {"rate_limit": "7/hour", **body} if isinstance(body, dict) else body)
    assert (answer.status_code, sorted(errors(answer))) == (400, sorted(expected))
    assert stored(access_key.pk) == before
    assert "succeeded" not in {outcome for _, outcome, _ in written()}


@pytest.mark.parametrize("field", ["description", "owner", "labels"])
@pytest.mark.parametrize("wrapped", ["{}", "was {}"])
def test_a_key_is_refused_and_not_said_back(
    writer: Client, access_key: AccessKey, field: str, wrapped: str
) -> None:
    key = key_of(access_key)
    text = wrapped.format(key)
    bodies = [{"labels": {"team": text}}, {"labels": {text: "a"}}] if field == "labels" else [{field: text}]
    for body in bodies:
        answers = [
            patch(writer, access_key, body),
            writer.post(LIST, json.dumps({"name": "new", **body}), content_type=JSON),
        ]
        for answer in answers:
            assert (answer.status_code, errors(answer)) == (400, [("holds_key", field)])
            assert not holds_part_of(key, answer.content)
    assert not holds_part_of(key, str(list(AuditEvent.objects.values())))


class TestWhoMay:
    @pytest.mark.parametrize(
        ("body", "kind"),
        [
            (json.dumps(ALL), "renamed"),
            ("{}", "described"),
            ('{"labels": {}}', "described"),
            ('{"scopes": "?", "what": 1}', "rescoped"),
            ('{"expires_at": null}', "extended"),
            ('{"rate_limit": null}', "limited"),
            ("{", "renamed"),
            ("[]", "renamed"),
            ("5", "renamed"),
        ],
    )
    def test_takes_the_scope(self, reader: Client, access_key: AccessKey, body: str, kind: str) -> None:
        answer = reader.patch(details(access_key), body, content_type=JSON)
        assert (answer.status_code, answer["WWW-Authenticate"]) == (403, insufficient(WRITE))
        assert stored(access_key.pk)["name"] == "billing"
        assert written() == [(kind, "refused", "insufficient_scope")]

    @pytest.mark.parametrize("body", [{"scopes": [WRITE, READ]}, {"name": "a", "scopes": [READ]}])
    def test_a_key_gives_no_scope_that_it_lacks(
        self, writer: Client, access_key: AccessKey, body: dict[str, Any]
    ) -> None:
        answer = patch(writer, access_key, body)
        assert (answer.status_code, answer["WWW-Authenticate"]) == (403, insufficient(READ))
        assert written() == [("rescoped", "refused", "insufficient_scope")]
        assert stored(access_key.pk)["name"] == "billing"

    @pytest.mark.parametrize("body", [{"owner": "me"}, {}, {"scopes": []}])
    def test_one_with_a_scope_that_the_caller_lacks(self, writer: Client, body: dict[str, Any]) -> None:
        beyond = AccessKeyFactory(scopes=["orders:read"])
        answer = patch(writer, beyond, body)
        assert (answer.status_code, answer["WWW-Authenticate"]) == (403, insufficient("orders:read"))
        assert stored(beyond.pk)["scopes"] == ["orders:read"]

    @pytest.mark.parametrize("body", [{"expires_at": None}, {"rate_limit": None}, {"allowed_networks": []}])
    def test_a_confined_key_lifts_nothing(self, body: dict[str, Any]) -> None:
        confined = AccessKeyFactory(
            scopes=[WRITE], expires_at="2099-01-01T00:00:00Z", rate_limit="99/minute", name="caged"
        )
        for target in (confined, AccessKeyFactory(name="other")):
            before = stored(target.pk)
            answer = patch(consumer(confined), target, {"owner": "me", **body})
            assert (answer.status_code, errors(answer)) == (403, [("permission_denied", None)])
            after = stored(target.pk)
            assert {name: after[name] for name in ALL} == {name: before[name] for name in ALL}

    def test_a_confined_key_generates_none_with_wider_limits(self) -> None:
        client = consumer(AccessKeyFactory(scopes=[WRITE], rate_limit="99/minute"))
        for rate, status in (("100/minute", 403), ("99/minute", 201)):
            body = json.dumps({"name": f"child_{status}", "rate_limit": rate})
            answer = client.post(LIST, body, content_type=JSON)
            assert answer.status_code == status
            assert status == 201 or "cannot give others wider ones" in answer.json()["errors"][0]["detail"]
        assert not AccessKey.objects.filter(name="child_403").exists()


def test_one_that_is_gone(writer: Client) -> None:
    for body in (ALL, {}):
        answer = writer.patch(f"{LIST}{NOWHERE}/", json.dumps(body), content_type=JSON)
        assert (answer.status_code, errors(answer)) == (404, [("not_found", None)])
    assert not AccessKey.objects.filter(pk=NOWHERE).exists()


def test_generated_with_everything(writer: Client) -> None:
    answer = writer.post(LIST, json.dumps(ALL), content_type=JSON)
    assert answer.status_code == 201
    access_key = AccessKey.objects.get(name="shipping")
    assert answer.json() == {**told(access_key), "key": answer.json()["key"]}
    assert {name: answer.json()[name] for name in ALL} == ALL
