from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.gateways.gateways import GATEWAYS, gateway
from tests.gateways.helpers import IDENTITY
from tests.gateways.process import Process
from tests.gateways.recorder import Answer, Heard, Recorder
from tests.gateways.server import AccessKey, IdentityCloud

_numbers = count(1)


@pytest.fixture(scope="session")
def identity_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IdentityCloud]:
    server = IdentityCloud(tmp_path_factory.mktemp("identity_cloud"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def _application() -> Iterator[Recorder]:
    def tell_who_is_calling(heard: Heard) -> Answer:
        return Answer(body=json.dumps({name: heard.values(name) for name in IDENTITY}).encode())

    with Recorder(tell_who_is_calling) as application:
        yield application


@pytest.fixture
def application(_application: Recorder) -> Recorder:
    """The application behind the gateway. It has heard nothing yet."""
    _application.heard.clear()
    return _application


@pytest.fixture(scope="session", params=GATEWAYS)
def gate(
    request: pytest.FixtureRequest,
    identity_cloud: IdentityCloud,
    _application: Recorder,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Process]:
    """Each gateway in turn, in front of the application, with Identity Cloud to ask."""
    home = tmp_path_factory.mktemp(request.param)
    process = gateway(request.param, home, identity_cloud=identity_cloud.port, application=_application.port)
    process.start()
    yield process
    process.stop()


class Overheard:
    """A gateway that asks a recorder in place of Identity Cloud."""

    def __init__(self, name: str, home: Path, application: Recorder) -> None:
        self.name = name
        self.asked = Recorder(lambda _heard: Answer())
        self._application = application
        self._home = home

    def __enter__(self) -> Overheard:
        self.asked.__enter__()
        self._process = gateway(
            self.name, self._home, identity_cloud=self.asked.port, application=self._application.port
        )
        try:
            self._process.start()
        except BaseException:
            self.asked.__exit__()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self._process.stop()
        self.asked.__exit__()

    @property
    def port(self) -> int:
        return self._process.port


@pytest.fixture(scope="session", params=GATEWAYS)
def _overheard(
    request: pytest.FixtureRequest, _application: Recorder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Overheard]:
    with Overheard(request.param, tmp_path_factory.mktemp(request.param), _application) as overheard:
        yield overheard


@pytest.fixture
def overheard(_overheard: Overheard) -> Overheard:
    """Each gateway in turn, with a stand-in for Identity Cloud that remembers what it was asked."""
    _overheard.asked.heard.clear()
    return _overheard


@pytest.fixture(scope="session")
def the_reader(identity_cloud: IdentityCloud) -> AccessKey:
    """`reader` has the scope that the configurations want for /orders, and another, and labels."""
    reader = identity_cloud.generate("reader", "orders:read", "prices:read")
    identity_cloud.manage(
        "describe_access_key", "reader", "--label=team=J\u00fcrgen & Co", "--label=tier=gold"
    )
    return reader


@pytest.fixture(scope="session")
def reader(the_reader: AccessKey) -> str:
    """The key of `reader`."""
    return the_reader.key


@pytest.fixture(scope="session")
def stranger(identity_cloud: IdentityCloud) -> str:
    """The key of `stranger`, which has no scopes."""
    return identity_cloud.generate("stranger").key


@pytest.fixture
def name() -> str:
    """The name of an access key for one test."""
    return f"test_{next(_numbers)}"
