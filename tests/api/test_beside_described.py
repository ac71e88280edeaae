"""What stands beside the API, asked: it answers as the OpenAPI document says."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

import pytest

from accesskeys import gate, operations
from accesskeys.api import exposition
from accesskeys.api.documentation.gate import DIALECTS
from accesskeys.core.scopes import INTROSPECT, METRICS
from accesskeys.gate.verify import THROTTLED
from accesskeys.operations.actors import Actor
from accesskeys.operations.policy import RULES, Operation
from tests.api.test_documented_answers import DOCUMENT
from tests.api.test_examples_described import faults
from tests.clients import anybody, consumer
from tests.factories import AccessKeyFactory, key_of

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"
PATHS = DOCUMENT["paths"]
BESIDE = {path: methods for path, methods in PATHS.items() if not path.startswith("/api/")}


def check(response: Any, operation: dict[str, Any]) -> None:
    """Status, type and body are among what is described; so is each header that is shown."""
    described = operation["responses"][str(response.status_code)]
    for name, header in described.get("headers", {}).items():
        if "$ref" in header:  # What some keys hear, and others do not.
            continue
        assert name in response, name
        assert "example" in header, name
    if content := described.get("content"):
        kind = response["Content-Type"].partition(";")[0]
        text = response.content.decode()
        assert faults(content[kind]["schema"], json.loads(text) if kind.endswith("json") else text) == []
    else:
        assert response.content == b""


@pytest.mark.parametrize(
    "expiring", [{}, {"expires_at": "2099-01-01T00:00:00Z"}], ids=["for ever", "expiring"]
)
def test_introspection(expiring: dict[str, Any]) -> None:
    operation = PATHS["/oauth2/introspect/"]["post"]
    assert operation["x-scope"] == RULES[Operation.INTROSPECT].scope
    api_server = consumer(AccessKeyFactory(scopes=[INTROSPECT]))
    presented = AccessKeyFactory(scopes=["orders:read"], **expiring)
    for client in (api_server, consumer(AccessKeyFactory()), anybody()):
        for body in (
            f"token={key_of(presented)}",
            f"token={key_of(presented)}&address=192.0.2.1",
            "token=x",
            "",
        ):
            check(client.post("/oauth2/introspect/", body, FORM), operation)
        check(client.post("/oauth2/introspect/", "{}", "application/json"), operation)
    taken = operation["requestBody"]["content"][FORM]["schema"]["properties"]
    assert set(taken) == {"token", "address"}


def test_revocation() -> None:
    operation = PATHS["/oauth2/revoke/"]["post"]
    assert operation["security"] == []
    for body in (f"token={key_of(AccessKeyFactory())}", "token=x", "", "token=a&token=b"):
        check(anybody().post("/oauth2/revoke/", body, FORM), operation)
    check(anybody().post("/oauth2/revoke/", "{}", "application/json"), operation)


def test_metrics() -> None:
    operation = PATHS["/metrics/"]["get"]
    assert operation["x-scope"] == RULES[Operation.READ_METRICS].scope
    for client in (consumer(AccessKeyFactory(scopes=[METRICS])), consumer(AccessKeyFactory()), anybody()):
        check(client.get("/metrics/"), operation)
    [shown] = operation["responses"]["200"]["content"]["text/plain"]["examples"].values()
    told = exposition.text().decode()
    for line in shown["value"].splitlines():
        assert line.rpartition(" ")[0] in told, line


class TestGate:
    operation = PATHS[gate.PATH]["get"]
    taken = {parameter["name"]: parameter for parameter in operation["parameters"]}

    def test_it_takes_what_is_described(self) -> None:
        assert set(self.taken) == {"scope", "dialect", "X-Forwarded-For"}
        assert set(self.taken["dialect"]["schema"]["enum"]) == set(THROTTLED) == set(DIALECTS)
        for dialect in DIALECTS:
            assert consumer(AccessKeyFactory()).get(f"{gate.PATH}?dialect={dialect}").status_code == 200

    def test_it_answers_as_described(self) -> None:
        client = consumer(AccessKeyFactory(scopes=["orders:read"], labels={"team": "payments"}))
        for caller, query, status in (
            (client, "", 200),
            (client, "?scope=orders:read", 200),
            (client, "?scope=orders:write", 403),
            (anybody(), "", 401),
            (anybody(authorization="Bearer nonsense"), "", 401),
        ):
            response = caller.get(f"{gate.PATH}{query}")
            assert response.status_code == status
            check(response, self.operation)
        ours = {name for name in client.get(gate.PATH).headers if name.startswith("X-Access-Key-")}
        always = self.operation["responses"]["200"]["headers"].items()
        assert ours == {name for name, header in always if "$ref" not in header}

    @pytest.mark.parametrize("dialect", DIALECTS)
    def test_too_many_requests_are_described_for_each_gateway(self, dialect: str) -> None:
        access_key = AccessKeyFactory()
        operations.limit(
            access_key_id=access_key.pk, allowed_networks=[], rate_limit="1/hour", actor=Actor.for_command()
        )
        client = consumer(access_key)
        answers = [client.get(f"{gate.PATH}?dialect={dialect}") for _ in range(2)]
        assert [answer.status_code for answer in answers] == [200, THROTTLED[dialect]]
        assert answers[1]["Retry-After"]
        assert str(THROTTLED[dialect].value) in self.operation["responses"]

    def test_no_other_status_is_answered(self) -> None:
        assert {HTTPStatus(int(status)) for status in self.operation["responses"]} == {
            200,
            401,
            403,
            429,
            503,
        }
