"""What a command quotes of what it was given: a name, and never what may be a key."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class
from django.core.management.base import CommandError

from accesskeys.core.keyring import get_keyring
from accesskeys.management.refusals import without_keys
from tests.factories import AccessKeyFactory
from tests.helpers import address_of_the_test_database, holds_part_of
from tests.management.helpers import refusal_of

COMMANDS = sorted(name for name, app in get_commands().items() if app == "accesskeys")


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize(
    "misplaced",
    [
        lambda key: ["a", "b", key, key[:20], key[20:]],
        lambda key: [f"--json={key}"],
        lambda key: [f"--{key}"],
        lambda key: [f"--key={key}"],
        lambda key: [f"--key={key[30:]}", key[4:]],
        lambda key: ["--status", key, "--sort", key, "--rounds", key],
        lambda key: [f"--verbosity={key[4:]}"],
    ],
    ids=["word", "explicit", "option", "value", "cut in two", "choice", "number"],
)
def test_no_parser_quotes_a_key(name: str, misplaced: object) -> None:
    key = get_keyring().new_key()
    parser = load_command_class("accesskeys", name).create_parser("manage.py", name)
    with pytest.raises(CommandError) as refusal:
        parser.parse_args([*misplaced(key), "--unheard-of"])  # type: ignore[operator]
    assert not holds_part_of(key, str(refusal.value))


def test_options_are_quoted() -> None:
    said = "unrecognized arguments: --unheard-of=5 more"
    assert without_keys(said) == "unrecognized arguments: --unheard-of"
    assert without_keys("unrecognized arguments: more") == "unrecognized arguments: …"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "command",
    [
        ["generate_access_key", "new", "--scope"],
        ["generate_access_key", "new", "--expires-in"],
        ["limit_access_key", "billing", "--network"],
        ["limit_access_key", "billing", "--rate"],
        ["rescope_access_key", "billing", "--scope"],
        ["extend_access_key", "billing", "--expires-in"],
        ["extend_access_key", "billing", "--expires-at"],
        ["describe_access_key", "billing", "--label"],
        ["describe_access_key", "billing", "--remove-label"],
        ["explain_access_key", "billing", "--scope"],
        ["explain_access_key", "billing", "--address"],
        ["explain_access_key", "billing", "--at"],
        ["rename_access_key", "billing"],
        ["generate_access_keys", "--from-file"],
        ["revocation_drill", "--url"],
    ],
    ids=lambda command: " ".join(command),
)
def test_no_sentence_quotes_a_key(command: list[str]) -> None:
    AccessKeyFactory(name="billing")
    key = get_keyring().new_key()
    for text in (key, f"https://a/?key={key}", key[4:], f"“{key}”"):
        assert not holds_part_of(key, refusal_of(*command, text))


@pytest.mark.django_db(transaction=True)
def test_as_a_shell_runs_it() -> None:
    key = get_keyring().new_key()
    done = subprocess.run(
        [sys.executable, "manage.py", "list_access_keys", key],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "DATABASE_URL": address_of_the_test_database()},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1].endswith("error: unrecognized arguments: …")
    assert not holds_part_of(key, done.stderr)
