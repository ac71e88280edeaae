"""Columns for limits and facts, and that an export with them is read again as it was."""

from __future__ import annotations

from typing import Any

import pytest

from accesskeys.models import AccessKey
from tests.console.helpers import signed_in
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import holds_part_of
from tests.management.generate_access_keys.helpers import Write, generate, refused

pytestmark = pytest.mark.django_db

FIELDS = ("name", "scopes", "allowed_networks", "rate_limit", "expires_at", "description", "owner", "labels")


def told() -> list[dict[str, Any]]:
    return list(AccessKey.objects.order_by("name").values(*FIELDS))


def test_every_column_is_read(file: Write) -> None:
    generate(
        file(
            "Name;Allowed networks;Rate limit;Description;Owner;Labels\n"
            "billing; 192.0.2.0/24  2001:db8::/32 ;9/hour; Sends invoices ;Payments;team=payments env=live\n"
            "ci;;;;;\n"
        )
    )
    billing, ci = told()
    assert billing == {
        "name": "billing",
        "scopes": [],
        "allowed_networks": ["192.0.2.0/24", "2001:db8::/32"],
        "rate_limit": "9/hour",
        "expires_at": None,
        "description": "Sends invoices",
        "owner": "Payments",
        "labels": {"team": "payments", "env": "live"},
    }
    assert list(ci.values()) == ["ci", [], [], None, None, "", "", {}]


@pytest.mark.parametrize("language", ["en", "de"])
def test_an_export_is_read_again_as_it_was(file: Write, language: str) -> None:
    AccessKeyFactory(
        name="billing",
        allowed_networks=["192.0.2.0/24", "2001:db8::/32"],
        rate_limit="9/hour",
        description='=1+1; "quoted", – and more',
        owner="@payments",
        labels={"team": "two words", "note": 'a "b" {c}', "empty": ""},
    )
    AccessKeyFactory(name="ci", description="'quoted'", owner="-")
    before = told()
    response = signed_in("Viewers").get(
        "/settings/access-keys/export/", headers={"Accept-Language": language}
    )
    exported = b"".join(response.streaming_content)  # type: ignore[arg-type]
    AccessKey.objects.all().delete()
    generate(file(exported))
    assert told() == before


def test_the_longest_of_all_fits_into_a_row(file: Write) -> None:
    labels = {f"k{number:<059}": '"' * 60 for number in range(16)}
    AccessKeyFactory(
        name="n" * 30,
        scopes=[
            f"{number:a<100}".replace("0", "b").translate(str.maketrans("123456789", "cdefghijk"))
            for number in range(32)
        ],
        allowed_networks=[
            f"2001:db8:1111:2222:3333:4444:{number:x}:0/112" for number in range(0x1000, 0x1020)
        ],
        rate_limit="9999999/minute",
        description='"' * 200,
        owner='"' * 150,
        labels=labels,
    )
    before = told()
    response = signed_in("Viewers").get("/settings/access-keys/export/")
    exported = b"".join(response.streaming_content)  # type: ignore[arg-type]
    AccessKey.objects.all().delete()
    generate(file(exported))
    assert told() == before


@pytest.mark.parametrize(
    ("column", "cell", "sentence"),
    [
        ("allowed_networks", "home", "“home” is not a network. "),
        ("rate_limit", "often", "In the column rate_limit stands “often”. “often” is not a rate limit. "),
        ("description", "a\u202eb", "In the column description stands “a\\u202eb”. Write one line, "),
        ("owner", "o" * 151, "Ensure this value has at most 150 characters (it has 151)."),
        ("labels", "payments", "“payments” is not a label. "),
        ("labels", "team=a team=b", "A label is there twice: name each key once."),
    ],
)
def test_what_is_wrong_is_told_by_its_line(file: Write, column: str, cell: str, sentence: str) -> None:
    _, [line] = refused(file(f"name,{column}\nbilling,{cell}\n"))
    assert line.startswith(f"Line 2: {sentence}")
    assert not AccessKey.objects.exists()


def test_all_that_is_wrong_with_a_line_is_told(file: Write) -> None:
    content = "name,expires_in,allowed_networks,owner,labels\na b,soon,home,\u202e,payments\n"
    _, [line] = refused(file(content))
    parts = [
        "In the column name stands",
        "“home” is not a network.",
        "In the column owner stands",
        "In the column expires_in stands “soon”.",
        "“payments” is not a label.",
    ]
    assert [part for part in parts if part not in line] == []


@pytest.mark.parametrize("column", ["allowed_networks", "rate_limit", "description", "owner", "labels"])
def test_a_key_is_quoted_nowhere(file: Write, column: str) -> None:
    key = key_of(AccessKeyFactory())
    for cell in (key, f"team={key}"):
        _, [line] = refused(file(f"name,{column}\nbilling,{cell}\n"))
        assert not holds_part_of(key, line)
