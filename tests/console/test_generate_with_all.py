"""What the page for generating proposes, and what it takes besides a name."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accesskeys import operations
from accesskeys.models import AccessKey, AuditEvent
from accesskeys.operations.actors import Actor
from tests.console.helpers import GENERATE, signed_in
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import holds_part_of

pytestmark = pytest.mark.django_db

FACTS = {"owner": "Payments", "description": "Nightly invoices"}
TYPED = {
    "name": "second",
    "lifetime": "30",
    "own_scopes": "orders:read",
    "allowed_networks": "192.0.2.0/24",
    "requests": "7",
    "period": "hour",
    "labels": "team=payments",
    **FACTS,
}


def chosen(page: Any) -> Any:
    return page.context["form"]["lifetime"].value()


class TestExpiry:
    @pytest.mark.parametrize(
        ("days", "wanted", "labels"),
        [
            (90, "90", ["No expiry", "30 days", "90 days", "1 year", "Until a date"]),
            (None, "", ["No expiry", "30 days", "90 days", "1 year", "Until a date"]),
            (1, "1", ["No expiry", "1 day", "30 days", "90 days", "1 year", "Until a date"]),
            (45, "45", ["No expiry", "30 days", "45 days", "90 days", "1 year", "Until a date"]),
            (999, "999", ["No expiry", "30 days", "90 days", "1 year", "999 days", "Until a date"]),
        ],
    )
    def test_the_setting_is_preselected(
        self, operator: Client, settings: Settings, days: int | None, wanted: str, labels: list[str]
    ) -> None:
        settings.ACCESS_KEYS_DEFAULT_EXPIRY_DAYS = days
        page = operator.get(GENERATE)
        assert chosen(page) == wanted
        assert [str(option.choice_label) for option in page.context["form"]["lifetime"]] == labels

    def test_no_expiry_is_one_click_away(self, operator: Client) -> None:
        operator.post(GENERATE, {"name": "second", "lifetime": ""})
        assert AccessKey.objects.get().expires_at is None

    def test_a_setting_of_ones_own_is_taken(self, operator: Client, settings: Settings) -> None:
        settings.ACCESS_KEYS_DEFAULT_EXPIRY_DAYS = 45
        operator.post(GENERATE, {"name": "second", "lifetime": "45"})
        access_key = AccessKey.objects.get()
        assert access_key.expires_at is not None
        assert round((access_key.expires_at - access_key.created_at).total_seconds() / 86400) == 45


class TestScopes:
    def test_those_in_use_come_first_and_the_most_used_first_of_them(self, operator: Client) -> None:
        AccessKeyFactory(scopes=["stock:read", "orders:read", "access_keys:read"])
        AccessKeyFactory(scopes=["stock:read", "invoices:read"])
        choices = operator.get(GENERATE).context["form"]["used_scopes"]
        assert [option.choice_label for option in choices] == ["stock:read", "invoices:read", "orders:read"]

    def test_at_most_a_dozen(self, operator: Client) -> None:
        AccessKeyFactory(scopes=[f"s{n}" for n in range(20)])
        assert len(operator.get(GENERATE).context["form"]["used_scopes"]) == 12

    def test_one_that_nobody_uses_any_more_is_taken(self, operator: Client) -> None:
        operator.post(GENERATE, {"name": "second", "used_scopes": ["gone:read"]})
        assert AccessKey.objects.get().scopes == ["gone:read"]

    def test_what_is_no_scope_is_not(self, operator: Client) -> None:
        page = operator.post(GENERATE, {"name": "second", "used_scopes": ["<b>"]})
        assert "“&lt;b&gt;” is not a scope." in page.content.decode()
        assert not AccessKey.objects.exists()


class TestAll:
    def test_it_is_limited_and_described_from_the_start(self, operator: Client) -> None:
        assert operator.post(GENERATE, TYPED).status_code == 302
        access_key = AccessKey.objects.get()
        assert (access_key.allowed_networks, access_key.rate_limit) == (["192.0.2.0/24"], "7/hour")
        assert (access_key.owner, access_key.description) == ("Payments", "Nightly invoices")
        assert access_key.labels == {"team": "payments"}
        assert AuditEvent.objects.count() == 1

    @pytest.mark.parametrize(
        ("field", "wrong"),
        [("allowed_networks", "home"), ("requests", "many"), ("labels", "Team=a"), ("labels", "team")],
    )
    def test_what_is_wrong_is_unfolded_and_nothing_generated(
        self, operator: Client, field: str, wrong: str
    ) -> None:
        form = operator.post(GENERATE, {"name": "second", field: wrong}).context["form"]
        assert list(form.errors) == [field]
        assert (form.limits_are_open, form.more_is_open) == (field != "labels", field == "labels")
        assert not AccessKey.objects.exists()

    def test_an_empty_form_is_folded(self, operator: Client) -> None:
        page = operator.get(GENERATE)
        form = page.context["form"]
        assert (form.limits_are_open, form.more_is_open) == (False, False)
        assert "<details open" not in " ".join(page.content.decode().split())


NOTHING_COPIED = (
    "The access key that this one should be like is not there, so nothing was copied, and no limits either."
)


class TestAnotherLikeThis:
    @pytest.fixture
    def billing(self) -> AccessKey:
        access_key = AccessKeyFactory(name="billing", scopes=["orders:read", "access_keys:read"])
        by = {"access_key_id": access_key.pk, "actor": Actor.for_command()}
        operations.limit(**by, allowed_networks=["192.0.2.0/24"], rate_limit="7/hour")
        operations.describe(**by, labels={"team": "payments"}, **FACTS)
        return access_key

    def test_all_but_name_and_key_is_filled_in(self, operator: Client, billing: AccessKey) -> None:
        page = operator.get(GENERATE, {"like": billing.pk})
        form = page.context["form"]
        assert not form["name"].value()
        assert {name: form[name].value() for name in (*TYPED, "scopes", "used_scopes")} == {
            **TYPED,
            "name": None,
            "lifetime": "90",
            "own_scopes": None,
            "scopes": ["access_keys:read"],
            "used_scopes": ["orders:read"],
        }
        assert not holds_part_of(key_of(billing), page.content)
        assert NOTHING_COPIED not in page.content.decode()
        assert NOTHING_COPIED not in operator.get(GENERATE).content.decode()

    @pytest.mark.parametrize("like", ["", "x", "00000000-0000-4000-8000-000000000000"])
    def test_one_that_is_not_there(self, operator: Client, like: str) -> None:
        page = operator.get(GENERATE, {"like": like})
        assert page.context["form"]["owner"].value() is None
        assert NOTHING_COPIED in page.content.decode()

    def test_not_for_those_who_may_not_see_it(self, billing: AccessKey) -> None:
        client = signed_in(permissions=["generate_accesskey"])
        page = client.get(GENERATE, {"like": billing.pk})
        assert page.status_code == 200
        assert page.context["form"]["owner"].value() is None
        assert NOTHING_COPIED in page.content.decode()

    def test_the_details_lead_there(self, operator: Client, viewer: Client, billing: AccessKey) -> None:
        address = f"/settings/access-keys/{billing.pk}/"
        assert f"{GENERATE}?like={billing.pk}" in operator.get(address).content.decode()
        assert "?like=" not in viewer.get(address).content.decode()
