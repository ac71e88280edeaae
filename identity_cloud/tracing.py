"""OpenTelemetry, where the standard ``OTEL_*`` variables ask for it: spans of doors, operations and statements.

A span has a name, a method, a route, a status, and the table of a statement: no value, no header, no address, and no
text of an exception. Needs requirements-otel.txt.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib.util import find_spec
from typing import Any, Final

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured, MiddlewareNotUsed
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.http import HttpRequest, HttpResponse

from accesskeys import gate
from accesskeys.core.watching import Watching
from identity_cloud.request_ids import trace_parent

SERVICE: Final = "identity-cloud"

_ASKING = ("OTEL_TRACES_EXPORTER", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_VERB = re.compile(r"\s*(\w+)")
_TABLE = re.compile(r"(?:\b(?:FROM|INTO)|\A\s*UPDATE)\s+\"?(\w+)", re.IGNORECASE)


def is_asked_for() -> bool:
    """By what is set first; ``none`` is not."""
    if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    return next(filter(None, map(os.environ.get, _ASKING)), "none") != "none"


def check() -> None:
    """Raise ImproperlyConfigured where it is asked for, and cannot be had."""
    if not is_asked_for():
        return
    if not _is_installed():
        raise ImproperlyConfigured(
            "OTEL_… asks for traces, and OpenTelemetry is not installed. Install requirements-otel.txt, or set "
            "OTEL_SDK_DISABLED=true."
        )
    if os.environ.get("OTEL_TRACES_EXPORTER", "otlp") not in ("", "otlp", "console"):
        raise ImproperlyConfigured("OTEL_TRACES_EXPORTER must be otlp, console or none.")
    if any(os.environ.get(name, "") not in ("", "http/protobuf") for name in _PROTOCOLS):
        raise ImproperlyConfigured("OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf.")


def start() -> None:
    """Watch from now on, if that is asked for. Called before the first connection is opened, and before the fork."""
    if not is_asked_for() or not _is_installed():
        return
    from opentelemetry import trace
    from opentelemetry.sdk.resources import OTELResourceDetector, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    # What the environment says of the service wins.
    provider = TracerProvider(
        resource=Resource({"service.name": SERVICE}).merge(OTELResourceDetector().detect())
    )
    provider.add_span_processor(BatchSpanProcessor(_exporter()))
    trace.set_tracer_provider(provider)
    Watching.watch = staticmethod(_span)
    connection_created.connect(_watch_connection)


def watched_gate() -> Callable[[gate.Question], gate.Answer]:
    """``gate.verify``; in a span where somebody watches, and at no cost where nobody does."""
    if Watching.watch is not _span:
        return gate.verify

    def verify(question: gate.Question) -> gate.Answer:
        with _door("GET", gate.PATH) as span:
            answer = gate.verify(question)
            _end_door(span, answer.status.value)
        return answer

    return verify


class TracingMiddleware:
    """A span for each request, by the pattern of its address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if Watching.watch is not _span:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        method = str(request.method) if request.method in _METHODS else "_OTHER"
        with _door(method, "") as span:
            response = self.get_response(request)
            if request.resolver_match:
                route = f"/{request.resolver_match.route}"
                span.update_name(f"{method} {route}")
                span.set_attribute("http.route", route)
            _end_door(span, response.status_code)
        return response


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"})


def _is_installed() -> bool:
    return all(find_spec(name) for name in ("opentelemetry", "opentelemetry.sdk"))


def _exporter() -> Any:
    if os.environ.get("OTEL_TRACES_EXPORTER") == "console":
        from opentelemetry.sdk.trace.export import ConsoleSpanExporter

        return ConsoleSpanExporter()
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter()


@contextmanager
def _span(name: str, **more: Any) -> Iterator[Any]:
    """What fails has a status, and no text: an exception may quote anything."""
    from opentelemetry import trace

    tracer = trace.get_tracer(SERVICE)
    with tracer.start_as_current_span(
        name, record_exception=False, set_status_on_exception=False, **more
    ) as span:
        try:
            yield span
        except BaseException as error:
            span.set_status(trace.StatusCode.ERROR)
            span.set_attribute("error.type", type(error).__name__)
            raise


def _door(method: str, route: str) -> Any:
    from opentelemetry.trace import SpanKind
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    attributes = {"http.request.method": method} | ({"http.route": route} if route else {})
    context = TraceContextTextMapPropagator().extract({"traceparent": trace_parent()})
    return _span(f"{method} {route}".strip(), kind=SpanKind.SERVER, attributes=attributes, context=context)


def _end_door(span: Any, status: int) -> None:
    from opentelemetry.trace import StatusCode

    span.set_attribute("http.response.status_code", status)
    if status >= 500:
        span.set_status(StatusCode.ERROR)


def _watch_connection(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    if _statement not in connection.execute_wrappers:
        connection.execute_wrappers.append(_statement)


def _statement(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    from opentelemetry.trace import SpanKind

    verb, table = told_of(sql)
    attributes = {"db.system.name": context["connection"].vendor, "db.operation.name": verb}
    if table:
        attributes["db.collection.name"] = table
    with _span(f"{verb} {table}".strip(), kind=SpanKind.CLIENT, attributes=attributes):
        return execute(sql, params, many, context)


def told_of(sql: str) -> tuple[str, str]:
    """The verb of a statement, and the table of ours that it begins with. Nothing else of it is told."""
    verb, table = _VERB.match(sql), _TABLE.search(sql)
    is_ours = table is not None and table[1] in _tables()
    return verb[1].upper() if verb else "", table[1] if table and is_ours else ""


@lru_cache
def _tables() -> frozenset[str]:
    return frozenset(model._meta.db_table for model in apps.get_models(include_auto_created=True))
