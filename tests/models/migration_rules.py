"""What a migration may ask of PostgreSQL, read from its SQL. How to keep it: ``accesskeys/models/migrating.py``."""

from __future__ import annotations

import re
from collections.abc import Iterator

_INDEX = re.compile(r'(CREATE (UNIQUE )?INDEX (?P<how>CONCURRENTLY )?.*? ON (?P<table>"?\w+"?))')
_TABLE = re.compile(r'(?:CREATE|ALTER|DROP) TABLE (?:IF EXISTS )?"?(\w+)"?')
# Changes that read or write the whole table while nobody else can have it.
_LONG = {
    "a constraint that is checked at once": re.compile(
        r"ADD CONSTRAINT (?!.* NOT VALID$)(?!.* USING INDEX )"
    ),
    "a constraint that is validated while the table is held": re.compile(r"VALIDATE CONSTRAINT"),
    "another type": re.compile(r"ALTER COLUMN \S+ (SET DATA )?TYPE "),
    "NOT NULL": re.compile(r"ALTER COLUMN \S+ SET NOT NULL"),
    "a column with an index or a reference": re.compile(r"ADD COLUMN .*(UNIQUE|PRIMARY KEY|REFERENCES)"),
    "a default that is computed for each row": re.compile(r"ADD COLUMN .*(DEFAULT .*\(|GENERATED)"),
}


_QUICK = ("ALTER TABLE", "CREATE TABLE", "DROP TABLE", "COMMIT")


def objections(sql: str) -> Iterator[str]:
    """What in the SQL of a migration would keep verifications waiting."""
    statements = [line.strip().rstrip(";") for line in sql.splitlines() if line and not line.startswith("--")]
    new = {
        match[1] for each in statements if each.startswith("CREATE TABLE") and (match := _TABLE.match(each))
    }
    held: set[str] = set()
    for statement in statements:
        if held and not statement.startswith(_QUICK):
            yield f"not quick, while tables are held: {statement}"
        if statement.startswith("LOCK TABLE"):
            held |= set(re.findall(r"accesskeys_\w+", statement))
        yield from _objections(statement, new, held)


def _objections(statement: str, new: set[str], held: set[str]) -> Iterator[str]:
    if (index := _INDEX.match(statement)) and index["table"].strip('"') not in new and not index["how"]:
        yield f"not concurrently: {statement}"
    if statement.startswith("DROP INDEX") and not statement.startswith("DROP INDEX CONCURRENTLY"):
        yield f"not concurrently: {statement}"
    table = _TABLE.match(statement)
    if table and table[1] not in new:
        if table[1] not in held:
            yield f"waits for its table in the queue: {statement}"
        yield from (f"{what}: {statement}" for what, long in _LONG.items() if long.search(statement))
    if re.match(r"(UPDATE|DELETE|INSERT|TRUNCATE|CLUSTER|VACUUM|REINDEX)\b", statement):
        yield f"many rows at once: {statement}"
