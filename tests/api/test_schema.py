"""The OpenAPI document says what the API does, and nothing else."""

from __future__ import annotations

import html
import io
import json
import re
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import get_resolver

from accesskeys.models import AccessKey
from accesskeys.operations.policy import RULES, Operation
from tests.clients import anybody, consumer, signed_in
from tests.factories import AccessKeyFactory, OperatorFactory

pytestmark = pytest.mark.django_db

SCHEMA = "/api/v1/schema/"
DOCS = "/api/v1/docs/"


@pytest.fixture
def document() -> dict[str, Any]:
    response = anybody().get(SCHEMA, headers={"Accept": "application/vnd.oai.openapi+json"})
    assert response.status_code == 200
    read: dict[str, Any] = json.loads(response.content)
    return read


def operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """Those of the API."""
    return {
        (method, path): operation
        for path, methods in document["paths"].items()
        if path.startswith("/api/")
        for method, operation in methods.items()
    }


def test_it_is_valid_and_without_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=io.StringIO())
    assert capsys.readouterr().err == ""


def test_it_describes_every_address_of_the_api(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    api = next(pattern for pattern in get_resolver().url_patterns if str(pattern.pattern) == "api/v1/")
    addresses = {
        "/api/v1/" + str(pattern.pattern).replace("<access_key_id:pk>", "{id}")
        for pattern in api.url_patterns  # type: ignore[union-attr]
    }
    beside = {"/auth/verify/", "/oauth2/introspect/", "/oauth2/revoke/", "/metrics/"}
    assert set(document["paths"]) == addresses - {SCHEMA, DOCS} | beside


def test_it_names_the_scope_that_the_policy_asks_for(document: dict[str, Any]) -> None:
    named = {
        operation["operationId"]: operation.get("x-scope") for operation in operations(document).values()
    }
    wanted = {
        "ping": None,
        "describe_current_access_key": None,
        "list_access_keys": Operation.LIST,
        "generate_access_key": Operation.GENERATE,
        "describe_access_key": Operation.DETAILS,
        "change_access_key": Operation.RENAME,
        "revoke_access_key": Operation.REVOKE,
        "reveal_access_key": Operation.REVEAL,
        "limit_access_key": Operation.LIMIT,
        "suspend_access_key": Operation.SUSPEND,
        "resume_access_key": Operation.RESUME,
        "describe_rotation": Operation.DETAILS,
        "rotate_access_key": Operation.ROTATE,
        "cancel_rotation": Operation.CANCEL_ROTATION,
        "complete_rotation": Operation.COMPLETE_ROTATION,
        "rotate_current_access_key": Operation.ROTATE_SELF,
    }
    assert named == {name: operation and RULES[operation].scope for name, operation in wanted.items()}


def test_every_operation_takes_a_key_and_tells_its_refusals(document: dict[str, Any]) -> None:
    assert document["components"]["securitySchemes"]["accessKey"]["scheme"] == "bearer"
    for (method, path), operation in operations(document).items():
        assert operation["security"] == [{"accessKey": []}]
        refusals = {"401", "403", "503"}
        if "{id}" in path:
            refusals.add("404")
        if "requestBody" in operation:
            refusals |= {"400", "413", "415"}
        assert refusals <= set(operation["responses"]), (method, path)


def test_only_what_makes_or_shows_one_answers_with_a_key(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    holding = {name for name, schema in schemas.items() if "key" in schema.get("properties", {})}
    answering = {
        operation["operationId"]
        for operation in operations(document).values()
        for name in holding
        if f'"#/components/schemas/{name}"' in json.dumps(operation["responses"])
    }
    assert answering == {
        "generate_access_key",
        "reveal_access_key",
        "rotate_access_key",
        "rotate_current_access_key",
    }
    assert not any(word in json.dumps(schemas) for word in ("digest", "sealed"))


@pytest.mark.parametrize("accept", [None, "*/*", "text/html,*/*;q=0.8"])
def test_it_is_json_unless_yaml_is_asked_for(accept: str | None) -> None:
    headers = {} if accept is None else {"Accept": accept}
    for query, member in (("", "openapi"), ("?lang=de", "errors")):
        response = anybody().get(f"{SCHEMA}{query}", headers=headers)
        assert response["Content-Type"].startswith("application/json")
        assert member in json.loads(response.content)
    response = anybody().get(SCHEMA, headers={"Accept": "application/yaml"})
    assert response["Content-Type"].startswith("application/yaml")
    assert response.content.startswith(b"openapi: 3.1")


def test_pages_and_their_parameters_are_described(document: dict[str, Any]) -> None:
    listing = document["paths"]["/api/v1/access-keys/"]["get"]
    parameters = {parameter["name"]: parameter["schema"] for parameter in listing["parameters"]}
    times = {"created_after", "created_before", "expires_after", "expires_before", "last_used_before"}
    assert parameters.keys() == times | {
        *("cursor", "page_size", "search", "status", "label", "owner", "scope", "ordering")
    }
    assert {parameters[name]["format"] for name in times} == {"date-time"}
    assert (parameters["page_size"]["minimum"], parameters["page_size"]["maximum"]) == (1, 100)
    page = document["components"]["schemas"]["PaginatedAccessKeyList"]
    assert page["required"] == ["next", "previous", "results"]
    assert "null" in page["properties"]["next"]["type"]
    assert "400" in listing["responses"]


class TestWhoMayRead:
    def test_the_page_is_for_signed_in_operators_alone(self) -> None:
        as_browser = {"Accept": "text/html"}
        page = signed_in(OperatorFactory()).get(DOCS, headers=as_browser)
        assert page.status_code == 200
        assert page["Content-Type"].startswith("text/html")
        for client in (anybody(), consumer(AccessKeyFactory())):
            response = client.get(DOCS, headers=as_browser)
            assert response.status_code in {302, 401}
            assert b"reveal" not in response.content

    def test_an_operator_who_left_may_not(self) -> None:
        operator = OperatorFactory()
        client = signed_in(operator)
        operator.is_active = False
        operator.save(update_fields=["is_active"])
        assert client.get(DOCS).status_code in {302, 401}


def test_the_page_lays_out_every_operation(document: dict[str, Any]) -> None:
    page = signed_in(OperatorFactory()).get(DOCS).content.decode()
    for (method, path), operation in operations(document).items():
        assert operation["summary"] in page
        assert path in page
        assert method.upper() in page
        if operation.get("x-scope"):
            assert operation["x-scope"] in page
    assert not re.search(r"ica_[0-9A-Za-z]{12}", page)


def test_each_example_is_a_body_that_its_operation_takes(document: dict[str, Any]) -> None:
    page = html.unescape(signed_in(OperatorFactory()).get(DOCS).content.decode())
    shown = dict(re.findall(r'<pre id="call-(\w+)"[^>]*>[^<]*--json \'([^<]*)\'</pre>', page))
    assert set(shown) == {
        "generate_access_key",
        "change_access_key",
        "limit_access_key",
        "rotate_access_key",
        "rotate_current_access_key",
    }
    scopes = ["access_keys:write", "access_keys:rotate_self", "orders:read"]
    caller = consumer(AccessKeyFactory(name="caller", scopes=scopes))
    for (method, path), operation in operations(document).items():
        if body := shown.get(operation["operationId"]):
            access_key = AccessKeyFactory()
            address = path.replace("{id}", str(access_key.pk))
            response = getattr(caller, method)(address, body, content_type="application/json")
            assert response.status_code in {200, 201}, response.content
            AccessKey.objects.exclude(name="caller").delete()


def test_the_document_is_english_for_everybody(document: dict[str, Any]) -> None:
    headers = {"Accept": "application/vnd.oai.openapi+json", "Accept-Language": "de"}
    answer = signed_in(OperatorFactory()).get(SCHEMA, headers=headers)
    assert json.loads(answer.content) == document


def test_no_asset_comes_from_elsewhere() -> None:
    page: str = signed_in(OperatorFactory()).get(DOCS).content.decode()
    sources = re.findall(r'<(?:script|link|img|iframe)[^>]+(?:src|href)="([^"]+)"', page)
    assert sources
    assert all(source.startswith("/") and not source.startswith("//") for source in sources)
