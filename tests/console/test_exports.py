"""What the list and the audit log show, as files."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from accesskeys import operations
from accesskeys.models import AccessKey, AuditEvent
from accesskeys.operations.actors import Actor
from tests.console.helpers import signed_in
from tests.factories import AccessKeyFactory, OperatorFactory, key_of, proven

pytestmark = pytest.mark.django_db

ACCESS_KEYS = "/settings/access-keys/export/"
AUDIT_LOG = "/settings/audit-log/export/"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def operator() -> Client:
    return signed_in("Operators", "Auditors")


def text_of(response: Any) -> str:
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode("utf-8-sig")


def rows_of(response: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text_of(response), newline="")))


class TestAccessKeys:
    def test_all_that_the_list_tells(self, operator: Client) -> None:
        access_key = AccessKeyFactory(
            name="billing",
            scopes=["orders:write", "orders:read"],
            generated_at=NOON,
            expires_at=NOON + timedelta(days=9999),
        )
        with time_machine.travel(NOON + timedelta(days=1)):
            operator = signed_in("Viewers")
            response = operator.get(ACCESS_KEYS)
        assert response["Content-Type"] == "text/csv; charset=utf-8"
        assert response["Content-Disposition"] == 'attachment; filename="access-keys-2026-11-24.csv"'
        assert "no-store" in response["Cache-Control"]
        assert response.streaming
        assert rows_of(response) == [
            {
                "id": str(access_key.pk),
                "name": "billing",
                "scopes": "orders:read orders:write",
                "allowed_networks": "",
                "rate_limit": "",
                "created_at": "2026-11-23T12:00:00.000000Z",
                "created_by": "manage.py",
                "expires_at": "2054-04-09T12:00:00.000000Z",
                "suspended_at": "",
                "last_used_at": "",
                "description": "",
                "owner": "",
                "labels": "",
            }
        ]

    def test_never_a_key(self, operator: Client) -> None:
        access_key = AccessKeyFactory()
        text = text_of(operator.get(ACCESS_KEYS))
        for secret in (key_of(access_key), access_key.digest.hex(), bytes(access_key.sealed).hex()):
            assert secret not in text

    def test_what_the_filter_shows_on_all_its_pages(self, operator: Client) -> None:
        AccessKeyFactory.create_batch(30)
        AccessKeyFactory(name="other")
        query = {"search": "access_key", "ordering": "name", "page": "2", "page_size": "25"}
        names = [row["name"] for row in rows_of(operator.get(ACCESS_KEYS, query))]
        assert len(names) == 30
        assert names == sorted(names)
        assert rows_of(operator.get(ACCESS_KEYS, {"status": "expired"})) == []

    @pytest.mark.parametrize("start", list("=+-@\t\r\n"))
    def test_no_cell_is_taken_for_a_formula(self, operator: Client, start: str) -> None:
        AccessKeyFactory()
        AccessKey.objects.update(created_by=f'{start}HYPERLINK("x"),ü')
        [row] = rows_of(operator.get(ACCESS_KEYS))
        assert row["created_by"] == f'\'{start}HYPERLINK("x"),ü'

    def test_the_list_links_to_its_own_export(self, operator: Client) -> None:
        AccessKeyFactory(name="billing")
        source = operator.get("/settings/access-keys/", {"search": "bill", "page": "1"}).content.decode()
        assert f'href="{ACCESS_KEYS}?search=bill"' in source

    def test_queries_do_not_grow(self, operator: Client, django_assert_num_queries: Any) -> None:
        for number in (1, 12):
            AccessKeyFactory.create_batch(number)
            with django_assert_num_queries(5):  # session, operator, two for permissions, rows
                text_of(operator.get(ACCESS_KEYS))


class TestAuditLog:
    @pytest.fixture
    def maren(self) -> Actor:
        return proven(OperatorFactory(username="@maren", roles=["Operators"]), address="192.0.2.7")

    def test_as_json_lines(self, operator: Client, maren: Actor) -> None:
        access_key = AccessKeyFactory(name="billing", generated_at=NOON)
        with time_machine.travel(NOON + timedelta(hours=1), tick=False):
            operations.rename(access_key_id=access_key.pk, name="billing_2", actor=maren)
        response = operator.get(AUDIT_LOG, {"format": "jsonl", "actor": "mar"})
        assert response["Content-Type"] == "application/x-ndjson; charset=utf-8"
        assert response["Content-Disposition"].endswith('.jsonl"')
        assert "no-store" in response["Cache-Control"]
        [line] = text_of(response).splitlines()
        assert json.loads(line) == {
            "at": "2026-11-23T13:00:00.000000Z",
            "action": "access_key.renamed",
            "outcome": "succeeded",
            "reason": "",
            "access_key_id": str(access_key.pk),
            "access_key_name": "billing_2",
            "about_operator_id": None,
            "about_operator_name": "",
            "actor_kind": "operator",
            "actor_label": "@maren",
            "actor_access_key_id": None,
            "door": "console",
            "address": "192.0.2.7",
            "details": {"name": {"before": "billing", "after": "billing_2"}},
        }

    def test_as_csv(self, operator: Client, maren: Actor) -> None:
        access_key = AccessKeyFactory(name="billing")
        operations.rename(access_key_id=access_key.pk, name="billing_2", actor=maren)
        operations.revoke(access_key_id=access_key.pk, actor=maren)
        rows = rows_of(operator.get(AUDIT_LOG, {"access_key": str(access_key.pk)}))
        assert [row["action"].partition(".")[2] for row in rows] == ["revoked", "renamed", "generated"]
        assert json.loads(rows[1]["details"]) == {"name": {"before": "billing", "after": "billing_2"}}
        assert (rows[0]["details"], rows[0]["actor_label"]) == ("", "'@maren")

    def test_a_line_stays_a_line(self, operator: Client) -> None:
        AccessKeyFactory()
        AuditEvent.objects.update(actor_label='a\n"b', details={"a": "<script>\n"})
        [line] = text_of(operator.get(AUDIT_LOG, {"format": "jsonl"})).split("\n")[:-1]
        assert json.loads(line)["actor_label"] == 'a\n"b'
        [row] = rows_of(operator.get(AUDIT_LOG))
        assert row["actor_label"] == 'a\n"b'

    @pytest.mark.parametrize("address", [ACCESS_KEYS, AUDIT_LOG])
    def test_another_format_is_refused(self, operator: Client, address: str) -> None:
        response = operator.get(address, {"format": "xlsx"})
        assert response.status_code == 400
        assert "There is no export in this format." in response.content.decode()

    def test_the_page_links_to_its_own_exports(self, operator: Client) -> None:
        AccessKeyFactory()
        source = operator.get("/settings/audit-log/", {"actor": "manage", "page": "1"}).content.decode()
        for wanted in ("csv", "jsonl"):
            assert f'href="{AUDIT_LOG}?actor=manage&amp;format={wanted}"' in source

    def test_queries_do_not_grow(self, operator: Client, django_assert_num_queries: Any) -> None:
        for number in (1, 12):
            AccessKeyFactory.create_batch(number)
            with django_assert_num_queries(5):  # session, operator, two for permissions, rows
                text_of(operator.get(AUDIT_LOG, {"format": "jsonl"}))


def test_who_may_read_a_page_may_export_it_and_nobody_else() -> None:
    viewer, auditor = signed_in("Viewers"), signed_in("Auditors")
    assert (viewer.get(ACCESS_KEYS).status_code, viewer.get(AUDIT_LOG).status_code) == (200, 403)
    assert (auditor.get(ACCESS_KEYS).status_code, auditor.get(AUDIT_LOG).status_code) == (403, 200)
    for address in (ACCESS_KEYS, AUDIT_LOG):
        assert Client().get(address)["Location"] == f"/accounts/login/?next={address}"
        assert viewer.post(address).status_code in (403, 405)
