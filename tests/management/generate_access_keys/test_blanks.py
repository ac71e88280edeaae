"""Blanks that spreadsheets and people leave around cells."""

from __future__ import annotations

from accesskeys.models import AccessKey
from tests.management.generate_access_keys.helpers import Write, generate, refused, rows

HEADING = " Name ; Scopes ; Expires in \n"


def test_around_scopes_and_lifetimes_they_mean_nothing(db: None, file: Write) -> None:
    printed = rows(generate(file(f"{HEADING}billing; orders:read  orders:write ; 90d \n ; ; \n")))
    assert [row["name"] for row in printed] == ["billing"]
    access_key = AccessKey.objects.get(name="billing")
    assert access_key.scopes == ["orders:read", "orders:write"]
    assert access_key.expires_at is not None


def test_a_name_is_taken_as_it_stands(db: None, file: Write) -> None:
    _sentence, told = refused(file(f"{HEADING} billing;;\n"))
    assert told[0].startswith("Line 2: In the column name stands “ billing”.")
    assert not AccessKey.objects.exists()
