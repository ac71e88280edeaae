"""The end of a key stands in its row, and nothing else of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accesskeys import operations
from accesskeys.models import AccessKey, Rotation
from accesskeys.operations.actors import Actor
from accesskeys.verification.finding import statement
from tests.console.helpers import LIST, details
from tests.factories import AccessKeyFactory, OperatorFactory, key_of, proven

pytestmark = pytest.mark.django_db


@pytest.fixture
def maren() -> Actor:
    return proven(OperatorFactory(username="maren", roles=["Operators"]), address="192.0.2.7")


def hint(access_key: AccessKey) -> str:
    return AccessKey.objects.get(pk=access_key.pk).hint


def test_a_new_key_leaves_its_last_four_characters() -> None:
    access_key = AccessKeyFactory()
    assert hint(access_key) == key_of(access_key)[-4:]


def test_each_of_two_keys_has_its_own_and_the_next_takes_it_along(maren: Actor) -> None:
    access_key = AccessKeyFactory()
    key = operations.rotate(access_key_id=access_key.pk, actor=maren).key
    assert Rotation.objects.get().hint == key[-4:]
    assert hint(access_key) == key_of(access_key)[-4:]
    operations.complete_rotation(access_key_id=access_key.pk, actor=maren)
    assert hint(access_key) == key[-4:]


@pytest.mark.parametrize("before", ["", "old1"])
def test_a_row_of_the_version_before_gets_it_when_its_key_is_shown(maren: Actor, before: str) -> None:
    access_key = AccessKeyFactory()
    AccessKey.objects.update(hint=before)
    operations.reveal(access_key_id=access_key.pk, actor=maren)
    assert hint(access_key) == key_of(access_key)[-4:]


def test_so_does_a_next_key(maren: Actor) -> None:
    access_key = AccessKeyFactory()
    key = operations.rotate(access_key_id=access_key.pk, actor=maren).key
    Rotation.objects.update(hint="", ends_at=timezone.now() - timedelta(hours=1))
    operations.reveal(access_key_id=access_key.pk, actor=maren)
    assert Rotation.objects.get().hint == key[-4:]


def test_a_decision_does_not_read_it() -> None:
    for compiled in (statement._of_only_keys, statement._of_all_keys):
        assert "hint" not in compiled("default").sql


def test_list_and_details_show_it_and_no_more_of_the_key(operator: Client, maren: Actor) -> None:
    access_key = AccessKeyFactory()
    key = key_of(access_key)
    next_key = operations.rotate(access_key_id=access_key.pk, actor=maren).key
    source = operator.get(LIST).content.decode()
    assert f">ica_…{key[-4:]}</code>" in source
    source += operator.get(details(access_key)).content.decode()
    assert f">ica_…{next_key[-4:]}</code>" in source
    assert key[-5:] not in source
    assert next_key[-5:] not in source


def test_without_one_the_page_says_so_little(operator: Client) -> None:
    AccessKeyFactory()
    AccessKey.objects.update(hint="")
    assert ">ica_…</code>" in operator.get(LIST).content.decode()
