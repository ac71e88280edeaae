"""The pages of the console, as a browser without JavaScript, htmx and the page's own script ask for them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accesskeys import operations, verification
from accesskeys.core.exceptions import InvalidKey
from accesskeys.models import AccessKey, AuditEvent
from accesskeys.operations.actors import Actor
from accesskeys.templatetags import console
from tests.factories import AccessKeyFactory, OperatorFactory, key_of

pytestmark = pytest.mark.django_db

LIST = "/settings/access-keys/"
GENERATE = "/settings/access-keys/generate/"
AUDIT_LOG = "/settings/audit-log/"
HTMX = {"HX-Request": "true"}
JSON = {"Accept": "application/json"}


def details(access_key: AccessKey) -> str:
    return reverse("accesskeys:access_key_details", args=[access_key.pk])


def reveal(access_key: AccessKey) -> str:
    return reverse("accesskeys:access_key_reveal", args=[access_key.pk])


def revoke(access_key: AccessKey) -> str:
    return reverse("accesskeys:access_key_revoke", args=[access_key.pk])


def said(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def names(response: Any) -> list[str]:
    return [access_key.name for access_key in response.context["page"]]


def signed_in(*roles: str) -> Client:
    client = Client()
    client.force_login(OperatorFactory(roles=roles))
    return client


@pytest.fixture
def operator() -> Client:
    return signed_in("Operators", "Auditors")


@pytest.fixture
def viewer() -> Client:
    return signed_in("Viewers")


@pytest.fixture
def billing() -> AccessKey:
    return AccessKeyFactory(name="billing")


class TestGenerate:
    def test_the_page_asks_for_little(self, operator: Client) -> None:
        page = operator.get(GENERATE)
        assert "no-store" in page["Cache-Control"]
        for text in (
            "Use 1 to 30 characters",
            "No expiry",
            "access_keys:reveal",
            "Show the key of any access key",
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


class TestList:
    def test_it_describes_and_never_holds_a_key(self, operator: Client, billing: AccessKey) -> None:
        response = operator.get(LIST)
        source = response.content.decode()
        assert "billing" in source
        assert "1 access key" in source
        for secret in (key_of(billing), billing.digest.hex(), bytes(billing.sealed).hex()):
            assert secret not in source
        assert "no-store" in response["Cache-Control"]

    def test_nothing_yet_says_what_to_do(self, operator: Client, viewer: Client) -> None:
        source = operator.get(LIST).content.decode()
        assert "Give each program an access key of its own" in source
        main = source.partition("<main")[2].partition("</main>")[0]
        assert main.count("Generate access key</a>") == 1
        assert 'role="search"' not in main
        assert "Operators with the permission" in viewer.get(LIST).content.decode()

    def test_search_by_part_of_the_name_and_by_id(self, operator: Client, billing: AccessKey) -> None:
        AccessKeyFactory(name="other")
        assert names(operator.get(LIST, {"search": "ILL"})) == ["billing"]
        assert names(operator.get(LIST, {"search": str(billing.pk)})) == ["billing"]
        nothing = operator.get(LIST, {"search": "zzz"}).content.decode()
        assert "No access key matches" in nothing
        assert f'href="{LIST}">Show all access keys' in nothing

    @pytest.mark.parametrize(("text", "is_said"), [("bi", True), ("il", True), ("ill", False), ("", False)])
    def test_that_short_texts_are_found_at_beginnings_is_said(
        self, operator: Client, billing: AccessKey, text: str, is_said: bool
    ) -> None:
        source = operator.get(LIST, {"search": text}).content.decode()
        assert ("One or two letters or digits in a row are found where a name begins" in source) == is_said

    def test_more_than_pages_reach_is_said(self, operator: Client) -> None:
        AccessKeyFactory.create_batch(4)
        with patch("accesskeys.models.pages.NarrowedPaginator.reach", 3):
            response = operator.get(LIST, {"status": "usable"})
        assert "More than 3 access keys" in response.content.decode()
        assert len(names(response)) == 3

    def test_filter_by_status(self, operator: Client) -> None:
        now = timezone.now()
        AccessKeyFactory(name="fresh")
        AccessKeyFactory(name="expired", expired=True)
        AccessKeyFactory(name="expiring", expires_at=now + timedelta(days=13))
        AccessKeyFactory(name="forgotten", generated_at=now - timedelta(days=91))
        AccessKeyFactory(name="idle", generated_at=now - timedelta(days=200))
        AccessKey.objects.filter(name="idle").update(last_used_at=now - timedelta(days=91))
        AccessKeyFactory(name="old_and_busy", generated_at=now - timedelta(days=200))
        AccessKey.objects.filter(name="old_and_busy").update(last_used_at=now - timedelta(days=1))
        expected = {
            "usable": {"fresh", "expiring", "forgotten", "idle", "old_and_busy"},
            "expiring": {"expiring"},
            "expired": {"expired"},
            "never_used": {"fresh", "expired", "expiring", "forgotten"},
            "unused": {"forgotten", "idle"},
        }
        shown = {status: set(names(operator.get(LIST, {"status": status}))) for status in expected}
        assert shown == expected

    @pytest.mark.parametrize(
        ("ordering", "order"),
        [
            ("", ["c", "b", "a"]),
            ("name", ["a", "b", "c"]),
            ("-name", ["c", "b", "a"]),
            ("created_at", ["a", "b", "c"]),
            ("last_used_at", ["c", "a", "b"]),
            ("-last_used_at", ["b", "a", "c"]),
            ("expires_at", ["b", "a", "c"]),
            ("-expires_at", ["c", "a", "b"]),
        ],
    )
    def test_sort(self, operator: Client, ordering: str, order: list[str]) -> None:
        now = timezone.now()
        for number, (name, expires, used) in enumerate([("a", 9, 1), ("b", 8, 2), ("c", None, None)]):
            AccessKeyFactory(
                name=name,
                generated_at=now - timedelta(days=100 - number),
                expires_at=expires and now + timedelta(days=expires),
            )
            AccessKey.objects.filter(name=name).update(last_used_at=used and now - timedelta(days=30 - used))
        assert names(operator.get(LIST, {"ordering": ordering})) == order

    def test_a_column_head_turns_the_order_round(self, operator: Client, billing: AccessKey) -> None:
        def heads(ordering: str) -> tuple[str, str]:
            column = operator.get(LIST, {"ordering": ordering}).context["columns"]["name"]
            return column.sorted, column.next

        assert heads("created_at") == ("", "name")
        assert heads("name") == ("ascending", "-name")
        assert heads("-name") == ("descending", "name")

    def test_pages_and_their_size_which_is_remembered(self, operator: Client) -> None:
        AccessKeyFactory.create_batch(26)
        assert len(names(operator.get(LIST))) == 25
        assert len(names(operator.get(LIST, {"page": 2}))) == 1
        assert len(names(operator.get(LIST, {"page_size": 50}))) == 26
        assert len(names(operator.get(LIST))) == 26

    @pytest.mark.parametrize(
        ("query", "sentence"),
        [
            ({"status": "lost"}, "There is no status “lost”"),
            ({"ordering": "digest"}, "There is no order “digest”"),
            ({"page_size": "7"}, "A page holds 25, 50 or 100 access keys"),
            ({"page": "x"}, "That is not a page number"),
            ({"page": "9"}, "There is no such page any more"),
            ({"search": "\0"}, "Null characters are not allowed"),
        ],
    )
    def test_what_makes_no_sense_is_left_out_and_named(
        self, operator: Client, billing: AccessKey, query: dict[str, str], sentence: str
    ) -> None:
        response = operator.get(LIST, query)
        assert response.status_code == 200
        assert any(sentence in notice for notice in response.context["filter"].notices)
        assert names(response) == ["billing"]

    def test_the_number_of_queries_does_not_grow(
        self, operator: Client, django_assert_num_queries: Any, billing: AccessKey
    ) -> None:
        queries = 7  # session, operator, two for permissions, count, which rows, rows
        with django_assert_num_queries(queries):
            operator.get(LIST)
        AccessKeyFactory.create_batch(12)
        with django_assert_num_queries(queries):
            operator.get(LIST)


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
        events = list(operator.get(details(billing)).context["events"])
        assert [event.access_key_name for event in events] == [f"billing_{n}" for n in range(10, 0, -1)]
        assert viewer.get(details(billing)).context["events"] is None

    def test_an_id_that_is_not_there(self, operator: Client) -> None:
        response = operator.get(f"{LIST}{uuid4()}/")
        assert response.status_code == 404
        assert "There is no such access key. It may have been revoked." in response.content.decode()


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
        assert "ica_" not in response.content.decode()
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


class TestAuditLog:
    def test_filters(self, operator: Client, billing: AccessKey) -> None:
        maren = Actor.for_operator(
            OperatorFactory(username="maren", roles=["Operators"]), address="192.0.2.7"
        )
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
        assert "has no role" in signed_in().get(LIST).content.decode()
        assert Client().get("/")["Location"] == f"{reverse('account_login')}?next=/"

    def test_a_form_from_elsewhere_is_refused(self, billing: AccessKey) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(OperatorFactory(roles=["Operators"]))
        response = client.post(revoke(billing), {"understood": "on"})
        assert response.status_code == 403
        assert "This form is out of date" in response.content.decode()
        assert AccessKey.objects.filter(pk=billing.pk).exists()


class TestProblems:
    def test_pages_for_people_and_objects_for_programs(self, operator: Client) -> None:
        for client in (operator, Client()):
            page = client.get("/nowhere/")
            assert page.status_code == 404
            assert "There is nothing at this address." in page.content.decode()
            assert "no-store" in page["Cache-Control"]
        error = Client().get("/api/v1/nowhere/")
        assert error.status_code == 404
        assert error.json() == {
            "type": "client_error",
            "errors": [{"code": "not_found", "detail": "There is nothing at this address.", "attr": None}],
        }

    def test_a_host_that_is_not_ours(self) -> None:
        response = Client().get(LIST, headers={"Host": "elsewhere.example"})
        assert response.status_code == 400
        assert "The request could not be understood." in response.content.decode()

    def test_a_missing_database_is_told_apart_from_a_bug(self, operator: Client) -> None:
        operator.raise_request_exception = False
        with patch("accesskeys.console.views.list.columns", side_effect=OperationalError):
            response = operator.get(LIST)
        assert (response.status_code, response["Retry-After"]) == (503, "5")
        assert "The database cannot be reached" in response.content.decode()
        with patch("accesskeys.console.views.list.columns", side_effect=RuntimeError):
            response = operator.get(LIST)
        assert response.status_code == 500
        assert "Something went wrong on our side." in response.content.decode()

    def test_without_a_password_there_is_none_to_change(self) -> None:
        client = Client()
        client.force_login(OperatorFactory(roles=["Viewers"]))
        response = client.get(reverse("account_change_password"), follow=True)
        assert (response.status_code, response.redirect_chain[-1][0]) == (200, LIST)

    def test_what_may_pass_can_be_tried_again(self, operator: Client) -> None:
        operator.raise_request_exception = False
        again = '<a class="button" href="/settings/access-keys/?search=a">Try again</a>'
        with patch("accesskeys.console.views.list.columns", side_effect=OperationalError):
            assert again in operator.get(LIST, {"search": "a"}).content.decode()
        with patch("accesskeys.operations.generate", side_effect=OperationalError):
            assert "Try again<" not in operator.post(GENERATE, {"name": "a"}).content.decode()
        assert "Try again<" not in operator.get("/nowhere/").content.decode()

    def test_too_many_sign_ins(self, settings: Any) -> None:
        settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
        typed = {"login": "nobody", "password": "wrong"}
        client = Client(REMOTE_ADDR="192.0.2.99")
        first, second = (client.post(reverse("account_login"), typed) for _ in range(2))
        assert (first.status_code, second.status_code) == (200, 429)
        assert "There were too many attempts." in second.content.decode()


class TestAppearance:
    def test_a_chosen_theme_is_there_from_the_first_byte(self, operator: Client) -> None:
        assert "data-theme=" not in operator.get(LIST).content.decode()
        operator.cookies["theme"] = "dark"
        assert '<html lang="en" data-theme="dark">' in operator.get(LIST).content.decode()
        operator.cookies["theme"] = "x onload=1"
        assert "data-theme=" not in operator.get(LIST).content.decode()

    def test_hostile_text_in_the_database_is_shown_as_text(
        self, operator: Client, billing: AccessKey
    ) -> None:
        hostile = "<script>1</script>"
        AccessKey.objects.update(name=hostile, created_by=hostile, scopes=[hostile])
        AuditEvent.objects.update(access_key_name=hostile, actor_label=hostile, details={"a": hostile})
        for address in (LIST, details(billing), revoke(billing), AUDIT_LOG):
            source = operator.get(address).content.decode()
            assert hostile not in source
            assert "&lt;script&gt;1&lt;/script&gt;" in source

    @pytest.mark.parametrize(
        ("distance", "words"),
        [
            (timedelta(seconds=-20), "just now"),
            (timedelta(minutes=-1), "1 minute ago"),
            (timedelta(minutes=-59), "59 minutes ago"),
            (timedelta(hours=-2), "2 hours ago"),
            (timedelta(days=-1), "1 day ago"),
            (timedelta(days=-40), "14 Oct 2026"),
            (timedelta(minutes=20), "within the hour"),
            (timedelta(hours=5), "in 5 hours"),
            (timedelta(days=3), "in 3 days"),
            (timedelta(days=40), "2 Jan 2027"),
        ],
    )
    def test_times_are_said_as_people_say_them(self, distance: timedelta, words: str) -> None:
        now = datetime(2026, 11, 23, 12, tzinfo=UTC)
        assert console.said(now + distance, now) == words


class TestAddress:
    @pytest.mark.parametrize(
        ("peer", "forwarded", "address"),
        [
            ("192.0.2.7", "", "192.0.2.7"),
            ("192.0.2.7", "198.51.100.9", "192.0.2.7"),
            ("10.0.0.1", "198.51.100.9", "198.51.100.9"),
            ("10.0.0.1", "1.1.1.1, 198.51.100.9, 10.0.0.2", "198.51.100.9"),
            ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
            ("10.0.0.1", "", "10.0.0.1"),
            ("::ffff:10.0.0.1", "::ffff:198.51.100.9", "198.51.100.9"),
            ("10.0.0.1", "198.51.100.9, nonsense", None),
            ("fe80::1%eth0", "", None),
            ("", "198.51.100.9", None),
        ],
    )
    def test_the_leftmost_element_is_never_believed(
        self, settings: Any, billing: AccessKey, peer: str, forwarded: str, address: str | None
    ) -> None:
        settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
        client = Client(REMOTE_ADDR=peer, headers={"X-Forwarded-For": forwarded} if forwarded else None)
        client.force_login(User.objects.create_superuser("maren"))
        client.post(reveal(billing))
        assert AuditEvent.objects.get(action="access_key.shown").address == address


def test_a_name_breaks_after_its_underscores() -> None:
    assert console.breakable("ci__deploy_<b>") == "ci_<wbr>_<wbr>deploy_<wbr>&lt;b&gt;"
