"""The sections of the details page: what each saves, who may, and what the audit log says."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accesskeys import operations, verification
from accesskeys.models import AccessKey, AuditEvent
from accesskeys.operations.actors import Actor
from tests.console.helpers import HTMX, LIST, details, said, signed_in
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import holds_part_of

pytestmark = pytest.mark.django_db

SECTIONS = {
    "scopes": {"used_scopes": ["orders:read"], "own_scopes": "orders:write", "scopes": ["access_keys:read"]},
    "expiry": {"lifetime": "30"},
    "limits": {"allowed_networks": "192.0.2.0/24", "requests": "7", "period": "hour"},
    "facts": {
        "owner": "Payments",
        "description": "Nightly invoices",
        "labels": "team=payments\n\n tier=gold",
    },
}


def to(access_key: AccessKey, section: str) -> str:
    return f"{details(access_key)}{section}/"


def last() -> AuditEvent:
    return AuditEvent.objects.order_by("-at", "-id")[0]


class TestSaving:
    def test_scopes_from_all_three_fields(self, operator: Client, billing: AccessKey) -> None:
        response = operator.post(to(billing, "scopes"), SECTIONS["scopes"])
        assert response["Location"] == details(billing)
        billing.refresh_from_db()
        assert billing.scopes == ["access_keys:read", "orders:read", "orders:write"]
        assert last().action == "access_key.rescoped"
        assert last().details == {"scopes": {"before": [], "after": billing.scopes}}
        assert said(operator.get(details(billing))) == [
            "The scopes are saved. They hold from the next request on."
        ]

    def test_a_wrong_scope_is_named_and_kept(self, operator: Client, billing: AccessKey) -> None:
        source = operator.post(to(billing, "scopes"), {"own_scopes": "Orders"}).content.decode()
        assert "“Orders” is not a scope." in source
        assert 'value="Orders"' in source
        assert (last().action, last().reason) == ("access_key.rescoped", "invalid_scope")

    def test_expiry(self, operator: Client, billing: AccessKey) -> None:
        operator.post(to(billing, "expiry"), {"lifetime": "until", "until": "2099-01-31"})
        billing.refresh_from_db()
        assert billing.expires_at == datetime(2099, 1, 31, 23, 59, 59, tzinfo=UTC)
        assert said(operator.get(details(billing))) == [
            "The expiry is saved. It holds from the next request on."
        ]
        operator.post(to(billing, "expiry"), {"lifetime": ""})
        billing.refresh_from_db()
        assert billing.expires_at is None
        assert last().details["expires_at"] == {"before": "2099-01-31T23:59:59Z", "after": None}

    def test_an_expired_one_works_again(self, operator: Client) -> None:
        expired = AccessKeyFactory(expired=True)
        operator.post(to(expired, "expiry"), {"lifetime": "90"})
        assert said(operator.get(details(expired))) == [
            "The expiry is saved. The key works again from now on."
        ]
        assert verification.authenticate(key_of(expired)) == expired

    def test_a_suspended_one_does_not(self, operator: Client) -> None:
        expired = AccessKeyFactory(expired=True)
        operations.suspend(access_key_id=expired.pk, actor=Actor.for_command())
        operator.post(to(expired, "expiry"), {"lifetime": "90"})
        assert said(operator.get(details(expired))) == [
            "The expiry is saved. The access key is still suspended, so its key is refused."
        ]

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ({"lifetime": "until"}, "Choose the last day."),
            ({"lifetime": "until", "until": "2001-01-01"}, "Choose a day in the future."),
        ],
    )
    def test_a_wrong_day(
        self, operator: Client, billing: AccessKey, typed: dict[str, str], sentence: str
    ) -> None:
        assert sentence in operator.post(to(billing, "expiry"), typed).content.decode()
        billing.refresh_from_db()
        assert billing.expires_at is None

    def test_facts_are_shown_beside(self, operator: Client, viewer: Client, billing: AccessKey) -> None:
        operator.post(to(billing, "facts"), SECTIONS["facts"])
        billing.refresh_from_db()
        assert (billing.owner, billing.description) == ("Payments", "Nightly invoices")
        assert billing.labels == {"team": "payments", "tier": "gold"}
        assert last().action == "access_key.described"
        source = viewer.get(details(billing)).content.decode()
        for text in ("Payments", "Nightly invoices", "team=payments", "tier=gold"):
            assert f">{text}<" in source

    @pytest.mark.parametrize(
        ("labels", "sentence"),
        [
            ("team=payments\nTier=gold", "“Tier=gold” is not a label."),
            ("payments", "“payments” is not a label."),
            ("team=a\nteam=b", "“team” is there twice. Keep one of them."),
        ],
    )
    def test_a_wrong_label_is_named(
        self, operator: Client, billing: AccessKey, labels: str, sentence: str
    ) -> None:
        source = operator.post(to(billing, "facts"), {"labels": labels}).content.decode()
        assert sentence in source
        assert f"{labels}</textarea>" in source
        billing.refresh_from_db()
        assert billing.labels == {}

    @pytest.mark.parametrize(
        ("section", "typed", "wrong"),
        [
            ("facts", {"labels": "payments", "description": "d" * 201}, {"labels", "description"}),
            (
                "limits",
                {"requests": "ica_" + "a" * 51, "allowed_networks": "x"},
                {"requests", "allowed_networks"},
            ),
            ("scopes", {"scopes": ["everything"], "own_scopes": "Orders"}, {"scopes", "own_scopes"}),
        ],
    )
    def test_everything_that_is_wrong_is_said_at_once(
        self, operator: Client, billing: AccessKey, section: str, typed: dict[str, Any], wrong: set[str]
    ) -> None:
        response = operator.post(to(billing, section), typed)
        assert set(response.context[f"{section}_form"].errors) == wrong


class TestPeople:
    @pytest.mark.parametrize("section", SECTIONS)
    def test_a_viewer_sees_the_summary_and_no_edit(
        self, viewer: Client, billing: AccessKey, section: str
    ) -> None:
        source = viewer.get(details(billing), {"edit": section}).content.decode()
        assert f'id="{section}"' in source
        assert f"?edit={section}#" not in source
        assert to(billing, section) not in source
        assert viewer.post(to(billing, section), SECTIONS[section]).status_code == 403
        assert last().outcome == "refused"

    @pytest.mark.parametrize(
        ("section", "permission"),
        [
            ("scopes", "rescope_accesskey"),
            ("expiry", "extend_accesskey"),
            ("limits", "limit_accesskey"),
            ("facts", "describe_accesskey"),
        ],
    )
    def test_each_takes_its_own_permission(self, billing: AccessKey, section: str, permission: str) -> None:
        client = signed_in("Viewers", permissions=[permission])
        source = client.get(details(billing)).content.decode()
        assert [name for name in SECTIONS if f"?edit={name}#" in source] == [section]
        assert client.post(to(billing, section), SECTIONS[section]).status_code == 302

    @pytest.mark.parametrize("section", SECTIONS)
    def test_an_address_of_its_own_opens_the_form(
        self, operator: Client, billing: AccessKey, section: str
    ) -> None:
        source = operator.get(details(billing), {"edit": section}).content.decode()
        assert f'action="{to(billing, section)}"' in source
        assert "autofocus" in source
        assert operator.get(to(billing, section))["Location"] == details(billing)

    def test_no_other_word_opens_anything(self, operator: Client, billing: AccessKey) -> None:
        assert "Cancel" not in operator.get(details(billing), {"edit": "key"}).content.decode()

    def test_the_focus_comes_back_to_edit(self, operator: Client, billing: AccessKey) -> None:
        source = operator.get(details(billing), headers={**HTMX, "HX-Target": "scopes"}).content.decode()
        assert re.findall(r'href="\?edit=(\w+)#\w+"[^>]*autofocus', source) == ["scopes"]

    @pytest.mark.parametrize("section", ["", *(f"{name}/" for name in SECTIONS)])
    def test_somebody_has_revoked_it(self, operator: Client, billing: AccessKey, section: str) -> None:
        address = f"{details(billing)}{section}"
        operations.revoke(access_key_id=billing.pk, actor=Actor.for_command())
        response = operator.post(address, {"name": "x", "lifetime": ""})
        assert response["Location"] == LIST
        assert not AccessKey.objects.exists()


class TestTwoAtOnce:
    def typed(self, client: Client, address: str, section: str) -> dict[str, Any]:
        form = client.get(address, {"edit": section}).context[f"{section}_form"]
        return {**SECTIONS[section], "was": form["was"].value()}

    @pytest.mark.parametrize(
        ("section", "theirs", "shown", "kept"),
        [
            ("scopes", {"own_scopes": "stock:read"}, ">stock:read<", 'value="orders:write"'),
            ("expiry", {"lifetime": "until", "until": "2099-01-31"}, "31 Jan 2099", 'value="30"'),
            ("limits", {"requests": "99", "period": "hour"}, "99/hour", "192.0.2.0/24</textarea>"),
            ("facts", {"owner": "Somebody"}, "Somebody", 'value="Payments"'),
        ],
    )
    def test_both_versions_are_shown_and_the_second_try_saves(
        self, operator: Client, billing: AccessKey, section: str, theirs: Any, shown: str, kept: str
    ) -> None:
        address = to(billing, section)
        mine = self.typed(operator, details(billing), section)
        assert signed_in("Operators").post(address, theirs).status_code == 302
        before = AuditEvent.objects.count()
        page = operator.post(address, mine)
        source = page.content.decode()
        assert "Somebody else has changed this meanwhile, so nothing was saved." in source
        assert shown in source
        assert kept in source
        assert "data-unsent" in source
        assert AuditEvent.objects.count() == before
        again = {**mine, "was": page.context[f"{section}_form"]["was"].value()}
        assert operator.post(address, again).status_code == 302
        billing.refresh_from_db()
        saved = [billing.scopes, billing.rate_limit, billing.owner, billing.expires_at]
        assert saved != [["stock:read"], "99/hour", "Somebody", None]
        assert AuditEvent.objects.count() == before + 1

    def test_a_name(self, operator: Client, billing: AccessKey) -> None:
        was = operator.get(details(billing)).context["form"]["was"].value()
        signed_in("Operators").post(details(billing), {"name": "theirs"})
        page = operator.post(details(billing), {"name": "mine", "was": was})
        assert 'Somebody else has renamed this access key to <span translate="no">theirs' in (
            page.content.decode()
        )
        assert 'value="mine"' in page.content.decode()
        operator.post(details(billing), {"name": "mine", "was": page.context["form"]["was"].value()})
        billing.refresh_from_db()
        assert billing.name == "mine"

    def test_what_somebody_else_saved_elsewhere_is_no_matter(
        self, operator: Client, billing: AccessKey
    ) -> None:
        mine = self.typed(operator, details(billing), "facts")
        signed_in("Operators").post(to(billing, "limits"), SECTIONS["limits"])
        assert operator.post(to(billing, "facts"), mine).status_code == 302


def test_the_expiry_form_holds_the_day_that_is_saved(operator: Client) -> None:
    end = timezone.now() + timedelta(days=40)
    form = operator.get(details(AccessKeyFactory(expires_at=end)), {"edit": "expiry"}).context["expiry_form"]
    assert (form["lifetime"].value(), form["until"].value()) == ("until", end.date())
    expired = AccessKeyFactory(expired=True)
    form = operator.get(details(expired), {"edit": "expiry"}).context["expiry_form"]
    assert (form["lifetime"].value(), form["until"].value()) == ("until", None)


@pytest.mark.parametrize(
    ("section", "field"),
    [
        ("scopes", "used_scopes"),
        ("scopes", "own_scopes"),
        ("facts", "owner"),
        ("facts", "description"),
        ("facts", "labels"),
    ],
)
def test_a_key_is_not_kept(operator: Client, billing: AccessKey, section: str, field: str) -> None:
    key = key_of(billing)
    typed = {**SECTIONS[section], field: f"x={key}" if field == "labels" else key}
    page = operator.post(to(billing, section), typed)
    assert "That is a key. It does not belong here." in page.content.decode()
    assert not holds_part_of(key, page.content)
    assert page.context[f"{section}_form"].errors.keys() == {field}
