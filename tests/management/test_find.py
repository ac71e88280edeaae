"""``find_access_key``: whose key is it? The key comes on standard input, and is nowhere else."""

from __future__ import annotations

import getpass
import io
import json
import os
import pty
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accesskeys.core.keyring import get_keyring
from accesskeys.models import AccessKey, AuditEvent
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import address_of_the_test_database, audit_log, holds_part_of
from tests.management.helpers import run

FOUND = "access_key.found"


def given(monkeypatch: pytest.MonkeyPatch, text: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))


def refusal_of(*arguments: str) -> str:
    output = io.StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command("find_access_key", *arguments, stdout=output)
    assert (refusal.value.returncode, output.getvalue()) == (1, "")
    return str(refusal.value)


@pytest.mark.django_db
class TestFind:
    @pytest.mark.parametrize("end", ["", "\n", "\r\n"])
    def test_prints_name_and_id(self, monkeypatch: pytest.MonkeyPatch, end: str) -> None:
        access_key = AccessKeyFactory(name="billing")
        given(monkeypatch, f"{key_of(access_key)}{end}".encode())
        assert run("find_access_key") == f"billing\t{access_key.pk}\n"
        assert audit_log()[-1] == (FOUND, "succeeded", "", access_key.pk, "billing")
        assert AuditEvent.objects.latest("id").door == "command"
        assert AccessKey.objects.get().last_used_at is None

    def test_json(self, monkeypatch: pytest.MonkeyPatch) -> None:
        access_key = AccessKeyFactory(name="billing", scopes=["orders:read"])
        given(monkeypatch, key_of(access_key).encode())
        [listed] = json.loads(run("list_access_keys", "--json"))
        assert json.loads(run("find_access_key", "--json")) == listed

    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            (lambda key: b"", "This is not a key. A key is “ica_” and 51 letters and digits."),
            (lambda key: key + b"\n" + get_keyring().new_key().encode(), "This is not a key."),
            (lambda key: key[:-1] + b"\xc3\xa9", "This is not a key."),
            (lambda key: key * 1000, "This is not a key."),
            (
                lambda key: key[:-2] + key[:-3:-1],
                "This key was not generated here, or a character of it is wrong.",
            ),
            (
                lambda key: get_keyring().new_key().encode(),
                "No access key here has this key any more. It was probably revoked.",
            ),
        ],
    )
    def test_nothing(self, monkeypatch: pytest.MonkeyPatch, wrong: Any, sentence: str) -> None:
        key = key_of(AccessKeyFactory(name="billing"))
        while key[-1] == key[-2]:
            key = key_of(AccessKeyFactory())
        text = wrong(key.encode())
        given(monkeypatch, text)
        said = refusal_of()
        assert said.startswith(sentence)
        assert not holds_part_of(key, said)
        assert audit_log()[-1][:2] == (FOUND, "refused")

    @pytest.mark.parametrize(
        "around", ["{}\n\n", " {}", "Authorization: Bearer {}\r\n", '"{}"', "{},", "KEY={}"]
    )
    def test_what_stands_around_it_is_left_out(self, monkeypatch: pytest.MonkeyPatch, around: str) -> None:
        access_key = AccessKeyFactory(name="billing")
        given(monkeypatch, around.format(key_of(access_key)).encode())
        assert run("find_access_key") == f"billing\t{access_key.pk}\n"

    @pytest.mark.parametrize("arguments", [lambda key: [key], lambda key: [key[:20], key[20:]]])
    def test_a_key_is_no_argument(self, monkeypatch: pytest.MonkeyPatch, arguments: Any) -> None:
        key = key_of(AccessKeyFactory())
        given(monkeypatch, key.encode())
        log = audit_log()
        said = refusal_of(*arguments(key))
        assert said.startswith("The key is read from standard input. ")
        assert said.endswith("replace it.")
        assert not holds_part_of(key, said)
        assert audit_log() == log

    @pytest.mark.parametrize("typed", ["the key", None], ids=["a key", "Ctrl+D"])
    def test_at_a_terminal_it_is_asked_for(self, monkeypatch: pytest.MonkeyPatch, typed: str | None) -> None:
        """Asked for in the place of ``getpass``, which would ask the terminal that these tests are run from."""
        access_key = AccessKeyFactory(name="billing")

        def answer(question: str) -> str:
            assert question == "Key: "
            if typed is None:
                raise EOFError
            return key_of(access_key)

        person, computer = pty.openpty()
        with os.fdopen(computer, "r") as stdin:
            monkeypatch.setattr(sys, "stdin", stdin)
            monkeypatch.setattr(getpass, "getpass", answer)
            if typed:
                assert run("find_access_key") == f"billing\t{access_key.pk}\n"
            else:
                assert refusal_of().startswith("This is not a key.")
        os.close(person)

    def test_without_an_input(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdin", None)
        assert refusal_of() == "Standard input is closed, so there is no key to look for."


@pytest.mark.django_db(transaction=True)
class TestThroughAShell:
    def start(self, *arguments: str, **kwargs: Any) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "manage.py", "find_access_key", *arguments],
            cwd=Path(__file__).parents[2],
            env={**os.environ, "DATABASE_URL": address_of_the_test_database()},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            **kwargs,
        )

    def test_from_a_pipe(self) -> None:
        access_key = AccessKeyFactory(name="billing")
        with self.start(stdin=subprocess.PIPE) as process:
            output, errors = process.communicate(f"{key_of(access_key)}\n".encode())
        assert (process.returncode, errors) == (0, b"")
        assert output.decode() == f"billing\t{access_key.pk}\n"

    def test_what_is_not_found(self) -> None:
        key = get_keyring().new_key()
        with self.start("--json", stdin=subprocess.PIPE) as process:
            output, errors = process.communicate(key.encode())
        assert (process.returncode, output) == (1, b"")
        assert errors.decode() == (
            "CommandError: No access key here has this key any more. It was probably revoked.\n"
        )

    def test_an_argument(self) -> None:
        key = key_of(AccessKeyFactory())
        with self.start(key, "--key", key, stdin=subprocess.DEVNULL) as process:
            output, errors = process.communicate()
        assert (process.returncode, output) == (2, b"")
        assert not holds_part_of(key, errors)

    @pytest.mark.parametrize("typed", ["the key", "\x04"], ids=["a key", "Ctrl+D"])
    def test_typed_at_a_terminal_it_is_not_shown(self, typed: str) -> None:
        access_key = AccessKeyFactory(name="billing")
        key = key_of(access_key)
        person, computer = pty.openpty()
        with self.start(stdin=computer) as process:
            while termios.tcgetattr(computer)[3] & termios.ECHO:  # Until it has been turned off.
                time.sleep(0.05)
            os.write(person, typed.replace("the key", f"{key}\n").encode())
            output, errors = process.communicate(timeout=60)
        os.close(computer)
        seen = b"".join(everything(person))
        os.close(person)
        assert not holds_part_of(key, seen + errors)
        assert b"Key: " in errors
        if typed == "the key":
            assert (process.returncode, output.decode()) == (0, f"billing\t{access_key.pk}\n")
        else:
            assert (process.returncode, output) == (1, b"")
            assert "This is not a key. A key is “ica_” and 51" in errors.decode()


def everything(terminal: int) -> Iterator[bytes]:
    """What the terminal has shown. Nobody holds its other end any more."""
    try:
        while chunk := os.read(terminal, 65536):
            yield chunk
    except OSError:
        pass
