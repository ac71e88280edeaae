"""The page that generates, without JavaScript and with htmx."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accesskeys import operations, verification
from accesskeys.models import AccessKey, AuditEvent
from accesskeys.operations.actors import Actor
from tests.console.helpers import GENERATE, HTMX, details, said
from tests.factories import AccessKeyFactory

pytestmark = pytest.mark.django_db


class TestGenerate:
    def test_the_page_asks_for_little(self, operator: Client) -> None:
        page = operator.get(GENERATE)
        assert "no-store" in page["Cache-Control"]
        for text in (
            "Use 1 to 30 characters",
            "No expiry",
            "access_keys:reveal",
            "Show the key of access keys with no other scopes than its own",
        ):
            assert text in page.content.decode()

    def test_a_name_alone_leads_to_the_details_with_the_key_still_hidden(self, operator: Client) -> None:
        response = operator.post(GENERATE, {"name": "billing"})
        access_key = AccessKey.objects.get(name="billing")
        assert (access_key.scopes, access_key.expires_at) == ([], None)
        assert (response.status_code, response["Location"]) == (302, details(access_key))
        key = operations.reveal(access_key_id=access_key.pk, actor=Actor.for_command())
        page = operator.get(response["Location"])
        assert "Access key billing is generated." in said(page)
        assert key not in page.content.decode()
        assert verification.authenticate(key) == access_key

    def test_htmx_is_sent_to_the_details_as_a_whole_page(self, operator: Client) -> None:
        response = operator.post(GENERATE, {"name": "billing"}, headers=HTMX)
        assert response["HX-Redirect"] == details(AccessKey.objects.get())

    def test_scopes_built_in_and_of_ones_own(self, operator: Client) -> None:
        typed = {"name": "billing", "scopes": ["access_keys:read"], "own_scopes": "orders:write  orders:read"}
        operator.post(GENERATE, typed)
        assert AccessKey.objects.get().scopes == ["access_keys:read", "orders:read", "orders:write"]

    @pytest.mark.parametrize(("lifetime", "days"), [("30", 30), ("90", 90), ("365", 365)])
    def test_it_expires_after_the_chosen_days(self, operator: Client, lifetime: str, days: int) -> None:
        operator.post(GENERATE, {"name": "billing", "lifetime": lifetime})
        access_key = AccessKey.objects.get()
        assert access_key.expires_at is not None
        lived = access_key.expires_at - access_key.created_at
        assert abs(lived - timedelta(days=days)) < timedelta(minutes=1)

    def test_it_is_usable_to_the_end_of_the_chosen_day(self, operator: Client) -> None:
        operator.post(GENERATE, {"name": "billing", "lifetime": "until", "until": "9999-12-31"})
        assert AccessKey.objects.get().expires_at == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("typed", "field", "code"),
        [
            ({"name": "no way"}, "name", "invalid"),
            ({"name": " billing"}, "name", "invalid"),
            ({"name": "a\n"}, "name", "invalid"),
            ({"name": "a\0b"}, "name", "invalid"),
            ({"name": ""}, "name", "invalid"),
            ({}, "name", "invalid"),
            ({"name": "taken"}, "name", "unique"),
            ({"name": "ok", "own_scopes": "Orders"}, "own_scopes", "invalid_scope"),
            ({"name": "ok", "scopes": ["everything"]}, "scopes", "invalid_choice"),
            ({"name": "ok", "lifetime": "7"}, "lifetime", "invalid_choice"),
            ({"name": "ok", "lifetime": "until"}, "until", "required"),
            ({"name": "ok", "lifetime": "until", "until": "soon"}, "until", "invalid"),
            ({"name": "ok", "lifetime": "until", "until": "2001-01-01"}, "until", "not_in_future"),
        ],
    )
    def test_what_is_wrong_is_said_beside_it_and_what_was_typed_is_kept(
        self, operator: Client, typed: dict[str, Any], field: str, code: str
    ) -> None:
        AccessKeyFactory(name="taken")
        response = operator.post(GENERATE, typed)
        form = response.context["form"]
        assert response.status_code == 200
        assert [error.code for error in form.errors.as_data()[field]] == [code]
        assert list(form.errors) == [field]
        assert form["name"].value() == typed.get("name")
        assert AccessKey.objects.count() == 1

    def test_a_refused_name_is_in_the_audit_log(self, operator: Client) -> None:
        operator.post(GENERATE, {"name": "no way"})
        event = AuditEvent.objects.get()
        assert (event.action, event.outcome, event.reason) == ("access_key.generated", "refused", "invalid")

    def test_a_wrong_day_does_not_hide_that_the_name_is_wrong_too(self, operator: Client) -> None:
        typed = {"name": "no way", "lifetime": "until", "own_scopes": "Orders"}
        response = operator.post(GENERATE, typed)
        assert set(response.context["form"].errors) == {"name", "until", "own_scopes"}

    @pytest.mark.parametrize(
        ("unreadable", "field"),
        [
            ({"lifetime": "until"}, "until"),
            ({"lifetime": "until", "until": "soon"}, "until"),
            ({"lifetime": "7"}, "lifetime"),
            ({"labels": "payments"}, "labels"),
            ({"scopes": ["everything"]}, "scopes"),
            ({"period": "year"}, "period"),
            ({"owner": "ica_" + "a" * 51}, "owner"),
        ],
    )
    def test_everything_that_is_wrong_is_said_at_the_first_attempt(
        self, operator: Client, unreadable: dict[str, Any], field: str
    ) -> None:
        wrong = {
            "name": "no way",
            "own_scopes": "Orders",
            "allowed_networks": "everywhere",
            "requests": "many",
            "description": "d" * 201,
            "labels": "Team=payments",
        }
        errors = operator.post(GENERATE, wrong | unreadable).context["form"].errors
        assert {name: len(said) for name, said in errors.items()} == dict.fromkeys([*wrong, field], 1)

    def test_the_day_is_in_the_future(self, operator: Client) -> None:
        today = f"{timezone.now():%Y-%m-%d}"
        assert f'min="{today}"' in operator.get(GENERATE).content.decode()
        typed = {"name": "ok", "lifetime": "until", "until": "2001-01-01"}
        assert "Choose a day in the future." in operator.post(GENERATE, typed).content.decode()

    @pytest.mark.parametrize(
        ("name", "sentence"),
        [
            ("free", "This name can be used."),
            ("taken", "Another access key has this name."),
            ("no way", "Use 1 to 30 characters"),
        ],
    )
    def test_the_server_judges_a_name_while_it_is_typed(
        self, operator: Client, name: str, sentence: str
    ) -> None:
        AccessKeyFactory(name="taken")
        response = operator.get(GENERATE, {"name": name}, headers=HTMX)
        assert sentence in response.content.decode()
        assert "<html" not in response.content.decode()
        assert not AuditEvent.objects.filter(outcome="refused").exists()
