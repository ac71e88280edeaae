"""An access key ID is the same in either case, with and without its hyphens, wherever it is typed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from accesskeys.core.scopes import READ, REVEAL, WRITE
from accesskeys.models import AccessKey
from tests.clients import consumer, signed_in
from tests.doors.helpers import run
from tests.factories import AccessKeyFactory, OperatorFactory, key_of

pytestmark = pytest.mark.django_db

WAYS: dict[str, Callable[[str], str]] = {
    "as we write it": str,
    "upper case": str.upper,
    "mixed case": lambda text: text[:9].upper() + text[9:],
    "no hyphens": lambda text: text.replace("-", ""),
    "upper case, no hyphens": lambda text: text.replace("-", "").upper(),
}
API = "/api/v1/access-keys/"
PAGES = "/settings/access-keys/"


@pytest.fixture
def target() -> AccessKey:
    access_key: AccessKey = AccessKeyFactory(name="target")
    return access_key


@pytest.fixture
def program() -> Client:
    return consumer(AccessKeyFactory(name="caller", scopes=[READ, WRITE, REVEAL]))


@pytest.fixture
def operator() -> Client:
    return signed_in(OperatorFactory(roles=["Operators", "Auditors"]))


@pytest.mark.parametrize("way", WAYS)
class TestEachWay:
    def test_the_api(self, way: str, target: AccessKey, program: Client) -> None:
        address = f"{API}{WAYS[way](str(target.pk))}/"
        send: Any = program.generic
        assert program.get(address).json()["id"] == str(target.pk)
        assert send("POST", f"{address}reveal/").json() == {"key": key_of(target)}
        limits = json.dumps({"allowed_networks": [], "rate_limit": "9/hour"})
        assert send("PUT", f"{address}limits/", limits, "application/json").json()["rate_limit"] == "9/hour"
        assert send("PUT", f"{address}suspension/").json()["suspended_at"] is not None
        assert send("DELETE", f"{address}suspension/").json()["suspended_at"] is None
        renamed = send("PATCH", address, '{"name": "another"}', "application/json")
        assert renamed.json()["name"] == "another"
        assert send("DELETE", address).status_code == 204
        assert not AccessKey.objects.filter(pk=target.pk).exists()

    def test_the_console(self, way: str, target: AccessKey, operator: Client) -> None:
        address = f"{PAGES}{WAYS[way](str(target.pk))}/"
        page = operator.get(address).content.decode()
        assert str(target.pk) in page
        assert f"{PAGES}{target.pk}/revoke/" in page  # Its links are written in our way.
        assert key_of(target) in operator.post(f"{address}reveal/").content.decode()
        for part, form in {
            "limits/": {"requests": "9", "period": "hour"},
            "suspend/": {},
            "resume/": {},
            "": {"name": "another"},
        }.items():
            assert operator.post(address + part, form)["Location"] == f"{PAGES}{target.pk}/"
        assert operator.post(f"{address}revoke/", {"understood": "on"}).status_code == 302
        assert not AccessKey.objects.filter(pk=target.pk).exists()

    def test_searches_and_the_audit_log(
        self, way: str, target: AccessKey, program: Client, operator: Client
    ) -> None:
        typed = WAYS[way](str(target.pk))
        assert [row["name"] for row in program.get(API, {"search": typed}).json()["results"]] == ["target"]
        assert "target" in operator.get(PAGES, {"search": typed}).content.decode()
        log = operator.get("/settings/audit-log/", {"access_key": typed}).content.decode()
        assert "target" in log

    def test_commands(self, way: str, target: AccessKey) -> None:
        assert run("show_access_key", WAYS[way](str(target.pk))).strip() == key_of(target)


@pytest.mark.parametrize(
    "wrong",
    ["{id}0", "0{id}", "{{{id}}}", "urn:uuid:{id}", "{id}%0A", "-{id}", "{half}", "{half}--{half}", "{id}_"],
)
def test_what_is_no_id_is_nowhere(wrong: str, target: AccessKey, program: Client, operator: Client) -> None:
    path = wrong.replace("{half}", target.pk.hex[:16]).format(id=target.pk)
    assert program.get(f"{API}{path}/").status_code == 404
    assert operator.get(f"{PAGES}{path}/").status_code == 404


def test_addresses_are_written_in_one_way(target: AccessKey) -> None:
    assert reverse("api:access_key_details", args=[target.pk]) == f"{API}{target.pk}/"


def test_no_address_of_an_access_key_reads_ids_in_another_way() -> None:
    found = [
        route for route in _routes(get_resolver().url_patterns) if "access-keys/" in route and "pk>" in route
    ]
    assert len(found) >= 18
    assert all("<access_key_id:pk>" in route for route in found)


def _routes(patterns: Any, prefix: str = "") -> list[str]:
    routes = []
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        routes += _routes(pattern.url_patterns, route) if hasattr(pattern, "url_patterns") else [route]
    return routes
