"""/metrics/: each decision moves one counter by one, and tells nothing about whose key it was."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accesskeys import operations, verification
from accesskeys.api import exposition, gauges
from accesskeys.core.scopes import INTROSPECT, METRICS, READ
from accesskeys.operations.actors import Actor
from accesskeys.verification import decision, metrics
from accesskeys.verification.tally import CELLS
from tests.api.exposed import families
from tests.clients import anybody, consumer
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import database_away, holds_part_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_tally")]

URL = "/metrics/"
DOCUMENTATION = Path(__file__).parents[2] / "docs" / "operations.md"
FORGED = f"ica_{'A' * 51}"

Sample = tuple[str, str, str]  # door, outcome, reason


@pytest.fixture
def prometheus() -> Client:
    return consumer(AccessKeyFactory(name="prometheus", scopes=[METRICS]))


def decisions() -> dict[Sample, float]:
    """The decisions so far that are not zero, as Prometheus reads them."""
    family = families()["access_keys_decisions"]
    assert family.type == "counter"
    return {
        (sample.labels["door"], sample.labels["outcome"], sample.labels["reason"]): sample.value
        for sample in family.samples
        if sample.value
    }


def expiring() -> float:
    return families()["access_keys_expiring"].samples[0].value


# Each makes one decision at the door of the given name end as its own name says.
def accepted(command: Actor) -> str | None:
    return f"Bearer {key_of(AccessKeyFactory(scopes=[READ]))}"


def absent(command: Actor) -> str | None:
    return None


def malformed(command: Actor) -> str | None:
    return "Bearer two words"


def forged(command: Actor) -> str | None:
    return f"Bearer {FORGED}"


def unknown(command: Actor) -> str | None:
    access_key = AccessKeyFactory()
    operations.revoke(access_key_id=access_key.pk, actor=command)
    return f"Bearer {key_of(access_key)}"


def suspended(command: Actor) -> str | None:
    access_key = AccessKeyFactory()
    operations.suspend(access_key_id=access_key.pk, actor=command)
    return f"Bearer {key_of(access_key)}"


def expired(command: Actor) -> str | None:
    return f"Bearer {key_of(AccessKeyFactory(expired=True))}"


def address(command: Actor) -> str | None:
    access_key = AccessKeyFactory()
    operations.limit(
        access_key_id=access_key.pk, allowed_networks=["192.0.2.0/24"], rate_limit=None, actor=command
    )
    return f"Bearer {key_of(access_key)}"


def scope(command: Actor) -> str | None:
    return f"Bearer {key_of(AccessKeyFactory())}"


def rate_limit(command: Actor) -> str | None:
    access_key = AccessKeyFactory(scopes=[READ])
    operations.limit(access_key_id=access_key.pk, allowed_networks=[], rate_limit="1/hour", actor=command)
    verification.authenticate(key_of(access_key))
    return f"Bearer {key_of(access_key)}"


SITUATIONS = (accepted, absent, malformed, forged, unknown, suspended, expired, address, scope, rate_limit)
OUTCOMES = {reason or "accepted": (outcome, reason) for outcome, reason in metrics.ENDINGS}
STATUSES = {"accepted": 200, "scope": 403, "rate_limit": 429}


def at_the_gate(authorization: str | None) -> int:
    return anybody(authorization=authorization).get(f"/auth/verify/?scope={READ}&dialect=caddy").status_code


def at_the_api(authorization: str | None) -> int:
    return anybody(authorization=authorization).get("/api/v1/access-keys/").status_code


DOORS = {"gate": at_the_gate, "api": at_the_api}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.__name__)
def test_each_ending_moves_its_own_counter_by_one(
    door: str, situation: Callable[[Actor], str | None], command: Actor
) -> None:
    name = situation.__name__
    authorization = situation(command)
    assert decisions() == {}
    assert DOORS[door](authorization) == STATUSES.get(name, 401)
    assert decisions() == {(door, *OUTCOMES[name]): 1}


@pytest.mark.parametrize("door", DOORS)
def test_an_address_that_keeps_presenting_bad_keys(door: str, settings: Settings) -> None:
    settings.ACCESS_KEYS_BAD_KEY_LIMIT = "1/hour"
    statuses = [DOORS[door](f"Bearer {FORGED}") for _ in range(3)]
    assert statuses == [401, 429, 429]
    assert decisions() == {(door, "refused", "forged"): 1, (door, "refused", "bad_keys"): 2}


@pytest.mark.parametrize("door", DOORS)
def test_a_database_that_is_away(door: str, command: Actor) -> None:
    authorization = accepted(command)
    with database_away():
        assert DOORS[door](authorization) == 503
    assert decisions() == {(door, "failed", "unavailable"): 1}


def test_who_introspects_and_what_is_introspected_are_two_decisions(command: Actor) -> None:
    api_server = consumer(AccessKeyFactory(scopes=[INTROSPECT]))
    for situation in (accepted, suspended):
        key = (situation(command) or "").removeprefix("Bearer ")
        api_server.post("/oauth2/introspect/", urlencode({"token": key}), "application/x-www-form-urlencoded")
    assert decisions() == {
        ("api", "accepted", ""): 2,
        ("introspection", "accepted", ""): 1,
        ("introspection", "refused", "suspended"): 1,
    }


def test_an_answer_in_no_language_of_the_api_is_no_decision(command: Actor) -> None:
    client = anybody(authorization=accepted(command))
    assert client.get("/api/v1/ping/", headers={"Accept": "text/html"}).status_code == 406
    assert decisions() == {}


def test_every_check_has_a_counter() -> None:
    assert {check.reason for check in decision.CHECKS} <= {reason for _, reason in metrics.ENDINGS}


def test_the_documentation_explains_every_ending() -> None:
    rows = re.findall(r"^\| (?:`(\w+)`)? ?\| (?:`(\w+)` )?\| \w", DOCUMENTATION.read_text(), re.MULTILINE)
    assert sorted(reason for _, reason in rows if reason) == sorted(
        reason for _, reason in metrics.ENDINGS[1:]
    )
    assert [outcome for outcome, _ in rows if outcome] == ["accepted", "refused", "failed"]


def test_the_cells_of_a_file_that_outlives_an_upgrade() -> None:
    """To add a door or an ending, add it here, at the end. Nothing else may change."""
    assert [(door, metrics._cell(door, "")) for door in metrics.DOORS] == [
        ("api", 0),
        ("gate", 32),
        ("introspection", 64),
    ]
    assert [metrics._cell("api", reason) for _, reason in metrics.ENDINGS] == list(range(13))
    assert " ".join(reason for _, reason in metrics.ENDINGS[1:]) == (
        "absent malformed forged unknown suspended expired address scope rate_limit bad_keys unavailable ended"
    )
    assert CELLS == 128


def test_keys_that_expire_soon() -> None:
    now = timezone.now()
    for days in (1, 13, 15):
        AccessKeyFactory(expires_at=now + timedelta(days=days))
    AccessKeyFactory(expired=True)
    AccessKeyFactory()
    assert expiring() == 2


def test_no_more_of_them_are_counted_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gauges, "LIMIT", 2)
    AccessKeyFactory.create_batch(3, expires_at=timezone.now() + timedelta(days=1))
    assert expiring() == 2


class TestTheAnswer:
    # What Prometheus sends, what a shell sends, and what nobody here can offer.
    @pytest.mark.parametrize(
        ("accept", "kind"),
        [
            (
                "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1",
                exposition.OPENMETRICS,
            ),
            ("application/openmetrics-text", exposition.OPENMETRICS),
            ("application/openmetrics-text;version=x, text/plain;q=0.5", exposition.TEXT),
            ("application/openmetrics-text;q=0.2, text/plain;version=0.0.4;q=0.7", exposition.TEXT),
            ("application/openmetrics-text;q=0", exposition.TEXT),
            ("*/*", exposition.TEXT),
            ("text/plain", exposition.TEXT),
            ("application/x-nothing", exposition.TEXT),
        ],
    )
    def test_is_text_that_nobody_keeps(self, prometheus: Client, accept: str, kind: str) -> None:
        response = prometheus.get(URL, headers={"Accept": accept})
        assert response.status_code == 200
        assert response["Content-Type"] == kind
        assert response.content.endswith(b"# EOF\n") == (kind == exposition.OPENMETRICS)
        assert "no-store" in response["Cache-Control"]
        assert 'access_keys_decisions_total{door="api",outcome="accepted",reason=""} 1.0\n' in (
            response.content.decode()
        )

    def test_holds_nothing_of_a_key_a_name_or_an_address(self, prometheus: Client, command: Actor) -> None:
        access_key = AccessKeyFactory(name="billing_worker", scopes=[READ])
        for door in DOORS.values():
            door(f"Bearer {key_of(access_key)}")
            door(f"Bearer {key_of(access_key)}x")
        text = prometheus.get(URL).content.decode()
        assert not holds_part_of(key_of(access_key), text)
        for secret in ("billing_worker", "prometheus", str(access_key.pk), "127.0.0.1", "ica_"):
            assert secret not in text

    def test_is_refused_as_everywhere(self) -> None:
        nobody, bad = anybody().get(URL), anybody(authorization=f"Bearer {FORGED}").get(URL)
        without_scope = consumer(AccessKeyFactory(scopes=[READ])).get(URL)
        assert (nobody.status_code, nobody["WWW-Authenticate"]) == (401, 'Bearer realm="identity-cloud"')
        assert (bad.status_code, bad["WWW-Authenticate"]) == (
            401,
            'Bearer realm="identity-cloud", error="invalid_token"',
        )
        assert without_scope.status_code == 403
        assert 'scope="access_keys:metrics"' in without_scope["WWW-Authenticate"]
        for refusal in (nobody, bad, without_scope):
            assert refusal["Content-Type"] == "application/json"
            assert b"decisions" not in refusal.content


def test_a_folder_that_cannot_be_written_to_costs_the_numbers_and_no_request(
    settings: Settings, tmp_path: Path, prometheus: Client, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "a_file").touch()
    settings.ACCESS_KEYS_COUNTER_FILE = tmp_path / "a_file" / "counters"
    for _ in range(2):
        response = prometheus.get(URL)
        assert response.status_code == 200
        assert b"access_keys_decisions_total{" not in response.content
    assert [record.message for record in caplog.records if record.name == "accesskeys.metrics"] == [
        f"Decisions are not counted: [Errno 17] File exists: '{tmp_path}/a_file'"
    ]


def test_a_forked_child_has_a_row_of_its_own(tmp_path: Path) -> None:
    with metrics.counting("gate"):
        pass
    metrics.write_down()
    child = os.fork()
    if child == 0:
        with metrics.counting("gate"):
            pass
        metrics.write_down()
        os._exit(0)
    os.waitpid(child, 0)
    assert decisions() == {("gate", "accepted", ""): 2}
    assert (tmp_path / "counters.decisions").stat().st_size == 2 * CELLS * 8
