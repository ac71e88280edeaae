"""A command that lists access keys while the database fails does not end as if that were all."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.server.servers import ROOT, Site
from tests.server.test_exports import fail

ROWS = 5_000
PREPARE = f"""
import os
from accesskeys.models import AccessKey
from accesskeys import operations
from accesskeys.operations.actors import Actor

operations.generate(name="first", actor=Actor.for_command())
[first] = AccessKey.objects.values()
del first["id"], first["name"], first["digest"]
AccessKey.objects.bulk_create(
    AccessKey(name=f"key_{{number}}", digest=os.urandom(32), **first) for number in range({ROWS})
)
"""


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_half_a_list_is_a_failure(own_site: Site, form: list[str]) -> None:
    prepared = own_site.manage("shell", "--no-imports", "-c", PREPARE)
    assert prepared.returncode == 0, prepared.stderr
    with subprocess.Popen(
        [sys.executable, "manage.py", "list_access_keys", *form],
        cwd=ROOT,
        env=own_site.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as listing:
        assert listing.stdout
        assert listing.stderr
        first = listing.stdout.readline()  # No more fits into the pipe than a tenth.
        fail(own_site)
        rest = listing.stdout.read()
        said = listing.stderr.read()
    assert first
    assert rest.count("\n") < ROWS
    assert listing.returncode == 1
    assert said
    assert not rest.endswith("]\n")
