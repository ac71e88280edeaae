"""Debian's packages, for what is tried in a Debian other than this one."""

from __future__ import annotations

import platform
import subprocess

RELEASE = platform.freedesktop_os_release()["VERSION_CODENAME"]


def mirror() -> str:
    """Where this machine has its packages from."""
    fields = ["Created-By: Packages", f"Codename: {RELEASE}"]
    asked = ["apt-get", "indextargets", "--format", "$(REPO_URI)", *fields]
    return subprocess.run(asked, check=True, capture_output=True, text=True).stdout.split()[0]
