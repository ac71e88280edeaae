"""Who may see which page, and what strangers hear."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accesskeys.models import AccessKey, AuditEvent
from tests.console.helpers import AUDIT_LOG, GENERATE, HTMX, LIST, details, reveal, revoke, signed_in
from tests.factories import OperatorFactory

pytestmark = pytest.mark.django_db


class TestWhoMayComeIn:
    def test_strangers_sign_in_and_go_on(self, billing: AccessKey) -> None:
        sign_in = reverse("account_login")
        for address in (LIST, GENERATE, AUDIT_LOG, details(billing), revoke(billing)):
            assert Client().get(address)["Location"] == f"{sign_in}?next={address}"
        assert Client().post(reveal(billing))["Location"] == f"{sign_in}?next={details(billing)}"
        headers = {**HTMX, "HX-Current-URL": f"http://testserver{LIST}?search=a"}
        swapped = Client().get(GENERATE, headers=headers)
        assert swapped["HX-Redirect"] == f"{sign_in}?next={LIST}%3Fsearch%3Da"

    def test_viewers_see_and_may_do_nothing(self, viewer: Client, billing: AccessKey) -> None:
        for page in (viewer.get(LIST), viewer.get(details(billing))):
            assert page.status_code == 200
            source = page.content.decode()
            for button in ("Show key", "Generate access key", "Revoke", "Save"):
                assert button not in source
        tried = [
            viewer.get(GENERATE),
            viewer.post(GENERATE, {"name": "mine"}),
            viewer.post(details(billing), {"name": "mine"}),
            viewer.post(reveal(billing)),
            viewer.get(revoke(billing)),
            viewer.post(revoke(billing), {"understood": "on"}),
            viewer.get(AUDIT_LOG),
        ]
        assert [response.status_code for response in tried] == [403] * len(tried)
        assert list(AccessKey.objects.values_list("name", flat=True)) == ["billing"]
        refused = AuditEvent.objects.filter(outcome="refused")
        assert refused.count() == len(tried) - 1  # reading the audit log is no event

    def test_who_may_not_see_access_keys_does_not_learn_that_one_exists(self, billing: AccessKey) -> None:
        auditor = signed_in("Auditors")
        for absent in (billing.pk, uuid4()):
            for response in (
                auditor.get(f"{LIST}{absent}/"),
                auditor.post(f"{LIST}{absent}/reveal/"),
                auditor.post(f"{LIST}{absent}/revoke/", {"understood": "on"}),
            ):
                assert response.status_code == 404
                assert "There is no such access key." in response.content.decode()
        assert auditor.get(LIST).status_code == 403

    def test_the_start_page_is_the_first_one_that_is_allowed(self, viewer: Client) -> None:
        assert viewer.get("/")["Location"] == LIST
        auditor = signed_in("Auditors")
        assert auditor.get("/")["Location"] == AUDIT_LOG
        assert '<a class="brand" href="/">' in auditor.get(AUDIT_LOG).content.decode()
        assert signed_in().get("/")["Location"] == LIST
        assert "have no role yet" in signed_in().get(LIST).content.decode()
        assert Client().get("/")["Location"] == f"{reverse('account_login')}?next=/"

    def test_a_form_from_elsewhere_is_refused(self, billing: AccessKey) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(OperatorFactory(roles=["Operators"]))
        response = client.post(revoke(billing), {"understood": "on"})
        assert response.status_code == 403
        assert "This form is out of date" in response.content.decode()
        assert AccessKey.objects.filter(pk=billing.pk).exists()
