"""The backup of a PostgreSQL, taken while access keys are generated, and restored."""

from __future__ import annotations

import shutil
import time

import pytest

from tests.server.backups import documented, sh
from tests.server.load import load
from tests.server.servers import Site


def test_it_has_all_that_was_answered(own_site: Site) -> None:
    if shutil.which("pg_dump") is None:
        pytest.skip(
            "pg_dump is not installed. Install it (Debian: apt-get install postgresql-client) and run again."
        )
    writer = own_site.key("writer", "--scope", "access_keys:write")
    address = own_site.environment["DATABASE_URL"]
    with own_site.serve() as server, load(server.port, writer) as heard:
        time.sleep(1)
        before = set(heard.generated)
        sh(documented("pg_dump").replace("--dbname=identity_cloud", f"--dbname='{address}'"), own_site.folder)
    assert heard.answers.keys() == {200, 201}
    assert before
    [dump] = own_site.folder.glob("identity_cloud-*.dump")
    restoring = documented("pg_restore").replace("--dbname=identity_cloud", f"--dbname='{address}'")
    sh(restoring.replace("identity_cloud-….dump", dump.name), own_site.folder)
    listed = set(own_site.manage("list_access_keys").stdout.split())
    assert before <= listed
    assert own_site.manage("show_access_key", "writer").stdout.strip() == writer
