"""What stops a server before it starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.server.servers import Site, master_key


class TestAWrongSettingStopsTheStart:
    """Each wrong setting has its sentence in ``test_settings``; here is how the server itself ends."""

    @pytest.fixture(scope="class")
    @classmethod
    def an_access_key(cls, site: Site) -> str:
        """One that needs the master key k1."""
        return site.key("needs_k1")

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            (
                {"ACCESS_KEYS_MASTER_KEYS": master_key("k1")},
                "The master key k1 in ACCESS_KEYS_MASTER_KEYS is not the one",
            ),
            ({"ACCESS_KEYS_MASTER_KEYS": master_key("k9")}, "need the master key k1"),
            (
                {"ACCESS_KEYS_MASTER_KEYS": "k1:c2hvcnQ"},
                "The master key k1 in ACCESS_KEYS_MASTER_KEYS has 5 bytes",
            ),
            ({"ACCESS_KEYS_MASTER_KEYS": ""}, "ACCESS_KEYS_MASTER_KEYS is empty"),
            ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
            ({"PUBLIC_URL": "http://keys.example.com"}, "PUBLIC_URL must be an https address"),
            ({"DATABASE_URL": "sqlite:///{folder}/empty.sqlite3"}, "The database is not migrated"),
            (
                {"DATABASE_URL": "sqlite:///{folder}/a_file/site.sqlite3"},
                "a file in a folder that does not exist",
            ),
            (
                {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing"},
                "The database of DATABASE_URL cannot be reached",
            ),
        ],
        ids=[
            "another master key",
            "a missing master key",
            "a short master key",
            "no keyring",
            "no secret key",
            "plain http",
            "no tables",
            "no folder",
            "no database",
        ],
    )
    def test_with_a_sentence(
        self, site: Site, an_access_key: str, tmp_path: Path, changes: dict[str, str | None], sentence: str
    ) -> None:
        (tmp_path / "a_file").touch()
        placed = {name: value and value.replace("{folder}", str(tmp_path)) for name, value in changes.items()}
        code, said = site.with_settings(LOG_LEVEL="INFO", **placed).refuse_to_serve()
        assert code == 1
        last = said.strip().splitlines()[-1]
        assert last.startswith("Not started: ")
        assert sentence in last
        assert "Traceback" not in said
        assert "Identity Cloud is on" not in said
        for secret in ("ACCESS_KEYS_MASTER_KEYS", "SECRET_KEY"):
            assert site.environment[secret].rpartition(":")[2] not in said
            assert (placed.get(secret) or "k:nothing").rpartition(":")[2] not in said
