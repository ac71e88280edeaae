"""All of a manifest is held against the file of a database. A dump tells its rows alone, without a server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.factories import AccessKeyFactory
from tests.identity_cloud.backups.conftest import Reader
from tests.identity_cloud.backups.helpers import not_verified, opened, packed
from tests.management.helpers import run


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"migrations": []}, "list of migrations"),
        ({"master_keys": {"k1": "00"}}, "list of master keys"),
        ({"newest_event": None}, "newest event"),
    ],
)
def test_a_manifest_that_says_more(
    tmp_path: Path, reader: Reader, changes: dict[str, Any], what: str
) -> None:
    made = tmp_path / "backup.age"
    AccessKeyFactory()
    run("backup", str(made), f"--recipient={reader.recipient}")
    manifest, content = opened(made, reader)
    packed(made, reader, manifest | changes, content)
    assert not_verified(made, reader) == f"The backup is not what its manifest says: it has another {what}."
