"""What a backup says about itself, in its first line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Self

import accesskeys
from accesskeys.core.moments import written
from identity_cloud.backups.errors import BackupError

FORMAT = 1
_WORDS = {
    "migrations": "list of migrations",
    "master_keys": "list of master keys",
    "newest_event": "newest event",
}


@dataclass(frozen=True)
class Manifest:
    """What was in the database at the moment of the backup."""

    vendor: str
    made_at: str
    version: str  # of the product; empty where it has none
    migrations: list[str]
    master_keys: dict[str, str]  # fingerprints by id, as decision 0002 has them
    newest_event: dict[str, Any] | None
    counts: dict[str, int]  # of rows, by table
    format: int = FORMAT

    @classmethod
    def of(cls, cursor: Any, vendor: str, tables: Iterable[str]) -> Self:
        """Read it with a cursor of either driver, in one transaction."""

        def rows(statement: str) -> list[tuple[Any, ...]]:
            cursor.execute(statement)
            return list(cursor.fetchall())

        events = rows("SELECT id, at FROM accesskeys_auditevent ORDER BY id DESC LIMIT 1")
        return cls(
            vendor=vendor,
            made_at=written(datetime.now(UTC)),
            version=getattr(accesskeys, "__version__", ""),
            migrations=sorted(
                f"{app}.{name}" for app, name in rows("SELECT app, name FROM django_migrations")
            ),
            master_keys={
                key_id: bytes(fingerprint).hex()
                for key_id, fingerprint in rows(
                    "SELECT key_id, fingerprint FROM accesskeys_masterkeyfingerprint ORDER BY key_id"
                )
            },
            newest_event=next(({"id": number, "at": _moment(at)} for number, at in events), None),
            # Names of tables, as the database itself tells them.
            counts={table: rows(f'SELECT count(*) FROM "{table}"')[0][0] for table in sorted(tables)},  # noqa: S608
        )

    def line(self) -> bytes:
        """As it stands in a backup."""
        return json.dumps(asdict(self), sort_keys=True).encode() + b"\n"

    @classmethod
    def read(cls, line: bytes) -> Self:
        """Raises BackupError for what is no manifest, or one of another version."""
        try:
            told = json.loads(line)
            of_format = told["format"]
            if of_format == FORMAT:
                return cls(**told)
        except (ValueError, TypeError, KeyError):
            raise BackupError("The file is no backup of this product.") from None
        raise BackupError(
            f"The backup has format {of_format!r}; this version reads {FORMAT}. Use the version that made it."
        )

    @property
    def sentence(self) -> str:
        """What is in it, for people."""
        keys, events = (self.counts.get(f"accesskeys_{what}", 0) for what in ("accesskey", "auditevent"))
        return f"made at {self.made_at}, access keys {keys:,}, audit events {events:,}"

    def differences(self, counts: dict[str, int]) -> Iterator[str]:
        """The tables that have another number of rows than they had."""
        for table in sorted(self.counts.keys() | counts.keys()):
            if self.counts.get(table) != counts.get(table):
                yield f"{table} has {counts.get(table, 'no')} rows and had {self.counts.get(table, 'no')}"

    def check(self, found: Self) -> None:
        """Raise BackupError unless this is what was there."""
        self.check_counts(found.counts)
        for what in _WORDS:
            if getattr(found, what) != getattr(self, what):
                raise BackupError(f"The backup is not what its manifest says: it has another {_WORDS[what]}.")

    def check_counts(self, counts: dict[str, int]) -> None:
        """The same of the numbers of rows, where no more is known."""
        if differences := list(self.differences(counts)):
            raise BackupError(f"The backup is not what its manifest says: {'; '.join(differences[:3])}.")


def _moment(at: datetime | str) -> str:
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC) if isinstance(at, str) else at
    return written(moment, "microseconds")
