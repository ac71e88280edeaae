"""The commands about operators: what they print, what they refuse, and what is left then."""

from __future__ import annotations

import getpass
import io
import json
import logging
import sys
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.core.management.base import CommandError

from accesskeys import operations as access_keys
from accesskeys.operations.actors import Actor
from identity_cloud.operators.models import OneTimeLink
from identity_cloud.operators.operations import links
from tests.factories import OperatorFactory, proven
from tests.helpers import holds_part_of
from tests.identity_cloud.operators.asking import administrator, events, roles
from tests.management.helpers import run

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
PAGE = "http://127.0.0.1:8000/accounts/link/#"


def refusal_of(*arguments: str) -> str:
    """The one sentence that the command gives instead of doing anything."""
    before = (
        list(User.objects.order_by("pk").values()),
        list(OneTimeLink.objects.values_list("pk", flat=True)),
    )
    output = io.StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command(*arguments, stdout=output)
    assert (refusal.value.returncode, output.getvalue()) == (1, "")
    after = list(User.objects.order_by("pk").values()), list(OneTimeLink.objects.values_list("pk", flat=True))
    assert after == before
    return str(refusal.value)


def given(monkeypatch: pytest.MonkeyPatch, text: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """A person at a terminal who types these passwords."""

    def at_terminal(*passwords: str) -> None:
        answers = iter(passwords)
        monkeypatch.setattr(sys, "stdin", Terminal())
        monkeypatch.setattr(getpass, "getpass", lambda _prompt: next(answers))

    return at_terminal


def secret_in(printed: str) -> str:
    assert printed.startswith(PAGE)
    assert printed.count("\n") == 1
    return printed.removeprefix(PAGE).strip()


class TestCreate:
    @pytest.mark.parametrize("end", ["", "\n", "\r\n", "\nmore\n"])
    def test_reads_the_password(self, monkeypatch: pytest.MonkeyPatch, end: str) -> None:
        given(monkeypatch, f"{PASSWORD}{end}".encode())
        printed = run("create_operator", "bea", "--role=Viewers", "--role=Auditors")
        assert printed == "Created the operator bea.\n"
        bea = User.objects.get(username="bea")
        assert bea.check_password(PASSWORD)
        assert roles(bea.pk) == {"Viewers", "Auditors"}
        assert events() == [
            ("operator.created", "succeeded", "", "bea", {"roles": ["Auditors", "Viewers"]})
        ]  # fmt: skip

    def test_asks_for_it_twice(self, typed: Callable[..., None]) -> None:
        typed(PASSWORD, PASSWORD)
        assert run("create_operator", "bea") == "Created the operator bea.\n"
        typed(PASSWORD, "another")
        assert refusal_of("create_operator", "carl") == (
            "The two passwords are not the same, so no operator was created."
        )

    def test_invites(self) -> None:
        secret = secret_in(run("create_operator", "bea", "--role=Viewers", "--invite"))
        assert links.find(secret, actor=Actor.for_stranger(address=None)).operator.username == "bea"
        assert not holds_part_of(secret, repr(events()))
        told = json.loads(run("create_operator", "carl", "--invite", "--json"))
        assert told.keys() == {"name", "link", "expires_at"}
        assert told["link"].startswith(PAGE)

    @pytest.mark.parametrize(
        ("password", "sentence"),
        [
            (b"short", "at least 12 characters"),
            (b"bea_bea_bea_bea", "too similar"),
            (b"\xff", "is not UTF-8."),
        ],
    )
    def test_no_bad_password(self, monkeypatch: pytest.MonkeyPatch, password: bytes, sentence: str) -> None:
        given(monkeypatch, password)
        assert sentence in refusal_of("create_operator", "bea_bea_bea_bea")

    def test_without_standard_input(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdin", None)
        assert refusal_of("create_operator", "bea").startswith("Standard input is closed")

    @pytest.mark.parametrize(
        ("name", "sentence"),
        [("BEA", "There is an operator bea already."), ("a b", "Enter a valid username.")],
    )
    def test_no_wrong_name(self, name: str, sentence: str) -> None:
        OperatorFactory(username="bea")
        assert sentence in refusal_of("create_operator", name, "--invite")

    def test_no_role_that_is_none(self) -> None:
        with pytest.raises(CommandError, match="--role: invalid choice: 'Kings'"):
            call_command("create_operator", "bea", "--role=Kings", "--invite")


class TestList:
    def test_tells_programs(self) -> None:
        bea = OperatorFactory(username="bea", roles=["Viewers", "Auditors"], password=PASSWORD)
        bea.groups.add(Group.objects.create(name="Night shift"))
        for kind in ("totp", "recovery_codes"):
            Authenticator.objects.create(user=bea, type=kind, data={})
        run("create_operator", "Abe", "--invite")
        abe, told = json.loads(run("list_operators", "--json"))
        assert told == {
            "name": "bea",
            "status": "active",
            "roles": ["Viewers", "Auditors", "Night shift"],
            "superuser": False,
            "password": True,
            "second_factors": ["totp"],
            "last_login": None,
        }
        assert (abe["name"], abe["status"], abe["password"]) == ("Abe", "invited", False)
        assert run("list_operators").splitlines() == [
            "name\tstatus\troles\tsuperuser\tpassword\tsecond_factors\tlast_login",
            "Abe\tinvited\t-\tno\tno\t-\t-",
            "bea\tactive\tViewers Auditors Night shift\tno\tyes\ttotp\t-",
        ]

    def test_is_a_table_at_a_terminal(self, monkeypatch: pytest.MonkeyPatch) -> None:
        OperatorFactory(username="bea", roles=["Viewers"])
        monkeypatch.setenv("COLUMNS", "30")
        output = Terminal()
        call_command("list_operators", stdout=output)
        assert output.getvalue().splitlines() == [
            "NAME  STATUS  ROLES    SUPERU…",
            "bea   active  Viewers  no    …",
        ]

    def test_of_none(self) -> None:
        assert json.loads(run("list_operators", "--json")) == []


class TestRoles:
    def test_are_set(self) -> None:
        bea = OperatorFactory(username="bea", roles=["Viewers"])
        assert run("set_operator_roles", "bea", "--role=Operators") == "Roles of bea: Operators.\n"
        assert roles(bea.pk) == {"Operators"}
        told = json.loads(run("set_operator_roles", "bea", "--no-roles", "--json"))
        assert told["roles"] == []

    @pytest.mark.parametrize("options", [[], ["--role=Viewers", "--no-roles"]])
    def test_are_to_be_named(self, options: list[str]) -> None:
        OperatorFactory(username="bea", roles=["Viewers"])
        assert refusal_of("set_operator_roles", "bea", *options) == (
            "Name the roles with --role, or take all of them away with --no-roles."
        )

    def test_of_the_last_administrator_stay(self) -> None:
        ada = administrator().operator
        assert ada is not None
        assert "This is the last administrator who can sign in" in refusal_of(
            "set_operator_roles", "ada", "--no-roles"
        )
        assert "This is the last administrator who can sign in" in refusal_of("deactivate_operator", "ada")
        assert roles(ada.pk) == {"Administrators"}


class TestSwitch:
    def test_off_and_on(self) -> None:
        bea = OperatorFactory(username="bea", roles=["Operators"])
        access_keys.generate(name="billing", actor=proven(bea, address=None))
        assert run("deactivate_operator", "bea") == (
            "Deactivated bea. Access keys that it generated go on working: 1.\n"
        )
        assert not User.objects.get(pk=bea.pk).is_active
        assert "Activate the account first." in refusal_of("reset_operator", "bea", "--no-input")
        assert "Activate the account first." in refusal_of("sign_in_link", "bea")
        assert run("activate_operator", "bea") == "Activated bea.\n"
        assert json.loads(run("activate_operator", "bea", "--json"))["status"] == "active"


class TestReset:
    def test_prints_a_link(self) -> None:
        bea = OperatorFactory(username="bea", password=PASSWORD)
        secret = secret_in(run("reset_operator", "bea", "--no-input"))
        assert links.find(secret, actor=Actor.for_stranger(address=None)).purpose == "reset"
        assert not User.objects.get(pk=bea.pk).has_usable_password()

    @pytest.mark.parametrize(
        ("answer", "is_done"), [("y\n", True), ("Yes\n", True), ("\n", False), ("", False)]
    )
    def test_asks_first(self, monkeypatch: pytest.MonkeyPatch, answer: str, is_done: bool) -> None:
        OperatorFactory(username="bea", password=PASSWORD)
        monkeypatch.setattr(sys, "stdin", Terminal(answer))
        if is_done:
            secret_in(run("reset_operator", "bea"))
        else:
            assert refusal_of("reset_operator", "bea") == "Nothing was reset."

    @pytest.mark.parametrize("stdin", [io.StringIO("y\n"), None])
    def test_where_nobody_can_be_asked(self, monkeypatch: pytest.MonkeyPatch, stdin: object) -> None:
        OperatorFactory(username="bea", password=PASSWORD)
        monkeypatch.setattr(sys, "stdin", stdin)
        assert refusal_of("reset_operator", "bea") == (
            "Nobody is there to confirm. Add --no-input to go on without asking."
        )


def test_a_sign_in_link_is_loud(caplog: pytest.LogCaptureFixture) -> None:
    OperatorFactory(username="bea")
    secret = secret_in(run("sign_in_link", "bea"))
    assert [(record.levelno, record.getMessage()) for record in caplog.records] == [
        (logging.WARNING, "A link that signs bea in was made by manage.py.")
    ]
    assert not holds_part_of(secret, caplog.text)


@pytest.mark.parametrize(
    "command",
    [
        ["set_operator_roles", "--no-roles"],
        ["deactivate_operator"],
        ["activate_operator"],
        ["reset_operator", "--no-input"],
        ["sign_in_link"],
    ],
    ids=lambda command: command[0],
)
@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("nobody", "There is no operator nobody."),
        ("BEA", "There is no operator BEA."),
        ("a b", "There is no such operator."),
        ("\udcff", "There is no such operator."),
        ("ica_" + "x" * 51, "There is no such operator."),
    ],
)
def test_of_nobody(command: list[str], name: str, sentence: str) -> None:
    OperatorFactory(username="bea")
    assert refusal_of(command[0], name, *command[1:]) == sentence


def test_the_first_operator_has_all_roles_and_is_no_superuser() -> None:
    output = io.StringIO()
    call_command("create_first_operator", stdout=output)
    first = User.objects.get()
    assert (first.is_superuser, first.is_staff) == (False, False)
    assert roles(first.pk) == {"Viewers", "Operators", "Auditors", "Administrators"}
    password = output.getvalue().partition(" with the password ")[2].splitlines()[0]
    assert first.check_password(password)
    assert events()[-1][:4] == ("operator.created", "succeeded", "", "operator")
    assert password not in repr(events())
