"""Every setting is described where people look for it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from identity_cloud.settings.environment import SETTINGS

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", SETTINGS)
def test_in_the_example_and_in_the_readme(name: str) -> None:
    assert re.search(rf"^(# )?{name}=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert re.search(rf"^\|.*`{name}`.*\|.*\|.*\|$", (ROOT / "README.md").read_text(), re.MULTILINE)


def test_none_is_described_that_is_not_read() -> None:
    described = re.findall(r"^(?:# )?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert {name if name in SETTINGS else name.removesuffix("_FILE") for name in described} == set(SETTINGS)
