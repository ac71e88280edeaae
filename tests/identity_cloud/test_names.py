"""What the sign-in cannot tell apart cannot exist twice; where it does already, an exact match wins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client

from identity_cloud.operators import names
from tests.factories import OperatorFactory

pytestmark = pytest.mark.django_db

SIGN_IN = "/accounts/login/"
PASSWORD = "correct horse battery"
SENTENCE = "There is an operator bob already. The sign-in cannot tell the two names apart."


@pytest.fixture(autouse=True)
def own_counts(settings: Any, tmp_path: Path) -> None:
    """Attempts are counted for this test alone: others run beside it."""
    settings.CACHES = {"default": {"BACKEND": "identity_cloud.caches.FileCache", "LOCATION": str(tmp_path)}}


def signs_in(name: str, password: str = PASSWORD) -> bool:
    client = Client()
    client.post(SIGN_IN, {"login": name, "password": password})
    return "_auth_user_id" in client.session


def with_twins() -> None:
    """Two accounts from a time before the rule, with passwords of their own."""
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX operators_distinct_names")
    twins = [User(username="bob"), User(username="BOB")]
    for twin in twins:
        twin.set_password(f"the password of {twin.username}")
    User.objects.bulk_create(twins)


def test_createsuperuser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", username="bob", email="", interactive=False, verbosity=0)
    with pytest.raises(CommandError) as refused:
        call_command("createsuperuser", username="BOB", email="", interactive=False, verbosity=0)
    assert str(refused.value) == SENTENCE
    assert list(User.objects.values_list("username", flat=True)) == ["bob"]
    assert signs_in("bob")
    assert signs_in("Bob")


@pytest.mark.parametrize("other", ["Bob", "ｂｏｂ", " bob", "bob "])
def test_code(other: str) -> None:
    OperatorFactory(username="bob")
    with pytest.raises(ValidationError):
        User(username=other).save()
    assert User.objects.count() == 1


@pytest.mark.parametrize(("first", "second"), [("Émile", "émile"), ("straße", "STRASSE"), ("ﬁona", "FIONA")])
def test_letters_that_not_every_database_knows(first: str, second: str) -> None:
    OperatorFactory(username=first, password=PASSWORD)
    with pytest.raises(ValidationError):
        OperatorFactory(username=second)
    assert signs_in(first)
    assert signs_in(second)


def test_names_that_the_sign_in_tells_apart() -> None:
    for name in ("bob", "bob_", "bo", "b.ob"):
        OperatorFactory(username=name, password=f"the password of {name}")
    assert signs_in("b.ob", "the password of b.ob")


def test_the_database_holds_it_too() -> None:
    OperatorFactory(username="bob")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.bulk_create([User(username="BOB")])


class TestTwins:
    def test_an_exact_match_wins(self) -> None:
        with_twins()
        assert signs_in("bob", "the password of bob")
        assert signs_in("BOB", "the password of BOB")
        assert not signs_in("bob", "the password of BOB")
        assert not signs_in("Bob", "the password of bob")

    def test_they_can_be_changed_and_one_of_them_renamed(self) -> None:
        with_twins()
        twin = User.objects.get(username="BOB")
        twin.is_active = False
        twin.save()
        twin.username = "bOb"
        with pytest.raises(ValidationError):
            twin.save()
        twin.username = "robert"
        twin.save()
        assert signs_in("Bob", "the password of bob")

    def test_a_migration_passes_and_says_so(self, caplog: pytest.LogCaptureFixture) -> None:
        with_twins()
        names.hold_in_database(using="default")
        assert "Rename one, then migrate again." in caplog.text
        User.objects.filter(username="BOB").update(username="robert")
        names.hold_in_database(using="default")
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.filter(username="robert").update(username="BOB")

    def test_before_there_are_operators_there_is_nothing_to_hold(self, monkeypatch: Any) -> None:
        monkeypatch.setattr(User._meta, "db_table", "elsewhere")
        names.hold_in_database(using="default")


def test_spelling_a_name_otherwise_is_no_fresh_set_of_attempts() -> None:
    OperatorFactory(username="bob", password=PASSWORD)
    for name in ("bob", "BOB", "ｂob", "bｏb", "boｂ"):
        assert not signs_in(name, "wrong")
    assert not signs_in("bob")


def test_fixtures_are_loaded_as_they_are() -> None:
    OperatorFactory(username="bob")
    names.check_saved(User(username="BOB"), raw=True, update_fields=None)
