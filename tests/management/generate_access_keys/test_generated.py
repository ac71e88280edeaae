"""What is generated from a file, and where the keys go."""

from __future__ import annotations

import json
import os
import stat
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from time_machine import TimeMachineFixture

from accesskeys.models import AccessKey, AuditEvent
from tests.helpers import audit_log
from tests.management.generate_access_keys.helpers import Write, check_whole, generate, refused, rows

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


GENERATED = ("access_key.generated", "succeeded", "")


@pytest.mark.django_db
class TestWhatIsGenerated:
    def test_names_alone(self, file: Write) -> None:
        printed = generate(file("name\nbilling\nshipping\n"))
        assert printed.startswith("name,id,key\nbilling,")
        assert [row["name"] for row in rows(printed)] == ["billing", "shipping"]
        check_whole(rows(printed))
        assert list(AccessKey.objects.values_list("scopes", "expires_at")) == [([], None)] * 2

    def test_scopes_and_expiry(self, file: Write, time_machine: TimeMachineFixture) -> None:
        time_machine.move_to(NOW, tick=False)
        path = file('expires_in,name,scopes\n90d,one,orders:write orders:read\n,two,\n"1h","three"," a "\n')
        check_whole(rows(generate(path)))
        stored = AccessKey.objects.order_by("name").values_list("name", "scopes", "expires_at", "created_by")
        assert list(stored) == [
            ("one", ["orders:read", "orders:write"], NOW + timedelta(days=90), "manage.py"),
            ("three", ["a"], NOW + timedelta(hours=1), "manage.py"),
            ("two", [], None, "manage.py"),
        ]

    def test_each_has_its_event(self, file: Write, two_at_once: None) -> None:
        printed = rows(generate(file("name\na\nb\nc\nd\ne\n")))
        assert [(*told[:3], str(told[3]), told[4]) for told in audit_log()] == [
            (*GENERATED, row["id"], row["name"]) for row in printed
        ]
        assert {event.door for event in AuditEvent.objects.all()} == {"command"}

    def test_json_lines(self, file: Write) -> None:
        first, second = map(json.loads, generate(file("name,scopes\none,a b\ntwo,\n"), "--json").splitlines())
        assert (first["name"], first["scopes"]) == ("one", ["a", "b"])
        assert second["expires_at"] is None
        check_whole([first, second])

    @pytest.mark.parametrize(
        "content",
        [b"\xef\xbb\xbfname\r\none\r\ntwo\r\n", b"name\n\none\n\n\ntwo\n\n", b'"name"\n"one"\ntwo'],
        ids=["as spreadsheets write it", "empty lines", "quoted, without a last line end"],
    )
    def test_files_as_they_come(self, file: Write, content: bytes) -> None:
        assert [row["name"] for row in rows(generate(file(content)))] == ["one", "two"]

    def test_no_lines(self, file: Write) -> None:
        assert generate(file("name\n")) == "name,id,key\n"

    def test_standard_input(self, file: Write, monkeypatch: pytest.MonkeyPatch) -> None:
        with open(file("name\none\n")) as stdin:
            monkeypatch.setattr(sys, "stdin", stdin)
            assert [row["name"] for row in rows(generate("-"))] == ["one"]

    def test_a_column_name_may_be_a_name(self, file: Write) -> None:
        assert [row["name"] for row in rows(generate(file("name\nname\n")))] == ["name"]


@pytest.mark.django_db
class TestAnOutputFile:
    def test_is_new_and_for_its_owner_alone(self, file: Write, tmp_path: Path) -> None:
        output = tmp_path / "keys.csv"
        old = os.umask(0)
        try:
            assert generate(file("name\none\n"), f"--output={output}") == ""
        finally:
            os.umask(old)
        assert stat.S_IMODE(output.stat().st_mode) == 0o600
        (row,) = rows(output.read_text())
        assert row["name"] == "one"
        check_whole([row])

    def test_is_never_written_over(self, file: Write, tmp_path: Path) -> None:
        output = tmp_path / "keys.csv"
        output.write_text("kept")
        assert refused(file("name\none\n"), f"--output={output}")[0] == (
            f"{output} cannot be written: File exists. Nothing was generated."
        )
        assert output.read_text() == "kept"
        assert not AccessKey.objects.exists()

    def test_is_not_made_for_a_wrong_file(self, file: Write, tmp_path: Path) -> None:
        output = tmp_path / "keys.csv"
        refused(file("name\na b\n"), f"--output={output}")
        assert not output.exists()

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a device that is always full.")
    def test_on_a_full_disk_nothing_is_generated(self, file: Write, monkeypatch: pytest.MonkeyPatch) -> None:
        opened = os.open
        monkeypatch.setattr(os, "open", lambda path, *_: opened("/dev/full", os.O_WRONLY))
        assert refused(file("name\none\n"), "--output=anything")[0] == (
            "The output cannot be written: No space left on device. Nothing was generated."
        )
        assert not AccessKey.objects.exists()
