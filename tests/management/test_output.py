"""An output that fails."""

from __future__ import annotations

import errno
import io
import os
import sys

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accesskeys.models import AccessKey
from tests.helpers import audit_log


class Broken(io.StringIO):
    """An output that takes nothing."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number

    def write(self, text: str) -> int:
        raise OSError(self._number, os.strerror(self._number))


@pytest.mark.django_db
class TestAnOutputThatFails:
    @pytest.mark.parametrize("number", [errno.ENOSPC, errno.EPIPE])
    def test_a_key_that_cannot_be_written_opens_nothing(self, number: int) -> None:
        with pytest.raises(CommandError) as refusal:
            call_command("generate_access_key", "billing", stdout=Broken(number))
        assert str(refusal.value) == (
            f"The key cannot be written: {os.strerror(number)}. The access key was revoked again."
        )
        assert not AccessKey.objects.exists()
        assert [event.action for event in audit_log()] == ["access_key.generated", "access_key.revoked"]

    def test_anything_else_is_a_sentence(self) -> None:
        with pytest.raises(CommandError, match=r"^The output cannot be written: No space left on device\.$"):
            call_command("list_access_keys", stdout=Broken(errno.ENOSPC))

    def test_an_error_of_another_kind_is_passed_on(self) -> None:
        with pytest.raises(OSError, match=os.strerror(errno.EISDIR)):
            call_command("list_access_keys", stdout=Broken(errno.EISDIR))

    def test_without_one_nothing_is_done(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdout", None)
        with pytest.raises(CommandError, match=r"^Standard output is closed, so nothing was done\.$"):
            call_command("generate_access_key", "billing")
        assert not AccessKey.objects.exists()
