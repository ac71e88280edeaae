"""The password of the first operator is told, or there is no such operator."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.server.servers import ROOT, Site


@pytest.mark.parametrize("command", ["create_first_operator", "prepare"])
@pytest.mark.parametrize("where", ["> /dev/full", ">&-"])
def test_where_it_cannot_be_told(own_site: Site, command: str, where: str) -> None:
    forget = "from django.contrib.auth.models import User; User.objects.all().delete()"
    assert own_site.manage("shell", "--no-imports", "-c", forget).returncode == 0
    environment = {**own_site.environment}
    environment.pop("DJANGO_SUPERUSER_PASSWORD", None)
    done = subprocess.run(
        ["sh", "-c", f"exec {sys.executable} manage.py {command} {where}"],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert "o operator was created." in line
    count = "from django.contrib.auth.models import User; print(User.objects.count())"
    assert own_site.manage("shell", "--no-imports", "-c", count).stdout.strip() == "0"
