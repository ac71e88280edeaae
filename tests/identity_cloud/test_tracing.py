"""When traces are asked for, and what a statement tells of itself."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured, MiddlewareNotUsed

from accesskeys import gate
from accesskeys.core.watching import Watching
from identity_cloud import tracing


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OTEL_SDK_DISABLED", *tracing._ASKING, *tracing._PROTOCOLS):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("variables", "is_asked_for"),
    [
        ({}, False),
        ({"OTEL_SERVICE_NAME": "keys"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://collector:4318"}, True),
        ({"OTEL_TRACES_EXPORTER": "console"}, True),
        ({"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}, False),
        ({"OTEL_TRACES_EXPORTER": "", "OTEL_EXPORTER_OTLP_ENDPOINT": ""}, False),
        ({"OTEL_TRACES_EXPORTER": "otlp", "OTEL_SDK_DISABLED": "True"}, False),
    ],
)
def test_when_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], is_asked_for: bool
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert tracing.is_asked_for() is is_asked_for
    tracing.check()


def test_where_it_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing, "find_spec", lambda _name: None)
    tracing.check()
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "otlp")
    with pytest.raises(
        ImproperlyConfigured, match=r"is not installed\. Install requirements-otel\.txt, or set"
    ):
        tracing.check()
    tracing.start()
    assert Watching.watch is not tracing._span


def test_where_it_is_not_asked_for_nothing_is_in_the_way() -> None:
    tracing.start()
    assert tracing.watched_gate() is gate.verify
    with pytest.raises(MiddlewareNotUsed):
        tracing.TracingMiddleware(lambda _request: None)  # type: ignore[arg-type,return-value]


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        (
            'SELECT "a"."id" FROM "accesskeys_accesskey" WHERE "a"."name" = \'hunter2\'',
            ("SELECT", "accesskeys_accesskey"),
        ),
        ("UPDATE accesskeys_accesskey SET name = 'hunter2'", ("UPDATE", "accesskeys_accesskey")),
        ('INSERT INTO "auth_group" VALUES (1)', ("INSERT", "auth_group")),
        ("SELECT 'FROM hunter2'", ("SELECT", "")),
        ("PRAGMA busy_timeout = 200", ("PRAGMA", "")),
        ("--", ("", "")),
    ],
)
def test_what_a_statement_tells(sql: str, found: tuple[str, str]) -> None:
    assert tracing.told_of(sql) == found
