"""As many processes as cores that may be used: by what the process is bound to, and by the limits of its groups."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from identity_cloud.settings.cores import usable_cores


@pytest.fixture
def cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine of eight."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: set(range(8)))


def test_a_process_that_is_bound_to_one_core() -> None:
    one = min(os.sched_getaffinity(0))
    bound = f"import os; os.sched_setaffinity(0, [{one}])"
    asked = "from identity_cloud.settings.cores import usable_cores; print(usable_cores())"
    told = subprocess.run(
        [sys.executable, "-c", f"{bound}; {asked}"], capture_output=True, text=True, check=True
    )
    assert told.stdout == "1\n"


@pytest.mark.parametrize(
    ("own", "files", "expected"),
    [
        pytest.param("0::/\n", {"cpu.max": "max 100000"}, 8, id="no limit"),
        pytest.param("0::/\n", {"cpu.max": "300000 100000"}, 3, id="a container"),
        pytest.param("0::/\n", {"cpu.max": "250000 100000"}, 2, id="half a core is none"),
        pytest.param("0::/\n", {"cpu.max": "20000 100000"}, 1, id="a fifth is one"),
        pytest.param("0::/\n", {"cpu.max": "nonsense"}, 8, id="what cannot be read"),
        pytest.param("0::/a/b\n", {"a/b/cpu.max": "max 100000", "a/cpu.max": "400000 100000"}, 4, id="outer"),
        pytest.param(
            "0::/a/b\n", {"a/b/cpu.max": "200000 100000", "a/cpu.max": "400000 100000"}, 2, id="inner"
        ),
        pytest.param(
            "5:memory:/x\n4:cpu,cpuacct:/y\n",
            {"cpu/y/cpu.cfs_quota_us": "500000", "cpu/y/cpu.cfs_period_us": "100000"},
            5,
            id="of several hierarchies",
        ),
        pytest.param(
            "4:cpu:/y\n",
            {"cpu/y/cpu.cfs_quota_us": "-1", "cpu/y/cpu.cfs_period_us": "100000"},
            8,
            id="of several, without a limit",
        ),
        pytest.param("5:memory:/x\n", {"x/cpu.max": "100000 100000"}, 8, id="none for processors"),
        pytest.param(None, {}, 8, id="no Linux"),
    ],
)
def test_limits_of_groups(
    cores: None, tmp_path: Path, own: str | None, files: dict[str, str], expected: int
) -> None:
    groups, said = tmp_path / "groups", tmp_path / "own"
    for name, text in files.items():
        (groups / name).parent.mkdir(parents=True, exist_ok=True)
        (groups / name).write_text(text)
    if own is not None:
        said.write_text(own)
    assert usable_cores(groups, said) == expected
