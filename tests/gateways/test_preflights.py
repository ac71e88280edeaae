"""Preflights: what browsers ask before a page of another origin may call (https://fetch.spec.whatwg.org).

They carry no key. Each configuration can let them through, and nothing else; here that is switched on.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.gateways.client import ADDRESS, Client, send
from tests.gateways.gateways import FILES, GATEWAYS, PREFLIGHT, gateway
from tests.gateways.helpers import IDENTITY, challenge, told
from tests.gateways.process import Process
from tests.gateways.recorder import Answer, Heard, Recorder
from tests.gateways.server import ROOT, AccessKey, IdentityCloud

ORIGIN = ("Origin", "https://app.example.com")
METHOD = ("Access-Control-Request-Method", "DELETE")
HEADERS = ("Access-Control-Request-Headers", "authorization")
ASKED = (ORIGIN, METHOD, HEADERS)
PATH = "/orders/1?a=../b&c=%2F//"


@pytest.fixture(scope="session", params=GATEWAYS)
def open_gate(
    request: pytest.FixtureRequest,
    identity_cloud: IdentityCloud,
    _application: Recorder,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Process]:
    """Each gateway in turn, letting preflights through."""
    home = tmp_path_factory.mktemp(request.param)
    ports = {"identity_cloud": identity_cloud.port, "application": _application.port}
    process = gateway(request.param, home, **ports, preflights=True)
    process.start()
    yield process
    process.stop()


@pytest.fixture(autouse=True)
def _application_with_a_policy(application: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(heard: Heard) -> Answer:
        policy = [("Access-Control-Allow-Origin", "".join(heard.values("Origin")))]
        return Answer(204 if heard.method == "OPTIONS" else 200, policy)

    monkeypatch.setattr(application, "answer", answer)


def test_a_preflight_passes_without_a_key_and_the_application_answers_it(
    open_gate: Process, application: Recorder
) -> None:
    response = send(open_gate.port, PATH, method="OPTIONS", headers=ASKED)

    assert (response.status, response.headers["Access-Control-Allow-Origin"]) == (204, ORIGIN[1])
    [heard] = application.heard
    assert (heard.method, heard.path, heard.body) == ("OPTIONS", PATH, b"")
    assert [heard.values(name) for name, _ in ASKED] == [[value] for _, value in ASKED]
    assert told(heard) == dict.fromkeys(IDENTITY, "")
    assert "".join(heard.values("X-Forwarded-For")).endswith(ADDRESS)
    assert heard.values("X-Forwarded-Proto") == ["http"]


def test_off_by_default_it_is_refused(gate: Process, application: Recorder) -> None:
    response = send(gate.port, PATH, method="OPTIONS", headers=ASKED)

    assert response.status == 401
    assert response.headers["Access-Control-Allow-Origin"] is None
    assert application.heard == []


@pytest.mark.parametrize(
    ("method", "headers", "body"),
    [
        ("OPTIONS", [], b""),
        ("OPTIONS", [ORIGIN], b""),
        ("OPTIONS", [METHOD, HEADERS], b""),
        ("OPTIONS", [ORIGIN, HEADERS], b""),
        ("OPTIONS", [("Origin", ""), METHOD], b""),
        ("OPTIONS", [("Origin", "\t"), METHOD], b""),
        ("OPTIONS", [ORIGIN, ("Access-Control-Request-Method", "")], b""),
        ("OPTIONS", [ORIGIN, ("Access_Control_Request_Method", "DELETE")], b""),
        ("OPTIONS", ASKED, b"x"),
        ("options", ASKED, b""),
        *((method, ASKED, b"") for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "PROPFIND")),
        ("GET", [*ASKED, ("X-HTTP-Method-Override", "OPTIONS"), ("X-HTTP-Method", "OPTIONS")], b""),
    ],
)
def test_nothing_else_does(
    open_gate: Process, application: Recorder, method: str, headers: list[tuple[str, str]], body: bytes
) -> None:
    response = send(open_gate.port, PATH, method=method, headers=headers, body=body)

    # Lower case is no method that nginx and Envoy know.
    assert response.status == 401 or (method == "options" and response.status == 400)
    assert application.heard == []


def test_a_preflight_is_nobody_whatever_it_says_of_itself(
    open_gate: Process, application: Recorder, reader: str
) -> None:
    claims = [(name, "claimed") for name in (*IDENTITY, "X_Access_Key_Id", "X.Access.Key.Name")]
    tunnel = [("Connection", "Upgrade, X-Access-Key-Id"), ("Upgrade", "h2c")]

    response = send(open_gate.port, PATH, method="OPTIONS", key=reader, headers=[*ASKED, *claims, *tunnel])

    assert response.status == 204
    [heard] = application.heard
    assert told(heard) == dict.fromkeys(IDENTITY, "")
    assert heard.values("Upgrade") == []
    assert "access-key" not in "".join(heard.values("Connection")).lower()
    assert reader not in repr(heard)
    assert "claimed" not in repr(heard)


@pytest.mark.parametrize("connection", ["Origin, Access-Control-Request-Method", "close, origin"])
def test_a_client_cannot_have_removed_what_makes_it_a_preflight(
    open_gate: Process, application: Recorder, connection: str
) -> None:
    headers = [*ASKED, ("Connection", connection)]

    status = send(open_gate.port, PATH, method="OPTIONS", headers=headers).status

    assert (status, len(application.heard)) in {(204, 1), (401, 0)}
    for heard in application.heard:
        assert [heard.values(name) for name, _ in ASKED] == [[value] for _, value in ASKED]
        assert "origin" not in "".join(heard.values("Connection")).lower()


@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
@pytest.mark.parametrize(
    "path",
    ["/x/../orders", "/%6frders", "/x\\..\\orders", "/x%2f..%2forders", "/orders?method=OPTIONS&origin=a"],
)
def test_no_spelling_of_a_path_avoids_its_scope_here_either(
    open_gate: Process, application: Recorder, stranger: str, method: str, path: str
) -> None:
    headers = ASKED if method == "GET" else [ORIGIN]

    assert send(open_gate.port, path, method=method, key=stranger, headers=headers).status in {400, 403}
    assert application.heard == []


def test_what_follows_a_preflight_is_guarded(
    open_gate: Process, application: Recorder, the_reader: AccessKey, stranger: str
) -> None:
    with Client(open_gate.port) as client:
        assert client.send("/orders", method="OPTIONS", headers=ASKED).status == 204
        application.heard.clear()
        assert client.send("/orders", headers=[ORIGIN]).status == 401
        assert client.send("/orders", headers=[ORIGIN], key=stranger).status == 403
        assert application.heard == []
        assert client.send("/orders", headers=[ORIGIN], key=the_reader.key).status == 200
    [heard] = application.heard
    assert told(heard)["X-Access-Key-Id"] == the_reader.id


def test_a_page_may_read_why_it_was_refused(
    open_gate: Process, application: Recorder, reader: str, stranger: str
) -> None:
    for key, status in ((None, 401), ("nonsense", 401), (stranger, 403)):
        response = send(open_gate.port, "/orders", key=key, headers=[ORIGIN])
        assert (response.status, response.headers.get_all("Access-Control-Allow-Origin")) == (status, ["*"])
        assert challenge(response)
    # What the application answers is its own.
    for method in ("GET", "OPTIONS"):
        response = send(open_gate.port, "/orders", key=reader, method=method, headers=ASKED)
        assert response.headers.get_all("Access-Control-Allow-Origin") == [ORIGIN[1]]


@pytest.mark.parametrize("name", GATEWAYS)
def test_every_configuration_has_it(name: str) -> None:
    """Switched on as docs/gateways.md says, which changes comments alone."""
    assert "sed -i 's/#preflight //' " in (ROOT / "docs" / "gateways.md").read_text()
    lines = [line for file in (FILES / name).iterdir() for line in file.read_text().splitlines()]
    off = [line for line in lines if PREFLIGHT in line]
    assert off
    assert all(line.lstrip().startswith(PREFLIGHT) for line in off)
