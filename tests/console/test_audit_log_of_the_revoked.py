"""The audit log, from an access key that is no more."""

from __future__ import annotations

import pytest

from accesskeys import operations
from accesskeys.operations.actors import Actor
from tests.console.helpers import signed_in
from tests.factories import AccessKeyFactory

pytestmark = pytest.mark.django_db

LIST = "/settings/access-keys/"
AUDIT_LOG = "/settings/audit-log/"


def test_a_revoked_access_key_leads_from_its_id_to_its_entries() -> None:
    access_key = AccessKeyFactory(name="billing")
    operations.revoke(access_key_id=access_key.pk, actor=Actor.for_command())
    AccessKeyFactory(name="other")
    operator = signed_in("Operators", "Auditors")
    entries = f"{AUDIT_LOG}?access_key={access_key.pk}"

    assert f'href="{entries}"' in operator.get(LIST, {"search": str(access_key.pk)}).content.decode()
    page = operator.get(entries)
    assert [event.action for event in page.context["page"]] == ["access_key.revoked", "access_key.generated"]
    assert f'href="{entries}"' in page.content.decode()


def test_who_may_not_read_it_is_not_sent_there() -> None:
    AccessKeyFactory()
    assert AUDIT_LOG not in signed_in("Operators").get(LIST, {"search": "nothing"}).content.decode()
