"""Exports open right with a double click, in any country."""

from __future__ import annotations

import codecs
import csv
import io
from typing import Any

import pytest
from django.test import Client

from accesskeys.models import AuditEvent
from tests.console.helpers import signed_in
from tests.factories import AccessKeyFactory

pytestmark = pytest.mark.django_db

ACCESS_KEYS = "/settings/access-keys/export/"
AUDIT_LOG = "/settings/audit-log/export/"


@pytest.fixture
def operator() -> Client:
    return signed_in("Operators", "Auditors")


def bytes_of(response: Any) -> bytes:
    assert response.status_code == 200
    return b"".join(response.streaming_content)


@pytest.mark.parametrize("address", [ACCESS_KEYS, AUDIT_LOG])
class TestCsv:
    @pytest.mark.parametrize(
        ("language", "separator"),
        [("en", ","), ("de", ";"), ("fr", ";"), ("de-CH,de;q=0.9", ";"), ("it", ",")],
    )
    def test_cells_are_parted_as_the_country_does(
        self, operator: Client, address: str, language: str, separator: str
    ) -> None:
        AccessKeyFactory(name="billing", scopes=["orders:read", "orders:write"])
        AuditEvent.objects.update(actor_label='Jörg; André, "Ops"')
        written = bytes_of(operator.get(address, headers={"Accept-Language": language}))
        assert written.startswith(codecs.BOM_UTF8)
        assert written.count(codecs.BOM_UTF8) == 1
        text = written.decode("utf-8-sig")
        [row] = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        assert None not in row
        assert row.get("name", row.get("access_key_name")) == "billing"
        assert row.get("actor_label", 'Jörg; André, "Ops"') == 'Jörg; André, "Ops"'

    def test_an_empty_one_too(self, operator: Client, address: str) -> None:
        text = bytes_of(operator.get(address)).decode("utf-8-sig")
        assert len(text.splitlines()) == 1
        assert text.endswith("\r\n")


def test_json_lines_have_no_mark(operator: Client) -> None:
    AccessKeyFactory()
    assert bytes_of(operator.get(AUDIT_LOG, {"format": "jsonl"})).startswith(b"{")
