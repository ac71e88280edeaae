"""``revoke_access_key``."""

from __future__ import annotations

import io
import os
import pty
import sys
from collections.abc import Callable, Iterator

import pytest

from accesskeys.models import AccessKey
from tests.factories import AccessKeyFactory
from tests.management.helpers import refusal_of, run


@pytest.mark.django_db
class TestRevoke:
    @pytest.mark.parametrize("named", [lambda it: it.name, lambda it: str(it.pk)], ids=["by name", "by ID"])
    def test_without_asking(self, named: Callable[[AccessKey], str]) -> None:
        access_key, other = AccessKeyFactory(name="billing"), AccessKeyFactory()
        printed = run("revoke_access_key", named(access_key), "--no-input")
        assert printed == f"Revoked access key billing ({access_key.pk}).\n"
        assert list(AccessKey.objects.all()) == [other]

    def test_where_nobody_can_be_asked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        AccessKeyFactory(name="billing")
        monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
        assert refusal_of("revoke_access_key", "billing") == (
            "Nobody is there to confirm. Add --no-input to revoke without asking."
        )

    @pytest.mark.parametrize("answer", ["y", "yes", "Y", " YES "])
    def test_after_a_yes(self, terminal: Callable[[str], None], answer: str) -> None:
        access_key = AccessKeyFactory(name="billing")
        terminal(answer + "\n")
        assert f"Revoked access key billing ({access_key.pk})." in run("revoke_access_key", "billing")
        assert not AccessKey.objects.exists()

    @pytest.mark.parametrize("answer", ["\n", "n\n", "no\n", "billing\n", "yess\n", "\x04"])
    def test_any_other_answer_revokes_nothing(self, terminal: Callable[[str], None], answer: str) -> None:
        AccessKeyFactory(name="billing")
        terminal(answer)
        assert refusal_of("revoke_access_key", "billing") == "Nothing was revoked."

    def test_says_what_it_means(
        self, terminal: Callable[[str], None], capsys: pytest.CaptureFixture[str]
    ) -> None:
        AccessKeyFactory(name="billing")
        terminal("n\n")
        refusal_of("revoke_access_key", "billing")
        question = capsys.readouterr().err
        assert question.startswith("Revoke access key billing? ")
        assert "cannot be undone" in question

    def test_one_that_is_gone_is_not_asked_about(
        self, terminal: Callable[[str], None], capsys: pytest.CaptureFixture[str]
    ) -> None:
        terminal("y\n")
        assert refusal_of("revoke_access_key", "billing").startswith("There is no access key billing.")
        assert capsys.readouterr() == ("", "")

    @pytest.fixture
    def terminal(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
        """A person at a terminal who has typed this."""
        person, computer = pty.openpty()
        with os.fdopen(computer, "r") as stdin:
            monkeypatch.setattr(sys, "stdin", stdin)
            yield lambda typed: os.write(person, typed.encode()) and None
        os.close(person)
