"""Two first sign-ins at once: one operator for one person, three names for three."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import Group, User
from django.db import connection
from pytest_django import Settings

from accesskeys.models import AuditEvent
from identity_cloud.operators.single_sign_on import accounts
from identity_cloud.operators.single_sign_on.sign_in import actor_at
from identity_cloud.settings.single_sign_on import SingleSignOn

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def provider(settings: Settings) -> None:
    settings.SINGLE_SIGN_ON = SingleSignOn(
        issuer="https://login.example.com",
        client_id="console",
        client_secret="s3cret",
        label="login.example.com",
        roles_claim="groups",
        roles=(("ops", "Viewers"),),
    )


def make_at_once(*subjects: str) -> list[User]:
    all_of_them, made = Barrier(len(subjects)), []

    def make(subject: str) -> None:
        try:
            all_of_them.wait()
            claims = {"sub": subject, "preferred_username": "ada"}
            made.append(accounts.make(claims, ["Viewers"], actor=actor_at("192.0.2.1")))
        finally:
            connection.close()

    threads = [Thread(target=make, args=[subject]) for subject in subjects]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return made


def test_one_person() -> None:
    made = make_at_once("ada-1", "ada-1", "ada-1")
    assert len(made) == 3
    assert set(made) == {User.objects.get()}
    assert SocialAccount.objects.get().uid == "ada-1"
    assert list(User.objects.get().groups.all()) == [Group.objects.get(name="Viewers")]
    assert AuditEvent.objects.count() == 1


def test_three_of_one_name() -> None:
    make_at_once("ada-1", "ada-2", "ada-3")
    assert set(User.objects.values_list("username", flat=True)) == {"ada", "ada-2", "ada-3"}
    assert AuditEvent.objects.count() == 3


def test_what_the_database_takes_for_the_same_name() -> None:
    """Its upper case has no dotless i, which is another letter otherwise."""
    User.objects.create(username="IDA")
    claims = {"sub": "ida-1", "preferred_username": "\u0131da"}
    made = accounts.make(claims, ["Viewers"], actor=actor_at(None))
    assert made.username == "\u0131da-2"
