"""manage.py doctor: a line for each thing that can be wrong, and what to do about it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

from accesskeys.core.networks import parse_networks
from identity_cloud.health import clock, rights
from identity_cloud.health.clock import compared
from identity_cloud.health.doctor import findings
from identity_cloud.health.findings import Finding, State
from identity_cloud.health.proxies import proxies
from identity_cloud.health.static_files import static_files
from tests.helpers import database_away
from tests.management.helpers import run
from tests.management.test_reader import Gone

pytestmark = pytest.mark.django_db

NAMES = [
    *("database", "migrations", "master_keys", "counters", "disk"),
    *("clock", "proxies", "rights", "static_files"),
]


@pytest.fixture(autouse=True)
def own_files(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing of the machine that the tests run on."""
    monkeypatch.setattr(rights, "BASE_DIR", tmp_path)
    for name in [name for name in os.environ if name.endswith("_FILE")]:
        if name != "COUNTER_FILE":
            monkeypatch.delenv(name)
    database = tmp_path / "database"
    database.touch(0o600)
    monkeypatch.setitem(settings.DATABASES["default"], "NAME", str(database))
    return tmp_path


def doctor() -> tuple[int, dict[str, Finding]]:
    found = {finding.name: finding for finding in findings()}
    return any(finding.is_failed for finding in found.values()), found


def test_all_is_well() -> None:
    lines = run("doctor").splitlines()
    assert [line.split()[0] for line in lines] == 9 * ["ok"]
    assert [line.split()[1].rstrip(":") for line in lines] == NAMES


def test_as_json() -> None:
    found = json.loads(run("doctor", "--json"))
    assert [(each["check"], each["state"]) for each in found] == [(name, "ok") for name in NAMES]
    assert set(found[0]) == {"check", "state", "told"}


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_what_has_failed_is_the_exit_code(
    options: list[str], settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.STATIC_ROOT = tmp_path
    with pytest.raises(SystemExit) as end:
        call_command("doctor", *options)
    assert end.value.code == 1
    out, err = capsys.readouterr()
    assert "The static files are not collected. Run manage.py collectstatic --no-input." in out
    assert err == ""
    with pytest.raises(SystemExit):
        call_command("doctor", *options, stdout=Gone())


def test_a_warning_is_not(own_files: Path) -> None:
    (own_files / ".env").touch()
    (own_files / ".env").chmod(0o644)
    assert "warning  rights: .env can be read by every account of this machine: chmod o-r." in run("doctor")


def test_a_database_that_is_away_leaves_the_others_to_be_looked_at() -> None:
    with database_away():
        found = {finding.name: finding for finding in findings()}
    assert found["database"].is_failed
    assert found["clock"].state in (State.OK, State.WARNING)
    assert list(found) == [name for name in NAMES if name not in ("migrations", "master_keys")]


class TestRights:
    @pytest.fixture
    def secret(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        path = tmp_path / "secret"
        path.touch(0o600)
        monkeypatch.setenv("SECRET_KEY_FILE", str(path))
        return path

    @pytest.mark.parametrize(
        ("mode", "told"),
        [
            (0o600, ""),
            (0o640, ""),
            (0o644, "The file of SECRET_KEY_FILE can be read by every account of this machine: chmod o-r."),
            (
                0o602,
                "The file of SECRET_KEY_FILE can be written by every account of this machine: chmod o-w.",
            ),
        ],
    )
    def test_of_a_file_that_a_setting_names(self, secret: Path, mode: int, told: str) -> None:
        secret.chmod(mode)
        [found] = rights.rights()
        assert found.told == told
        assert found.is_failed == ("written" in told)

    def test_the_worst_is_told(self, secret: Path, own_files: Path) -> None:
        secret.chmod(0o646)
        (own_files / ".env").touch()
        (own_files / ".env").chmod(0o644)
        [found] = rights.rights()
        assert found.is_failed

    def test_on_a_database_elsewhere(self, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.postgresql")
        assert list(rights.rights()) == [Finding("rights")]


class TestProxies:
    @pytest.fixture(autouse=True)
    def read_anew(self) -> Iterator[None]:
        yield
        parse_networks.cache_clear()

    @pytest.mark.parametrize(
        ("networks", "is_local", "state", "told"),
        [
            ([], True, State.OK, ""),
            ([], False, State.WARNING, "names nobody who could say so"),
            (["10.0.3.7/32", "fd00::7/128"], False, State.OK, ""),
            (["10.0.0.0/8"], False, State.WARNING, "more than 65,536 addresses"),
            (["10.0.3.7/32", "0.0.0.0/0"], False, State.FAILED, "the whole internet"),
            (["::/0"], True, State.FAILED, "the whole internet"),
        ],
    )
    def test_who_is_believed(
        self, settings: Settings, networks: list[str], is_local: bool, state: State, told: str
    ) -> None:
        settings.TRUSTED_PROXIES, settings.IS_LOCAL = networks, is_local
        [found] = proxies()
        assert (found.state, told in found.told) == (state, True)


class TestTheClock:
    @pytest.mark.parametrize(
        ("ahead", "state", "told"),
        [
            (0.012, State.OK, "12 ms from the database's"),
            (-0.012, State.OK, "12 ms from the database's"),
            (5, State.WARNING, "5 s ahead of the database's. "),
            (-3600, State.FAILED, "3,600 s behind the database's. "),
        ],
    )
    def test_against_the_databases(self, ahead: float, state: State, told: str) -> None:
        found = compared(ahead)
        assert (found.state, told in found.told) == (state, True)

    def test_a_real_one(self) -> None:
        [found] = clock.clock()
        assert found.state is State.OK
        assert found.told


def test_static_files_that_are_there() -> None:
    assert list(static_files()) == [Finding("static_files")]
