"""The answer that shows a key, in each of its forms."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from accesskeys import operations, verification
from accesskeys.models import AccessKey, AuditEvent
from accesskeys.operations.actors import Actor
from tests.console.helpers import HTMX, details, reveal
from tests.factories import AccessKeyFactory, key_of

pytestmark = pytest.mark.django_db

JSON = {"Accept": "application/json"}


class TestReveal:
    def test_without_javascript_the_page_holds_the_key_and_leaves_again(
        self, operator: Client, billing: AccessKey
    ) -> None:
        response = operator.post(reveal(billing))
        assert response.status_code == 200
        assert response.content.decode().count(key_of(billing)) == 1
        assert "no-store" in response["Cache-Control"]
        assert response["Refresh"] == f"30; url={details(billing)}"

    def test_htmx_gets_the_key_alone(self, operator: Client, billing: AccessKey) -> None:
        response = operator.post(reveal(billing), headers=HTMX)
        assert key_of(billing) in response.content.decode()
        assert "<html" not in response.content.decode()
        assert "no-store" in response["Cache-Control"]

    def test_a_script_gets_json(self, operator: Client, billing: AccessKey) -> None:
        response = operator.post(reveal(billing), headers=JSON)
        assert response.json() == {"key": key_of(billing)}
        assert "no-store" in response["Cache-Control"]

    def test_only_by_post_and_written_down(self, operator: Client, billing: AccessKey) -> None:
        assert operator.get(reveal(billing))["Location"] == details(billing)
        assert not AuditEvent.objects.filter(action="access_key.shown").exists()
        operator.post(reveal(billing))
        assert AuditEvent.objects.get(action="access_key.shown").access_key_id == billing.pk

    @pytest.mark.parametrize("headers", [{}, HTMX, JSON])
    def test_a_damaged_key_is_never_half_shown(
        self, operator: Client, billing: AccessKey, headers: dict[str, str]
    ) -> None:
        AccessKey.objects.filter(pk=billing.pk).update(sealed=AccessKeyFactory().sealed)
        response = operator.post(reveal(billing), headers=headers)
        assert response.status_code == 503
        assert "The stored copy of this key is damaged or was moved" in response.content.decode()
        assert not re.search(r"ica_\w", response.content.decode())  # Its hint is "ica_…" and four characters.
        assert AuditEvent.objects.latest("at").reason == "integrity_failure"
        assert verification.authenticate(key_of(billing)) == billing

    def test_htmx_is_told_why_not_in_place(
        self, operator: Client, viewer: Client, billing: AccessKey
    ) -> None:
        operations.revoke(access_key_id=billing.pk, actor=Actor.for_command())
        for client, access_key, status, sentence in (
            (operator, billing, 404, "There is no such access key."),
            (viewer, AccessKeyFactory(), 403, "You do not have the permission to do this."),
        ):
            response = client.post(reveal(access_key), headers=HTMX)
            source = response.content.decode()
            assert (response.status_code, "<h1" in source) == (status, False)
            assert sentence in source

    def test_only_a_fresh_usable_key_invites_to_be_copied(self, operator: Client, billing: AccessKey) -> None:
        invitation = "Copy it and hand it to"
        assert invitation in operator.get(details(billing)).content.decode()
        expired, suspended, used, damaged = (
            AccessKeyFactory(expired=True),
            *AccessKeyFactory.create_batch(3),
        )
        operations.suspend(access_key_id=suspended.pk, actor=Actor.for_command())
        AccessKey.objects.filter(pk=used.pk).update(last_used_at=timezone.now())
        AccessKey.objects.filter(pk=damaged.pk).update(sealed=b"?" * 84)
        pages = [operator.get(details(access_key)) for access_key in (expired, suspended, used)]
        for page in (*pages, operator.post(reveal(damaged))):
            assert invitation not in page.content.decode()

    def test_a_script_is_told_why_not(self, operator: Client, viewer: Client, billing: AccessKey) -> None:
        operations.revoke(access_key_id=billing.pk, actor=Actor.for_command())
        gone = operator.post(reveal(billing), headers=JSON)
        assert (gone.status_code, gone.json()["errors"][0]["code"]) == (404, "not_found")
        forbidden = viewer.post(reveal(AccessKeyFactory()), headers=JSON)
        assert (forbidden.status_code, forbidden.json()["errors"][0]["code"]) == (403, "permission_denied")
        stranger = Client().post(reveal(billing), headers=JSON)
        assert (stranger.status_code, stranger.json()["errors"][0]["code"]) == (401, "not_authenticated")
