"""The first operator, as the settings name it: by value or by file, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.server.servers import Site

WHO = (
    "from django.contrib.auth import authenticate\n"
    "from django.contrib.auth.models import User\n"
    "print(User.objects.count(), authenticate(username='ada', password='a long passphrase'))"
)


def who(site: Site) -> str:
    return site.manage("shell", "--no-imports", "-c", WHO).stdout.strip()


def test_name_and_password_are_read_from_files(own_site: Site, tmp_path: Path) -> None:
    (tmp_path / "name").write_text("ada\n")
    (tmp_path / "password").write_bytes(b"\xef\xbb\xbfa long passphrase\r\n")
    made = own_site.manage(
        "prepare",
        DJANGO_SUPERUSER_USERNAME_FILE=str(tmp_path / "name"),
        DJANGO_SUPERUSER_PASSWORD_FILE=str(tmp_path / "password"),
    )
    assert (made.returncode, made.stdout) == (0, "Created the operator ada.\n")
    assert who(own_site) == "1 ada"


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (
            {"DJANGO_SUPERUSER_PASSWORD_FILE": "/nowhere/hunter2"},
            "Not started: DJANGO_SUPERUSER_PASSWORD_FILE names a file that cannot be read: No such file or directory.",
        ),
        (
            {
                "DJANGO_SUPERUSER_PASSWORD_FILE": "/nowhere/hunter2",
                "DJANGO_SUPERUSER_PASSWORD": "hunter2hunter2",
            },
            "Not started: DJANGO_SUPERUSER_PASSWORD and DJANGO_SUPERUSER_PASSWORD_FILE are both set. Keep one of them.",
        ),
        (
            {"DJANGO_SUPERUSER_PASSWORD": "hunter2\udcff"},
            "Not started: DJANGO_SUPERUSER_PASSWORD is not UTF-8.",
        ),
        (
            {"DJANGO_SUPERUSER_USERNAME_FILE": "/dev/zero"},
            "Not started: DJANGO_SUPERUSER_USERNAME_FILE names a file",
        ),
        (
            {"DJANGO_SUPERUSER_USERNAME": "hunter2 hunter2"},
            "CommandError: DJANGO_SUPERUSER_USERNAME must be at most 150 letters, digits and @ . + - _.",
        ),
        (
            {"DJANGO_SUPERUSER_USERNAME": "hunter2" * 30},
            "CommandError: DJANGO_SUPERUSER_USERNAME must be at most",
        ),
    ],
)
def test_what_is_wrong_is_said_and_nobody_is_made(
    own_site: Site, settings: dict[str, str], sentence: str
) -> None:
    refused = own_site.manage("prepare", **settings)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith(sentence)
    assert refused.stderr.count("\n") == 1
    assert "hunter2" not in refused.stderr
    assert who(own_site) == "0 None"
