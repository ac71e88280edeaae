"""Say which programs the tests would use and do not find, and how to get them. Needs nothing installed."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Sequence
from glob import glob
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]


class Need(NamedTuple):
    """Something that is there if one of these programs or files is."""

    name: str
    tests: str
    places: Sequence[str]
    debian: Sequence[str] = ()
    command: str = ""

    @property
    def is_there(self) -> bool:
        return any(shutil.which(place) or glob(place) for place in self.places)


# Playwright's own Node.js is linked against it, and Debian's Chromium is not.
LIBATOMIC = Need(
    "libatomic",
    "pages in a browser",
    ["/usr/lib/*/libatomic.so.1", "/usr/lib*/libatomic.so.1", "/System/Library"],
    ["libatomic1"],
)
NEEDS = [
    Need(
        "PostgreSQL",
        "all tests on PostgreSQL",
        ["initdb", "/usr/lib/postgresql/*/bin/initdb"],
        ["postgresql"],
    ),
    Need("PgBouncer", "a pooler before PostgreSQL", ["pgbouncer", "/usr/sbin/pgbouncer"], ["pgbouncer"]),
    Need("Chromium", "pages in a browser", ["chromium", "chromium-browser"], ["chromium"]),
    LIBATOMIC,
    Need("gettext", "translations", ["xgettext"], ["gettext"]),
    Need("Redis", "limits and attempts that a Redis counts", ["redis-server"], ["redis-server"]),
    Need("OpenSSL", "a Redis over TLS", ["openssl"], ["openssl"]),
    Need("curl", "gateways over HTTP/2", ["curl"], ["curl"]),
    Need("nginx", "gateways", ["nginx", "/usr/sbin/nginx"], ["nginx"]),
    Need("Caddy", "gateways", ["caddy"], ["caddy"]),
    Need("HAProxy", "gateways", ["haproxy", "/usr/sbin/haproxy"], ["haproxy"]),
    Need("age", "backups, opened without this product", ["age"], ["age"]),
    Need("buildah", "the image", ["buildah"], ["buildah"]),
    Need("debootstrap", "the image", ["debootstrap", "/usr/sbin/debootstrap"], ["debootstrap"]),
    Need("runc", "the image", ["runc", "/usr/sbin/runc"], ["runc"]),
    Need("systemd", "the units", ["systemd-analyze"], ["systemd"]),
    Need("kubectl", "manifests put together", ["kubectl"], ["kubectl"]),
    Need("oathtool", "codes as another program makes them", ["oathtool"], ["oathtool"]),
    Need("Node.js", "the example in Express, single sign-on", ["node"], ["nodejs", "npm"]),
    Need(
        "Express",
        "the example in Express",
        [str(ROOT / "examples/express/node_modules")],
        command="npm ci --prefix examples/express",
    ),
    Need(
        "OpenID",
        "single sign-on",
        [str(ROOT / "tests/single_sign_on/node_modules")],
        command="npm ci --prefix tests/single_sign_on",
    ),
]


def main(*arguments: str) -> None:
    """Silent where all is there. With ``--coverage``, print what ``coverage report`` is told where something is not."""
    missing = [need for need in NEEDS if not need.is_there]
    if missing:
        print("--fail-under=0" if "--coverage" in arguments else _preamble(missing), flush=True)


def _preamble(missing: Iterable[Need]) -> str:
    lines = ["Not found here. What needs it is skipped, and the coverage is not held to 100 %:"]
    lines += [f"  {need.name:<12}{need.tests}" for need in missing]
    lines += ["To run everything:"]
    if packages := " ".join(package for need in missing for package in need.debian):
        lines += [f"  apt-get install --no-install-recommends {packages}   (Debian)"]
    lines += [f"  {need.command}" for need in missing if need.command]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main(*sys.argv[1:])
