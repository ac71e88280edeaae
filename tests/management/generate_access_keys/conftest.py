from __future__ import annotations

from pathlib import Path

import pytest

from accesskeys.management.commands import generate_access_keys
from tests.management.generate_access_keys.helpers import Write


@pytest.fixture
def file(tmp_path: Path) -> Write:
    """Writes a file and tells its path."""

    def write(content: str | bytes) -> str:
        path = tmp_path / "wishes.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


@pytest.fixture
def two_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generate_access_keys, "AT_ONCE", 2)
