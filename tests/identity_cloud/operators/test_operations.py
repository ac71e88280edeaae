"""What is done with operators: by whom, what is left of it, and what the audit log says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.account.models import Login
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from pytest_django import Settings
from time_machine import TimeMachineFixture

from accesskeys.core.exceptions import Forbidden, ProofNeeded
from accesskeys.operations.actors import Actor
from accesskeys.operations.policy import ROLES
from identity_cloud.operators import operations
from identity_cloud.operators.exceptions import Inactive, LastAdministrator, NoSuchOperator, RolesChanged
from identity_cloud.operators.models import OneTimeLink
from identity_cloud.operators.operations.administrators import administrators
from identity_cloud.operators.operations.sessions import end_all, keys_of
from identity_cloud.operators.standing import who_can_sign_in
from tests.factories import OperatorFactory, proven
from tests.helpers import codes, holds_part_of
from tests.identity_cloud.factors.authenticator import given_to
from tests.identity_cloud.operators.asking import administrator, events, is_signed_in, roles, signed_in

pytestmark = pytest.mark.django_db

COMMAND = Actor.for_command()
PASSWORD = "correct horse battery"


class TestInvite:
    def test_makes_an_operator_without_a_password_and_a_link(self) -> None:
        made = operations.invite(name="bea", roles=["Viewers", "Auditors"], actor=administrator())
        bea = User.objects.get(username="bea")
        assert (bea.is_active, bea.has_usable_password(), bea.is_superuser) == (True, False, False)
        assert roles(bea.pk) == {"Viewers", "Auditors"}
        assert made.operator == bea
        ((action, outcome, _reason, about, details),) = events()
        assert (action, outcome, about) == ("operator.invited", "succeeded", "bea")
        assert details["roles"] == ["Auditors", "Viewers"]
        assert not holds_part_of(made.secret, repr(details) + repr(OneTimeLink.objects.values()))

    @pytest.mark.parametrize(
        ("name", "code"), [("ADA", "unique"), ("a b", "invalid"), ("a" * 151, "max_length"), ("", "blank")]
    )
    def test_not_under_a_name_that_is_wrong(self, name: str, code: str) -> None:
        with pytest.raises(ValidationError) as refusal:
            operations.invite(name=name, roles=[], actor=administrator())
        assert codes(refusal.value) == {"username": [code]}
        assert User.objects.count() == 1
        assert events()[-1][:3] == ("operator.invited", "refused", code)

    def test_not_with_a_role_that_is_none(self) -> None:
        with pytest.raises(ValidationError, match="Choose among the roles Viewers") as refusal:
            operations.invite(name="bea", roles=["Kings"], actor=administrator())
        assert codes(refusal.value) == {"roles": ["invalid_choice"]}
        assert not User.objects.filter(username="bea").exists()

    def test_with_a_password_for_commands(self, command: Actor) -> None:
        bea = operations.create(
            name="bea", roles=["Viewers"], password="correct horse battery", actor=command
        )
        assert bea.check_password("correct horse battery")
        assert not OneTimeLink.objects.exists()
        assert events() == [("operator.created", "succeeded", "", "bea", {"roles": ["Viewers"]})]


class TestWhoMay:
    @pytest.mark.parametrize(
        "operation",
        [
            lambda actor, pk: operations.invite(name="new", roles=[], actor=actor),
            lambda actor, pk: operations.create(name="new", roles=[], password="x", actor=actor),
            lambda actor, pk: operations.set_roles(operator_id=pk, roles=[], actor=actor),
            lambda actor, pk: operations.deactivate(operator_id=pk, actor=actor),
            lambda actor, pk: operations.activate(operator_id=pk, actor=actor),
            lambda actor, pk: operations.reset(operator_id=pk, actor=actor),
            lambda actor, pk: operations.end_sessions(operator_id=pk, actor=actor),
            lambda actor, pk: operations.make_sign_in_link(operator_id=pk, actor=actor),
        ],
    )
    def test_administrators_who_have_just_proved_it(self, operation: object) -> None:
        others = [role for role in ROLES if role != "Administrators"]
        nobody = proven(OperatorFactory(roles=others), address=None)
        bea = OperatorFactory(username="bea", roles=["Viewers"])
        before = User.objects.filter(pk=bea.pk).values().get()
        with pytest.raises(Forbidden):
            operation(nobody, bea.pk)  # type: ignore[operator]
        assert events()[-1][1:3] == ("refused", "permission_denied")
        assert events()[-1][0] != ""
        ada = OperatorFactory(roles=["Administrators"])
        with pytest.raises(ProofNeeded):
            operation(Actor.for_operator(ada, address=None), bea.pk)  # type: ignore[operator]
        assert User.objects.filter(pk=bea.pk).values().get() == before
        assert User.objects.count() == 3
        assert roles(bea.pk) == {"Viewers"}
        assert not OneTimeLink.objects.exists()

    def test_of_nobody(self, command: Actor) -> None:
        for operation in (operations.deactivate, operations.activate, operations.reset):
            with pytest.raises(NoSuchOperator):
                operation(operator_id=0, actor=command)
        for name in ("bea", "b\x00a"):
            with pytest.raises(NoSuchOperator):
                operations.resolve(name)


class TestSetRoles:
    def test_changes_them_and_ends_the_sessions(self) -> None:
        bea = OperatorFactory(username="bea", roles=["Viewers"])
        bea.groups.add(Group.objects.create(name="Night shift"))
        browser = signed_in(bea)
        operations.set_roles(operator_id=bea.pk, roles=["Operators"], actor=administrator())
        assert roles(bea.pk) == {"Operators", "Night shift"}
        assert not is_signed_in(browser)
        assert events()[-1] == (
            "operator.roles_changed",
            "succeeded",
            "",
            "bea",
            {"roles": {"before": ["Viewers"], "after": ["Operators"]}},
        )

    def test_those_it_has_change_nothing(self) -> None:
        bea = OperatorFactory(username="bea", roles=["Viewers"])
        browser = signed_in(bea)
        operations.set_roles(operator_id=bea.pk, roles=["Viewers"], actor=administrator())
        assert roles(bea.pk) == {"Viewers"}
        assert is_signed_in(browser)

    def test_not_others_than_those_that_were_read(self) -> None:
        bea = OperatorFactory(username="bea", roles=["Viewers"])
        with pytest.raises(RolesChanged):
            operations.set_roles(
                operator_id=bea.pk, roles=["Operators"], actor=administrator(), expected=["Auditors"]
            )
        assert roles(bea.pk) == {"Viewers"}
        assert events()[-1][1:4] == ("refused", "precondition_failed", "bea")

    def test_a_superuser_is_one_no_more(self) -> None:
        root = User.objects.create_superuser("root")
        root.groups.set([Group.objects.get(name="Viewers")])
        operations.set_roles(operator_id=root.pk, roles=["Viewers"], actor=administrator())
        root = User.objects.get(pk=root.pk)
        assert (root.is_superuser, root.is_staff, roles(root.pk)) == (False, False, {"Viewers"})
        assert not root.has_perm("auth.change_user")
        assert events()[-1][4]["superuser"] == {"before": True, "after": False}


class TestLastAdministrator:
    def test_cannot_be_demoted_or_deactivated(self) -> None:
        ada = administrator()
        assert ada.operator is not None
        OperatorFactory(roles=["Administrators"], is_active=False)  # Who could not help.
        with pytest.raises(LastAdministrator):
            operations.deactivate(operator_id=ada.operator.pk, actor=ada)
        with pytest.raises(LastAdministrator):
            operations.set_roles(operator_id=ada.operator.pk, roles=["Viewers"], actor=Actor.for_command())
        ada.operator.refresh_from_db()
        assert ada.operator.is_active
        assert roles(ada.operator.pk) == {"Administrators"}
        assert [event[:4] for event in events()] == [
            ("operator.deactivated", "refused", "last_administrator", "ada"),
            ("operator.roles_changed", "refused", "last_administrator", "ada"),
        ]

    @pytest.mark.parametrize("days", [0, 3])
    def test_is_one_as_long_as_the_other_was_only_invited(
        self, days: int, time_machine: TimeMachineFixture
    ) -> None:
        ada = OperatorFactory(username="ada", password=PASSWORD, roles=["Administrators"])
        made = operations.invite(name="bea", roles=["Administrators"], actor=COMMAND)
        time_machine.move_to(made.link.created_at + timedelta(days=days))  # The invitation is good for one.
        with pytest.raises(LastAdministrator):
            operations.deactivate(operator_id=ada.pk, actor=COMMAND)
        with pytest.raises(LastAdministrator):
            operations.set_roles(operator_id=ada.pk, roles=[], actor=COMMAND)
        operations.deactivate(operator_id=made.operator.pk, actor=COMMAND)
        assert [operator.username for operator in administrators()] == ["ada"]

    def test_is_not_the_one_before_last_who_can_sign_in(self) -> None:
        ada = OperatorFactory(username="ada", password=PASSWORD, roles=["Administrators"])
        made = operations.invite(name="bea", roles=["Administrators"], actor=COMMAND)
        operations.choose_password(link=made.link, password=PASSWORD, address=None)
        operations.deactivate(operator_id=ada.pk, actor=COMMAND)
        assert [operator.username for operator in administrators()] == ["bea"]

    def test_a_passkey_is_enough_to_sign_in(self) -> None:
        ada = OperatorFactory(username="ada", password=PASSWORD, roles=["Administrators"])
        given_to(OperatorFactory(username="bea", roles=["Administrators"]))
        operations.deactivate(operator_id=ada.pk, actor=COMMAND)
        assert [operator.username for operator in administrators()] == ["bea"]

    def test_where_passwords_are_off_nobody_can_by_a_password(self, settings: Settings) -> None:
        settings.PASSWORD_SIGN_IN = False
        for name in ("ada", "bea"):
            OperatorFactory(username=name, password=PASSWORD, roles=["Administrators"])
        assert not who_can_sign_in(administrators()).exists()

    def test_a_superuser_is_one(self) -> None:
        User.objects.create_superuser("root")
        ada = administrator()
        assert ada.operator is not None
        operations.deactivate(operator_id=ada.operator.pk, actor=ada)
        root = User.objects.get(username="root")
        with pytest.raises(LastAdministrator):
            operations.set_roles(operator_id=root.pk, roles=[], actor=Actor.for_command())
        assert User.objects.get(pk=root.pk).is_superuser


class TestDeactivate:
    def test_lets_nobody_in_until_it_is_activated(self) -> None:
        ada, bea = administrator(), OperatorFactory(username="bea", roles=["Viewers"])
        operations.reset(operator_id=bea.pk, actor=ada)
        browser = signed_in(bea)
        for _twice in range(2):
            operations.deactivate(operator_id=bea.pk, actor=ada)
        assert not is_signed_in(browser)
        assert not OneTimeLink.objects.exists()
        for _twice in range(2):
            operations.activate(operator_id=bea.pk, actor=ada)
        assert User.objects.get(pk=bea.pk).is_active
        assert roles(bea.pk) == {"Viewers"}
        assert not is_signed_in(browser)
        assert [event[0] for event in events()][-4:] == ["operator.deactivated"] * 2 + [
            "operator.activated"
        ] * 2


class TestReset:
    def test_removes_what_lets_it_in_and_makes_a_link(self) -> None:
        bea = OperatorFactory(username="bea", password="correct horse battery")
        for kind in (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES):
            Authenticator.objects.create(user=bea, type=kind, data={})
        browser = signed_in(bea)
        made = operations.reset(operator_id=bea.pk, actor=administrator())
        assert not User.objects.get(pk=bea.pk).has_usable_password()
        assert not Authenticator.objects.exists()
        assert not is_signed_in(browser)
        assert events()[-1][:4] == ("operator.reset", "succeeded", "", "bea")
        assert events()[-1][4]["factors"] == ["recovery_codes", "totp"]
        assert not holds_part_of(made.secret, repr(events()))

    def test_not_of_a_deactivated_one(self) -> None:
        bea = OperatorFactory(username="bea", password="correct horse battery", is_active=False)
        with pytest.raises(Inactive):
            operations.reset(operator_id=bea.pk, actor=administrator())
        assert User.objects.get(pk=bea.pk).has_usable_password()
        assert events()[-1][:4] == ("operator.reset", "refused", "inactive", "bea")


class TestSessions:
    def test_all_end_but_one(self) -> None:
        bea, other = OperatorFactory(username="bea"), signed_in(OperatorFactory())
        kept, ended = signed_in(bea), signed_in(bea)
        UserSession.objects.all().delete()  # As before the update that brought them.
        key = kept.session.session_key
        assert operations.end_sessions(operator_id=bea.pk, actor=administrator(), but=key) == 1
        assert (is_signed_in(kept), is_signed_in(ended), is_signed_in(other)) == (True, False, True)
        assert events()[-1] == ("operator.session_ended", "succeeded", "", "bea", {"sessions": 1})
        assert end_all(bea) == 1
        assert not is_signed_in(kept)
        assert not UserSession.objects.filter(user=bea).exists()

    def test_so_do_sign_ins_that_are_half_way(self) -> None:
        bea, browser = OperatorFactory(pk=4711), signed_in(OperatorFactory())
        session = browser.session
        session["account_login"] = Login(user=bea).serialize()
        session.save()
        assert keys_of(bea) == [session.session_key]
