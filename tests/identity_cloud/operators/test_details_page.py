"""The page about one operator: roles, sessions, what was done, and two administrators at once."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Group, User

from accesskeys import operations as access_keys
from accesskeys.operations.actors import Actor
from identity_cloud.operators import operations
from tests.factories import OperatorFactory, proven
from tests.identity_cloud.operators.asking import console, events, is_signed_in, roles, signed_in, text

pytestmark = pytest.mark.django_db

COMMAND = Actor.for_command()


@pytest.fixture
def bea() -> User:
    return OperatorFactory(username="bea", roles=["Viewers"])


def page_of(operator: User, page: str = "") -> str:
    return f"/settings/operators/{operator.pk}/{page}"


def test_tells_all_about_the_operator(bea: User) -> None:
    bea.groups.add(Group.objects.create(name="Night shift"))
    signed_in(bea)
    operations.reset(operator_id=bea.pk, actor=COMMAND)
    signed_in(bea)
    page = text(console().get(page_of(bea)))
    assert "Status Reset One-time link By manage.py, good until" in page
    assert "Sessions 1" in page
    assert "Other groups Night shift" in page
    assert "Recent activity" not in page


def test_whoever_reads_the_audit_log_sees_what_was_done(bea: User) -> None:
    access_keys.generate(
        name="billing", actor=proven(OperatorFactory(username="carl", roles=["Operators"]), address=None)
    )
    operations.deactivate(operator_id=bea.pk, actor=COMMAND)
    browser = console("ada", "Auditors")
    assert "Recent activity Show all in the audit log just now Deactivated bea · by manage.py" in text(
        browser.get(page_of(bea))
    )
    carl = User.objects.get(username="carl")
    assert "just now Generated billing Time" in text(browser.get(page_of(carl)))
    assert "Nothing yet." in text(browser.get(page_of(OperatorFactory())))


def test_the_link_leads_to_all_that_the_list_holds(bea: User) -> None:
    access_keys.generate(
        name="billing", actor=proven(OperatorFactory(username="bea-2", roles=["Operators"]), address=None)
    )
    operations.set_roles(operator_id=bea.pk, roles=["Operators"], actor=COMMAND)
    access_keys.generate(name="ci", actor=proven(User.objects.get(pk=bea.pk), address=None))
    operations.reset(operator_id=bea.pk, actor=COMMAND)
    browser = console("ada", "Auditors")
    response = browser.get(page_of(bea))
    [address] = re.findall(r'href="([^"]+)">Show all in the audit log', response.content.decode())
    listed = [each.event for each in response.context["repeated"]]
    assert [event.action for event in listed] == [
        "operator.reset",
        "access_key.generated",
        "operator.roles_changed",
    ]
    assert list(browser.get(address).context["page"]) == listed


@pytest.mark.parametrize("page", ["", "roles/", "activate/", "sessions/", "deactivate/", "reset/"])
def test_of_nobody_is_not_there(page: str) -> None:
    browser = console()
    for pk in (4711, 10**20):
        address = f"/settings/operators/{pk}/{page}"
        response = browser.post(address) if page else browser.get(address)
        assert (response.status_code, "There is no such operator." in text(response)) == (404, True)


class TestRoles:
    def test_are_saved(self, bea: User) -> None:
        response = console().post(
            page_of(bea, "roles/"), {"roles": ["Operators", "Auditors"], "was": "Viewers"}, follow=True
        )
        assert "The roles of bea are saved." in text(response)
        assert roles(bea.pk) == {"Operators", "Auditors"}

    def test_nobody_overwrites_what_another_administrator_saved(self, bea: User) -> None:
        operations.set_roles(operator_id=bea.pk, roles=["Auditors"], actor=COMMAND)
        response = console().post(page_of(bea, "roles/"), {"roles": ["Operators"], "was": "Viewers"})
        assert "Somebody else has changed the roles meanwhile" in text(response)
        assert roles(bea.pk) == {"Auditors"}
        assert 'name="was" value="Auditors"' in response.content.decode()

    def test_the_last_administrator_keeps_the_role(self) -> None:
        browser = console()
        ada = User.objects.get(username="ada")
        response = browser.post(page_of(ada, "roles/"), {"roles": ["Viewers"], "was": "Administrators"})
        assert "This is the last administrator who can sign in" in text(response)
        assert roles(ada.pk) == {"Administrators"}

    def test_the_own_ones_end_the_other_sessions(self) -> None:
        browser = console()
        ada = User.objects.get(username="ada")
        other = signed_in(ada)
        browser.post(
            page_of(ada, "roles/"), {"roles": ["Administrators", "Viewers"], "was": "Administrators"}
        )
        assert (is_signed_in(browser), is_signed_in(other)) == (True, False)

    def test_whoever_gives_up_the_own_one_lands_where_it_may_still_go(self) -> None:
        browser = console()
        console("eve")
        ada = User.objects.get(username="ada")
        response = browser.post(
            page_of(ada, "roles/"), {"roles": ["Auditors"], "was": "Administrators"}, follow=True
        )
        assert response.redirect_chain == [("/", 302), ("/settings/audit-log/", 302)]
        assert "The roles of ada are saved." in text(response)
        assert roles(ada.pk) == {"Auditors"}

    def test_that_are_none_are_refused(self, bea: User) -> None:
        response = console().post(page_of(bea, "roles/"), {"roles": ["Kings"], "was": "Viewers"})
        assert "Kings is not one of the available choices" in text(response)
        assert roles(bea.pk) == {"Viewers"}

    def test_a_superuser_is_told_what_saving_means(self) -> None:
        root = User.objects.create_superuser("root")
        browser = console()
        assert "A superuser may do everything, whatever the roles." in text(browser.get(page_of(root)))
        browser.post(page_of(root, "roles/"), {"roles": ["Viewers"], "was": ""})
        assert not User.objects.get(pk=root.pk).is_superuser

    def test_are_read_by_those_who_may_not_change_them(self, bea: User) -> None:
        group = Group.objects.create(name="Reception")
        group.permissions.add(Group.objects.get(name="Administrators").permissions.get(codename="view_user"))
        reader = OperatorFactory()
        reader.groups.add(group)
        page = text(signed_in(reader).get(page_of(bea)))
        assert "Roles Viewers" in page
        assert "Save roles" not in page
        assert "Deactivate operator" not in page

    def test_whoever_goes_there_is_led_back(self, bea: User) -> None:
        for page in ("roles/", "activate/", "sessions/"):
            assert console(f"ada_{page[:-1]}").get(page_of(bea, page))["Location"] == page_of(bea)


class TestSessions:
    def test_end_at_once(self, bea: User) -> None:
        browser = signed_in(bea)
        response = console().post(page_of(bea, "sessions/"), follow=True)
        assert "bea is signed out everywhere." in text(response)
        assert not is_signed_in(browser)
        assert events()[-1][:4] == ("operator.session_ended", "succeeded", "", "bea")

    def test_of_the_own_account_but_this_one(self) -> None:
        browser = console()
        ada = User.objects.get(username="ada")
        other = signed_in(ada)
        response = browser.post(page_of(ada, "sessions/"), follow=True)
        assert "All your other sessions have ended." in text(response)
        assert not is_signed_in(other)


class TestStale:
    @pytest.mark.parametrize(
        ("page", "sentence"),
        [
            ("sessions/", "This page was out of date, so nothing was done."),
            ("roles/", "This form was out of date, so nothing was done."),
            ("reset/", "This form was out of date, so nothing was done."),
            ("deactivate/", "This form was out of date, so nothing was done."),
        ],
    )
    def test_a_form_from_before_the_sign_in_does_nothing(self, bea: User, page: str, sentence: str) -> None:
        browser = console()
        browser.handler.enforce_csrf_checks = True
        response = browser.post(
            page_of(bea, page), {"roles": ["Operators"]}, headers={"origin": "http://testserver"}, follow=True
        )
        assert sentence in text(response)
        assert roles(bea.pk) == {"Viewers"}
        assert User.objects.get(pk=bea.pk).is_active
        assert events() == []
