"""``make run``, on a machine that has nothing yet."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

from tests.server.servers import ROOT, Site


class TestMakeRun:
    def test_the_env_file_is_for_its_owner_alone(self, tmp_path: Path) -> None:
        file = tmp_path / ".env"
        old = os.umask(0)
        try:
            self.write(file)
        finally:
            os.umask(old)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        settings = dict(
            line.split("=", 1) for line in file.read_text().splitlines() if line[:1] not in {"", "#"}
        )
        assert set(settings) == {"PUBLIC_URL", "SECRET_KEY", "ACCESS_KEYS_MASTER_KEYS"}
        assert settings["PUBLIC_URL"] == "http://127.0.0.1:8000"
        assert len(settings["SECRET_KEY"]) >= 50

    def test_the_env_file_starts_a_server_and_is_never_overwritten(
        self, own_site: Site, tmp_path: Path
    ) -> None:
        one, other = tmp_path / "one", tmp_path / "other"
        self.write(one)
        self.write(other)
        before = one.read_text()
        assert before != other.read_text()
        self.write(one)
        assert one.read_text() == before
        settings = dict(line.split("=", 1) for line in before.splitlines() if line[:1] not in {"", "#"})
        # Its keyring reads what it seals.
        site = own_site.with_settings(DATABASE_URL=f"sqlite:///{tmp_path}/run.sqlite3", **settings)
        assert site.manage("migrate", "--verbosity", "0").returncode == 0
        assert site.manage("show_access_key", "billing").returncode == 1
        key = site.key("billing")
        assert site.manage("show_access_key", "billing").stdout.strip() == key

    @staticmethod
    def write(file: Path) -> None:
        subprocess.run([sys.executable, "-S", str(ROOT / "tools" / "write_env.py"), str(file)], check=True)

    def test_the_first_operator_is_made_once(self, own_site: Site) -> None:
        first = own_site.manage("prepare")
        assert first.returncode == 0, first.stderr
        line, again = first.stdout.strip().splitlines()
        assert line.startswith("Created the operator operator with the password ")
        assert len(line.rpartition(" ")[2]) >= 16
        assert again == "The password is not shown again."
        assert self.operators(own_site) == "operator False 4"
        second = own_site.manage("prepare")
        assert (second.returncode, second.stdout) == (0, "")
        other = own_site.manage(
            "create_first_operator",
            DJANGO_SUPERUSER_USERNAME="other",
            DJANGO_SUPERUSER_PASSWORD="another one",
        )
        assert (other.returncode, other.stdout) == (0, "")
        assert self.operators(own_site) == "operator False 4"

    def test_the_first_operator_may_be_named(self, own_site: Site) -> None:
        made = own_site.manage(
            "create_first_operator",
            DJANGO_SUPERUSER_USERNAME="ada",
            DJANGO_SUPERUSER_PASSWORD="a long passphrase",
        )
        assert (made.returncode, made.stdout) == (0, "Created the operator ada.\n")
        check = (
            "from django.contrib.auth import authenticate\n"
            "print(authenticate(username='ada', password='a long passphrase'))"
        )
        assert own_site.manage("shell", "--no-imports", "-c", check).stdout.strip() == "ada"

    @staticmethod
    def operators(site: Site) -> str:
        listing = (
            "from django.contrib.auth.models import User\n"
            "for user in User.objects.all(): print(user.username, user.is_superuser, user.groups.count())"
        )
        return site.manage("shell", "--no-imports", "-c", listing).stdout.strip()
