"""The audit log's page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accesskeys import operations
from accesskeys.models import AccessKey
from accesskeys.operations.actors import Actor
from tests.console.helpers import AUDIT_LOG
from tests.factories import AccessKeyFactory, OperatorFactory, proven

pytestmark = pytest.mark.django_db


class TestAuditLog:
    def test_filters(self, operator: Client, billing: AccessKey) -> None:
        maren = proven(OperatorFactory(username="maren", roles=["Operators"]), address="192.0.2.7")
        operations.rename(access_key_id=billing.pk, name="billing_2", actor=maren)
        operations.revoke(access_key_id=billing.pk, actor=maren)
        AccessKeyFactory(name="other")
        now = timezone.now()

        def actions(**query: str) -> list[str]:
            return [
                event.action.partition(".")[2] for event in operator.get(AUDIT_LOG, query).context["page"]
            ]

        assert actions() == ["generated", "revoked", "renamed", "generated"]
        assert actions(action="access_key.revoked") == ["revoked"]
        assert actions(actor="MAR") == ["revoked", "renamed"]
        assert actions(access_key="billing_2") == ["revoked", "renamed"]
        assert actions(access_key=str(billing.pk)) == ["revoked", "renamed", "generated"]
        assert actions(since=f"{now + timedelta(hours=1):%Y-%m-%dT%H:%M}") == []
        assert actions(until=f"{now + timedelta(hours=1):%Y-%m-%dT%H:%M}") == actions()
        assert actions(action="nonsense", since="whenever") == actions()

    def test_an_entry_opens_to_its_details(self, operator: Client, billing: AccessKey) -> None:
        operations.rename(access_key_id=billing.pk, name="billing_2", actor=Actor.for_command())
        source = operator.get(AUDIT_LOG).content.decode()
        for text in (
            "access_key.renamed",
            "manage.py",
            "Succeeded",
            "&quot;after&quot;: &quot;billing_2&quot;",
        ):
            assert text in source

    def test_empty(self, operator: Client) -> None:
        empty = operator.get(AUDIT_LOG).content.decode()
        assert "Nothing has happened yet" in empty
        assert 'role="search"' not in empty
        narrowed = operator.get(AUDIT_LOG, {"actor": "x"}).content.decode()
        assert "No entry matches" in narrowed
        assert 'role="search"' in narrowed
