"""PostgreSQL's programs are told where the database is by their environment."""

from __future__ import annotations

import os

import pyrage

from tests.server.servers import Site
from tests.server.test_backup_and_restore import refusal


def test_nothing_about_the_database_is_an_argument(own_site: Site) -> None:
    """Everybody on a machine may read the arguments of a process."""
    identity = pyrage.x25519.Identity.generate()
    programs = own_site.folder / "programs"
    programs.mkdir()
    spy = programs / "pg_dump"
    spy.write_text(
        f'#!/bin/sh\necho "$@" > {programs}/arguments\necho "$PGPASSWORD" > {programs}/password\nexit 3\n'
    )
    spy.chmod(0o755)
    address = own_site.environment["DATABASE_URL"].replace("postgres@", "postgres:hunter2@")
    site = own_site.with_settings(DATABASE_URL=address, PATH=f"{programs}:{os.environ['PATH']}")
    done = site.manage("backup", str(site.folder / "x.age"), f"--recipient={identity.to_public()}")
    assert refusal(done) == "pg_dump failed: exit code 3."
    assert (programs / "password").read_text() == "hunter2\n"
    arguments = (programs / "arguments").read_text()
    assert arguments.startswith("--format=custom --snapshot=")
    assert "hunter2" not in arguments
    assert "site_" not in arguments
    assert not (site.folder / "x.age").exists()
