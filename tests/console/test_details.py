"""The page about one access key."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accesskeys import operations, verification
from accesskeys.models import AccessKey
from accesskeys.operations.actors import Actor
from tests.console.helpers import LIST, details, said
from tests.factories import AccessKeyFactory, key_of

pytestmark = pytest.mark.django_db


class TestDetails:
    def test_all_that_is_known_but_the_key(self, operator: Client) -> None:
        access_key = AccessKeyFactory(
            name="billing", scopes=["orders:read"], expires_at=timezone.now() + timedelta(days=9, hours=1)
        )
        response = operator.get(details(access_key))
        source = response.content.decode()
        for text in ("Access key created", "Access key ID", str(access_key.pk), "orders:read", "in 9 days"):
            assert text in source
        assert "http://testserver/api/v1/ping/" in source
        for secret in (key_of(access_key), access_key.digest.hex(), bytes(access_key.sealed).hex()):
            assert secret not in source
        assert "no-store" in response["Cache-Control"]

    def test_rename(self, operator: Client, billing: AccessKey) -> None:
        response = operator.post(details(billing), {"name": "billing_2"})
        assert (response.status_code, response["Location"]) == (302, details(billing))
        assert said(response) == ["The name is now billing_2."]
        billing.refresh_from_db()
        assert billing.name == "billing_2"
        assert verification.authenticate(key_of(billing)) == billing

    @pytest.mark.parametrize(
        ("name", "code"), [("no way", "invalid"), ("", "invalid"), (None, "invalid"), ("taken", "unique")]
    )
    def test_a_wrong_name_is_kept_in_the_form_and_nowhere_else(
        self, operator: Client, billing: AccessKey, name: str | None, code: str
    ) -> None:
        AccessKeyFactory(name="taken")
        response = operator.post(details(billing), {} if name is None else {"name": name})
        form = response.context["form"]
        assert [error.code for error in form.errors.as_data()["name"]] == [code]
        assert form["name"].value() == name
        assert response.context["access_key"].name == "billing"
        billing.refresh_from_db()
        assert billing.name == "billing"

    def test_rename_of_what_was_revoked_meanwhile(self, operator: Client, billing: AccessKey) -> None:
        operations.revoke(access_key_id=billing.pk, actor=Actor.for_command())
        response = operator.post(details(billing), {"name": "billing_2"})
        assert (response.status_code, response["Location"]) == (302, LIST)
        assert said(response) == ["There is no such access key. It may have been revoked."]
        assert not AccessKey.objects.exists()

    def test_recent_activity_is_for_those_who_may_read_the_audit_log(
        self, operator: Client, viewer: Client, billing: AccessKey
    ) -> None:
        for number in range(11):
            operations.rename(access_key_id=billing.pk, name=f"billing_{number}", actor=Actor.for_command())
        repeated = operator.get(details(billing)).context["repeated"]
        assert [each.event.access_key_name for each in repeated] == [f"billing_{n}" for n in range(10, 0, -1)]
        assert viewer.get(details(billing)).context["repeated"] is None

    def test_an_id_that_is_not_there(self, operator: Client) -> None:
        response = operator.get(f"{LIST}{uuid4()}/")
        assert response.status_code == 404
        assert "There is no such access key. It may have been revoked." in response.content.decode()
