"""A server does with the limit of open files that it is started with what the account may."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.server.servers import ROOT

ALLOW = """
import resource
from server import open_files
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
open_files.allow(4000)
print(*resource.getrlimit(resource.RLIMIT_NOFILE))
"""


@pytest.mark.parametrize(
    ("soft", "hard", "after"),
    [(1024, 5000, "4000 5000"), (1024, 2000, "2000 2000"), (4500, 5000, "4500 5000")],
)
def test_the_limit_is_raised_as_far_as_it_may_be_and_never_lowered(soft: int, hard: int, after: str) -> None:
    program = ALLOW.format(soft=soft, hard=hard)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == after
