"""Traces of a real server, as a collector of OpenTelemetry receives them: what is done, and with no value in it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.server.servers import Site
from tools.ports import free_port

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
TRACE_PARENT = {"traceparent": f"00-{TRACE}-{PARENT}-01"}


class Collector:
    """Takes what comes."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    @property
    def spans(self) -> list[Any]:
        requests = [ExportTraceServiceRequest.FromString(body) for body in self.bodies]
        return [
            span
            for request in requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def named(self, name: str) -> Any:
        """The span of this name, once it has come."""
        end = time.monotonic() + 15
        while not (found := [span for span in self.spans if span.name == name]):
            assert time.monotonic() < end, sorted({span.name for span in self.spans})
            time.sleep(0.2)
        return found[0]


def attributes(span: Any) -> dict[str, Any]:
    return {each.key: each.value.string_value or each.value.int_value for each in span.attributes}


@pytest.fixture
def collector() -> Iterator[tuple[Collector, str]]:
    taken = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_line: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield taken, f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def traced(site: Site, endpoint: str, **more: str) -> Site:
    return site.with_settings(
        OTEL_EXPORTER_OTLP_ENDPOINT=endpoint, OTEL_BSP_SCHEDULE_DELAY="200", LOG_LEVEL="INFO", **more
    )


def test_doors_operations_and_statements(site: Site, collector: tuple[Collector, str]) -> None:
    taken, endpoint = collector
    key = site.key("traced", "--scope", "access_keys:write")
    with traced(site, endpoint, TRUSTED_PROXIES="127.0.0.1/32").serve() as server:
        gate = server.ask("GET", "/auth/verify/", headers={"Authorization": f"Bearer {key}", **TRACE_PARENT})
        made = server.call("POST", "access-keys/", key, name="hunter2", description="tell nobody")
        assert (gate.status, made.status) == (200, 201)
        nobody = server.ask("GET", "/nowhere/hunter2/?q=hunter2")
        assert nobody.status == 404
        verify = taken.named("GET /auth/verify/")
        post = taken.named("POST /api/v1/access-keys/")
        operation = taken.named("access_key.generated")
        insert = taken.named("INSERT accesskeys_accesskey")
        taken.named("GET")
    assert (verify.trace_id.hex(), verify.parent_span_id.hex()) == (TRACE, PARENT)
    assert attributes(verify) == {
        "http.request.method": "GET",
        "http.route": "/auth/verify/",
        "http.response.status_code": 200,
    }
    assert attributes(post)["http.response.status_code"] == 201
    assert operation.trace_id == insert.trace_id == post.trace_id
    assert insert.parent_span_id == operation.span_id
    assert set(attributes(insert)) == {"db.system.name", "db.operation.name", "db.collection.name"}
    # Neither a key nor its beginning, no name, no description, no address.
    everything = b"".join(taken.bodies)
    for value in (key, made.json["key"], "hunter2", "tell nobody", "127.0.0.1", made.json["id"]):
        assert value.encode() not in everything
    assert key[4:16].encode() not in everything


def test_a_collector_that_is_away_costs_traces_alone(site: Site) -> None:
    key = site.key("untraced")
    with traced(site, f"http://127.0.0.1:{free_port()}", OTEL_EXPORTER_OTLP_TIMEOUT="1").serve() as server:
        for _ in range(20):
            assert server.call("GET", "ping/", key).status == 200
        began = time.monotonic()
        assert server.stop() == 0
    assert time.monotonic() - began < 15


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"OTEL_TRACES_EXPORTER": "zipkin"}, "OTEL_TRACES_EXPORTER must be otlp, console or none."),
        (
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
            "OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf.",
        ),
    ],
)
def test_what_cannot_be_had_stops_the_start(site: Site, settings: dict[str, str], sentence: str) -> None:
    code, said = site.with_settings(**settings).refuse_to_serve()
    assert (code, said.splitlines()[-1]) == (1, f"Not started: {sentence}")
