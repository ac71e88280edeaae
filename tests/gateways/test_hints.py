"""What a program hears of its own key behind every gateway: how much of its limit is left, and until when it works."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime

import pytest

from tests.gateways.client import Response, send
from tests.gateways.gateways import GATEWAYS, gateway
from tests.gateways.process import Process
from tests.gateways.recorder import Answer, Recorder
from tests.gateways.server import IdentityCloud

HINTS = ("RateLimit-Policy", "RateLimit", "Sunset")
CLAIMED = [(name, "claimed") for name in HINTS]
OWN = {
    "RateLimit-Policy": '"daily";q=9;w=86400',
    "RateLimit": '"daily";r=7;t=60000',
    "Sunset": "Sat, 01 Jan 2050 00:00:00 GMT",
}


@pytest.fixture(scope="session", params=GATEWAYS)
def outspoken(
    request: pytest.FixtureRequest, identity_cloud: IdentityCloud, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Process]:
    """Each gateway in turn, in front of an application that tells of limits and an end of its own."""
    with Recorder(lambda _heard: Answer(headers=list(OWN.items()))) as application:
        home = tmp_path_factory.mktemp(f"outspoken_{request.param}")
        process = gateway(
            request.param, home, identity_cloud=identity_cloud.port, application=application.port
        )
        process.start()
        yield process
        process.stop()


@pytest.fixture
def silent(request: pytest.FixtureRequest) -> bool:
    """Whether the gateway hands nothing of a yes on to the client, as Traefik does."""
    gateways = ("gate", "outspoken")
    return "traefik" in [request.node.callspec.params.get(fixture) for fixture in gateways]


@pytest.fixture
def limited(identity_cloud: IdentityCloud, name: str) -> str:
    """A key with a rate limit that no test uses up."""
    key = identity_cloud.generate(name).key
    identity_cloud.manage("limit_access_key", name, "--rate", "9000/hour")
    return key


@pytest.fixture(scope="session")
def old(identity_cloud: IdentityCloud) -> tuple[str, datetime]:
    """The old key of two, and when it ends."""
    key = identity_cloud.generate("rotated").key
    told = json.loads(identity_cloud.manage("rotate_access_key", "rotated", "--json"))
    return key, datetime.fromisoformat(told["old_key_ends_at"]).replace(microsecond=0)


def told(response: Response) -> dict[str, list[str]]:
    """All lines of each header that tells something."""
    return {name: lines for name in HINTS if (lines := response.headers.get_all(name))}


def members(response: Response, name: str) -> list[str]:
    """The members of a list, which one line or several may hold."""
    return [member.strip() for line in response.headers.get_all(name) or [] for member in line.split(",")]


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/orders", 403)])
def test_what_is_left_of_a_limit_is_told(
    gate: Process, silent: bool, limited: str, path: str, status: int
) -> None:
    responses = [send(gate.port, path, key=limited, headers=CLAIMED) for _ in range(2)]

    for response, left in zip(responses, (8999, 8998), strict=True):
        assert response.status == status
        if silent and status == 200:
            assert told(response) == {}
            continue
        assert told(response)["RateLimit-Policy"] == ['"access-key";q=9000;w=3600']
        [limit] = told(response)["RateLimit"]
        assert limit.startswith(f'"access-key";r={left};t=')
        assert "Sunset" not in told(response)


def test_a_key_over_its_limit_hears_that_nothing_is_left(
    gate: Process, silent: bool, identity_cloud: IdentityCloud, name: str
) -> None:
    key = identity_cloud.generate(name).key
    identity_cloud.manage("limit_access_key", name, "--rate", "1/hour")

    # Three, for an hour may end between two of them.
    responses = [send(gate.port, "/", key=key) for _ in range(3)]

    assert (responses[0].status, responses[-1].status) == (200, 429)
    for response in responses:
        if silent and response.status == 200:
            assert told(response) == {}
            continue
        assert told(response)["RateLimit-Policy"] == ['"access-key";q=1;w=3600']
        assert members(response, "RateLimit")[0].startswith('"access-key";r=0;t=')
    last = responses[-1].headers
    assert last["RateLimit"].endswith(f";t={last['Retry-After']}")


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/orders", 403)])
def test_an_old_key_hears_until_when_it_works(
    gate: Process, silent: bool, old: tuple[str, datetime], path: str, status: int
) -> None:
    key, end = old
    response = send(gate.port, path, key=key, headers=CLAIMED)

    assert response.status == status
    if silent and status == 200:
        assert told(response) == {}
        return
    assert set(told(response)) == {"Sunset"}
    [sunset] = told(response)["Sunset"]
    assert parsedate_to_datetime(sunset) == end


def test_whoever_has_nothing_to_hear_hears_nothing(
    gate: Process, stranger: str, limited: str, old: tuple[str, datetime]
) -> None:
    for key in (limited, old[0]):  # What others were told is gone.
        send(gate.port, "/", key=key)
    for path, key, status in (("/", stranger, 200), ("/orders", stranger, 403), ("/", "bad", 401)):
        response = send(gate.port, path, key=key, headers=CLAIMED)
        assert (response.status, told(response)) == (status, {})


def test_the_application_does_not_hear_them(
    gate: Process, application: Recorder, limited: str, old: tuple[str, datetime]
) -> None:
    for key in (limited, old[0]):
        send(gate.port, "/", key=key)

    for heard in application.heard:
        assert [heard.values(name) for name in HINTS] == [[], [], []]


class TestAnApplicationThatTellsOfItsOwn:
    def test_is_heard(self, outspoken: Process, stranger: str) -> None:
        assert told(send(outspoken.port, "/", key=stranger)) == {name: [own] for name, own in OWN.items()}

    def test_has_its_limits_beside_those_of_the_key(
        self, outspoken: Process, silent: bool, limited: str
    ) -> None:
        response = send(outspoken.port, "/", key=limited)

        if silent:
            assert told(response) == {name: [own] for name, own in OWN.items()}
            return
        assert set(members(response, "RateLimit-Policy")) == {
            OWN["RateLimit-Policy"],
            '"access-key";q=9000;w=3600',
        }
        theirs, ours = sorted(members(response, "RateLimit"), reverse=True)
        assert theirs == OWN["RateLimit"]
        assert ours.startswith('"access-key";r=8999;t=')
        assert told(response)["Sunset"] == [OWN["Sunset"]]

    def test_has_its_end_replaced_by_that_of_the_key(
        self, outspoken: Process, silent: bool, old: tuple[str, datetime]
    ) -> None:
        key, end = old
        response = send(outspoken.port, "/", key=key)

        if silent:
            assert told(response) == {name: [own] for name, own in OWN.items()}
            return
        [sunset] = told(response)["Sunset"]
        assert parsedate_to_datetime(sunset) == end
        assert told(response)["RateLimit"] == [OWN["RateLimit"]]

    def test_is_not_heard_by_whoever_is_refused(self, outspoken: Process) -> None:
        assert told(send(outspoken.port, "/")) == {}
