"""``list_access_keys`` on a terminal: a table that fits, whatever its width."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import struct
import subprocess
import sys
import termios
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from time_machine import TimeMachineFixture

from accesskeys import operations, verification
from accesskeys.models import AccessKey
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import address_of_the_test_database
from tests.management.helpers import NOW, run

pytestmark = pytest.mark.django_db

LONGEST = "a_name_of_thirty_characters_30"


class Terminal(io.StringIO):
    """Where a person looks."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def access_keys(time_machine: TimeMachineFixture, command: Actor) -> list[AccessKey]:
    time_machine.move_to(NOW - timedelta(days=2), tick=False)
    made = [
        AccessKeyFactory(name="billing", expires_at=NOW + timedelta(days=1)),
        AccessKeyFactory(name="old", expires_at=NOW - timedelta(days=1)),
        AccessKeyFactory(name=LONGEST),
    ]
    verification.authenticate(key_of(made[0]))
    operations.suspend(access_key_id=made[2].pk, actor=command)
    time_machine.move_to(NOW, tick=False)
    return sorted(made, key=lambda access_key: access_key.name)


def table(monkeypatch: pytest.MonkeyPatch, width: int, *options: str) -> list[str]:
    monkeypatch.setenv("COLUMNS", str(width))
    terminal = Terminal()
    call_command("list_access_keys", *options, stdout=terminal)
    return terminal.getvalue().splitlines()


class TestTable:
    def test_eighty_columns(self, access_keys: list[AccessKey], monkeypatch: pytest.MonkeyPatch) -> None:
        assert table(monkeypatch, 80) == [
            "NAME                            STATE      LAST USED          EXPIRES",
            "a_name_of_thirty_characters_30  suspended  never              never",
            "billing                         usable     2026-11-21T12:00Z  2026-11-24T12:00Z",
            "old                             expired    never              2026-11-22T12:00Z",
        ]

    def test_with_room_for_the_id(
        self, access_keys: list[AccessKey], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        heading, *rows = table(monkeypatch, 120)
        assert heading.split() == ["NAME", "STATE", "LAST", "USED", "EXPIRES", "ID"]
        assert [row.split()[-1] for row in rows] == [str(access_key.pk) for access_key in access_keys]

    @pytest.mark.parametrize(
        ("width", "columns"),
        [(200, 5), (117, 5), (116, 4), (79, 4), (78, 3), (60, 3), (59, 2), (41, 2), (40, 1)],
    )
    def test_as_many_columns_as_fit(
        self, access_keys: list[AccessKey], monkeypatch: pytest.MonkeyPatch, width: int, columns: int
    ) -> None:
        heading, *_ = table(monkeypatch, width)
        assert len(heading.replace("LAST USED", "LAST").split()) == columns

    @pytest.mark.parametrize("width", [*range(1, 45), 58, 60, 77, 80, 116, 200])
    def test_nothing_wraps(
        self, access_keys: list[AccessKey], monkeypatch: pytest.MonkeyPatch, width: int
    ) -> None:
        lines = table(monkeypatch, width)
        assert len(lines) == 4
        assert max(map(len, lines)) <= width

    def test_never_a_key(self, access_keys: list[AccessKey], monkeypatch: pytest.MonkeyPatch) -> None:
        assert "ica_" not in "".join(table(monkeypatch, 200))


class TestWhatIsListed:
    """In the words of the console's list."""

    @pytest.mark.parametrize(
        ("options", "names"),
        [
            ([], [LONGEST, "billing", "old"]),
            (["--search=BILL"], ["billing"]),
            (["--search=il"], []),
            (["--search=ica_AbCdEfGhIjKl"], []),
            (["--status=suspended"], [LONGEST]),
            (["--status=expired"], ["old"]),
            (["--status=usable"], ["billing"]),
            (["--status=expiring", "--search=bil"], ["billing"]),
            (["--status=never_used", "--sort=-name"], ["old", LONGEST]),
            (["--sort=-last_used_at"], ["billing"]),
            (["--sort=expires_at"], ["old", "billing", LONGEST]),
        ],
    )
    def test_in_every_form(
        self,
        access_keys: list[AccessKey],
        monkeypatch: pytest.MonkeyPatch,
        options: list[str],
        names: list[str],
    ) -> None:
        rows = [row.split()[0] for row in table(monkeypatch, 80, *options)[1:]]
        piped = [row.split("\t")[0] for row in run("list_access_keys", *options).splitlines()[1:]]
        assert rows == piped
        assert rows[: len(names)] == names
        assert len(rows) == len(names) or options == ["--sort=-last_used_at"]

    def test_by_id(self, access_keys: list[AccessKey], monkeypatch: pytest.MonkeyPatch) -> None:
        [row] = table(monkeypatch, 120, f"--search={access_keys[1].pk}")[1:]
        assert row.startswith("billing ")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("width", "columns"), [(80, 4), (120, 5)])
def test_on_a_real_terminal(width: int, columns: int) -> None:
    AccessKeyFactory(name=LONGEST)
    person, computer = pty.openpty()
    fcntl.ioctl(computer, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES"}}
    done = subprocess.run(
        [sys.executable, "manage.py", "list_access_keys"],
        cwd=Path(__file__).parents[2],
        env={**environment, "DATABASE_URL": address_of_the_test_database()},
        stdin=subprocess.DEVNULL,
        stdout=computer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(computer)
    heading, row = os.read(person, 65536).decode().splitlines()
    os.close(person)
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(heading.replace("LAST USED", "LAST").split()) == columns
    assert row.startswith(f"{LONGEST}  usable     never              never")
    assert max(len(heading), len(row)) <= width
