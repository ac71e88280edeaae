"""``check_integrity``: which access keys are damaged, how far it is, and how to go on."""

from __future__ import annotations

import io
import json
import os
import signal
import sys

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django import Settings

from accesskeys import operations
from accesskeys.models import AccessKey, AuditEvent
from accesskeys.operations.check_integrity import IntegrityCheck
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import holds_part_of, master_key
from tests.management.generate_access_keys.test_on_the_way import Stream, Terminal

pytestmark = pytest.mark.django_db

SEALED = "The stored copy of its key is damaged or was moved: it cannot be shown, and goes on working."
ADVICE = "Generate another for each, and revoke it once its programs have the new key."


def run(
    *arguments: str, stdout: io.StringIO | None = None, stderr: io.StringIO | None = None
) -> tuple[str, str, str | None]:
    """What it prints on both outputs, and the sentence that it fails with."""
    stdout, stderr = stdout or io.StringIO(), stderr or io.StringIO()
    try:
        call_command("check_integrity", *arguments, stdout=stdout, stderr=stderr)
    except CommandError as failure:
        assert failure.returncode == 1
        return stdout.getvalue(), stderr.getvalue(), str(failure)
    return stdout.getvalue(), stderr.getvalue(), None


def damage(*access_keys: AccessKey, **columns: object) -> None:
    AccessKey.objects.filter(pk__in=[each.pk for each in access_keys]).update(**columns or {"sealed": b"?"})


@pytest.fixture
def two_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[IntegrityCheck.__module__], "AT_ONCE", 2)


class TestWhatItFinds:
    def test_nothing(self) -> None:
        AccessKeyFactory()
        assert run() == ("", "Checked 1 access keys: all are whole.\n", None)
        assert run("--json") == ("[\n]\n", "Checked 1 access keys: all are whole.\n", None)

    def test_some(self) -> None:
        _, one, other = AccessKeyFactory(), AccessKeyFactory(name="one"), AccessKeyFactory(name="other")
        damage(one)
        damage(other, digest=b"?" * 32, rate_limit="often")
        sentence = f"Damaged: 2 of 3 access keys. {ADVICE}"
        digest = "The digest is not that of its key: the key may be refused. The rate limit is malformed."
        lines = sorted([(one, SEALED), (other, digest)], key=lambda line: line[0].pk)
        out = "".join(f"{access_key.pk}\t{access_key.name}\t{told}\n" for access_key, told in lines)
        assert run() == (out, "", sentence)
        printed, _, failure = run("--json")
        assert failure == sentence
        assert sorted(json.loads(printed), key=lambda each: str(each["name"])) == [
            {"id": str(one.pk), "name": "one", "damages": ["sealed"]},
            {"id": str(other.pk), "name": "other", "damages": ["digest", "rate_limit"]},
        ]

    def test_a_master_key_that_is_missing_is_no_damage(self, settings: Settings) -> None:
        operations.check_keyring()
        for _ in range(3):
            AccessKeyFactory()
        settings.ACCESS_KEYS_MASTER_KEYS = master_key("k2")
        out, _, failure = run()
        assert out == ""
        assert failure == (
            "3 of the access keys need the master key k1, which ACCESS_KEYS_MASTER_KEYS does not have: their keys "
            "were not opened. Add it again, after the present one."
        )

    def test_no_key_is_printed(self) -> None:
        access_keys = [AccessKeyFactory() for _ in range(3)]
        damage(access_keys[1])
        damage(access_keys[2], name=key_of(access_keys[2])[:30], scopes=[key_of(access_keys[2])])
        told = [str(text) for arguments in ((), ("--json",)) for text in run(*arguments)]
        told += [str(event) for event in AuditEvent.objects.filter(action="access_key.checked").values()]
        for access_key in access_keys:
            assert not any(holds_part_of(key_of(access_key), text) for text in told)

    def test_a_name_that_may_be_a_key_is_not_printed(self) -> None:
        damaged = AccessKeyFactory()
        damage(damaged, name="ica_0123456789abcdef", sealed=b"?")
        assert run()[0] == f"{damaged.pk}\t-\t{SEALED}\n"
        assert json.loads(run("--json")[0])[0]["name"] is None


class TestOnTheWay:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    def test_an_interruption_says_where_to_go_on(self, two_at_once: None, number: int) -> None:
        access_keys = sorted((AccessKeyFactory() for _ in range(5)), key=lambda each: each.pk)
        damage(access_keys[0], access_keys[4])
        out, _, failure = run(stdout=Stream(1, lambda: os.kill(os.getpid(), number)))
        assert out == f"{access_keys[0].pk}\t{access_keys[0].name}\t{SEALED}\n"
        assert failure is not None
        sentences, _, after = failure.removesuffix(".").rpartition(" ")
        assert sentences == f"Damaged: 1 of 2 access keys. {ADVICE} Interrupted. Go on with --after"
        assert after == str(access_keys[1].pk)
        out, _, failure = run("--after", after)
        assert out == f"{access_keys[4].pk}\t{access_keys[4].name}\t{SEALED}\n"
        assert failure == f"Damaged: 1 of 3 access keys. {ADVICE}"
        finished = [
            event.details["finished"] for event in AuditEvent.objects.filter(action="access_key.checked")
        ]
        assert sorted(finished) == [False, True]

    def test_json_is_whole_when_it_is_interrupted(self, two_at_once: None) -> None:
        damage(*(AccessKeyFactory() for _ in range(3)))
        out, _, _ = run("--json", stdout=Stream(1, lambda: os.kill(os.getpid(), signal.SIGTERM)))
        assert len(json.loads(out)) == 2

    def test_nobody_reads_the_output(self, two_at_once: None) -> None:
        damage(*(AccessKeyFactory() for _ in range(3)))
        reader, writer = os.pipe()
        os.close(reader)
        with os.fdopen(writer, "w", buffering=1) as output, pytest.raises(CommandError, match="Interrupted"):
            call_command("check_integrity", stdout=output, stderr=io.StringIO())

    def test_a_bar_that_makes_room_on_a_terminal(self, two_at_once: None) -> None:
        access_keys = sorted((AccessKeyFactory() for _ in range(4)), key=lambda each: each.pk)
        damage(access_keys[2])
        _, told, _ = run(stderr=Terminal())
        assert told == f"\r[{'#' * 20:<40}] 2 of 4\r{' ' * 79}\r\r[{'#' * 40}] 4 of 4\n"

    def test_lines_where_there_is_none(self, two_at_once: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("accesskeys.management.commands.check_integrity.LINE_EACH", 3)
        for _ in range(5):
            AccessKeyFactory()
        assert run()[1] == "4 of 5\nChecked 5 access keys: all are whole.\n"

    def test_an_id_that_is_none_is_refused(self) -> None:
        with pytest.raises(CommandError, match="invalid UUID value"):
            call_command("check_integrity", "--after", "billing")
