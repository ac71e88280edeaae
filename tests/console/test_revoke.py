"""The page that revokes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accesskeys import operations, verification
from accesskeys.core.exceptions import InvalidKey
from accesskeys.models import AccessKey
from accesskeys.operations.actors import Actor
from tests.console.helpers import HTMX, LIST, revoke, said
from tests.factories import key_of

pytestmark = pytest.mark.django_db


class TestRevoke:
    def test_the_page_says_what_it_means(self, operator: Client, billing: AccessKey) -> None:
        source = operator.get(revoke(billing)).content.decode()
        assert "you cannot undo the action" in source
        assert "This key has never been used." in source
        AccessKey.objects.update(last_used_at=timezone.now() - timedelta(minutes=2))
        assert "A program seems to rely on this key." in operator.get(revoke(billing)).content.decode()
        AccessKey.objects.update(last_used_at=timezone.now() - timedelta(days=40))
        assert "A program seems to rely" not in operator.get(revoke(billing)).content.decode()

    def test_it_wants_the_tick(self, operator: Client, billing: AccessKey) -> None:
        response = operator.post(revoke(billing))
        assert response.context["form"].has_error("understood", "required")
        assert AccessKey.objects.filter(pk=billing.pk).exists()

    def test_the_key_is_refused_at_once(self, operator: Client, billing: AccessKey) -> None:
        response = operator.post(revoke(billing), {"understood": "on"})
        assert (response.status_code, response["Location"]) == (302, LIST)
        assert said(response)[0].startswith("Access key billing is revoked.")
        with pytest.raises(InvalidKey) as refusal:
            verification.authenticate(key_of(billing))
        assert refusal.value.reason == "unknown"

    def test_a_second_operator_gets_a_plain_sentence(self, operator: Client, billing: AccessKey) -> None:
        operations.revoke(access_key_id=billing.pk, actor=Actor.for_command())
        for response in (
            operator.get(revoke(billing), headers=HTMX),
            operator.post(revoke(billing), headers=HTMX),
            operator.post(revoke(billing), {"understood": "on"}, headers=HTMX),
        ):
            assert response["HX-Redirect"] == LIST
            assert said(response)[-1] == "There is no such access key. It may have been revoked."
