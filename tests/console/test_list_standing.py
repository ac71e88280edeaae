"""The list: where each access key stands, and how much of its scopes and facts there is room for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accesskeys import operations
from accesskeys.models import AccessKey, Rotation
from accesskeys.models.attention import Standing, standing
from accesskeys.operations.actors import Actor
from accesskeys.templatetags import console
from tests.console.helpers import LIST
from tests.factories import AccessKeyFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def stands() -> Standing:
    return standing(AccessKey.objects.with_rotation().get())


def test_one_that_nothing_is_the_matter_with() -> None:
    AccessKeyFactory(expires_at=timezone.now() + 15 * DAY)
    assert stands() == Standing.ACTIVE


def test_the_gravest_is_said() -> None:
    access_key = AccessKeyFactory(expires_at=timezone.now() + 13 * DAY)
    assert stands() == Standing.EXPIRES_SOON
    by = {"access_key_id": access_key.pk, "actor": Actor.for_command()}
    operations.rotate(**by, grace=DAY)
    assert stands() == Standing.EXPIRES_SOON
    now = timezone.now()
    Rotation.objects.update(ends_at=now + timedelta(minutes=30), old_last_used_at=now)
    assert stands() == Standing.OLD_KEY_IN_USE
    Rotation.objects.update(ends_at=now)  # From the very moment on, nobody uses it.
    assert stands() == Standing.EXPIRES_SOON
    AccessKey.objects.update(created_at=now - 2 * DAY, expires_at=now - DAY)
    assert stands() == Standing.EXPIRED
    operations.suspend(**by)
    assert stands() == Standing.SUSPENDED


def test_the_list_says_it_in_one_place(operator: Client) -> None:
    AccessKeyFactory(expired=True)
    source = operator.get(LIST).content.decode()
    assert '<span class="standing standing-expired">Expired</span>' in source
    assert "badge" not in source


def test_never_used_is_said_beside_it(operator: Client) -> None:
    AccessKeyFactory()
    assert 'never-used">Never used</span>' in operator.get(LIST).content.decode()
    AccessKey.objects.update(last_used_at=timezone.now())
    assert "never-used" not in operator.get(LIST).content.decode()


def test_two_scopes_are_shown_and_the_others_counted() -> None:
    assert console.chips([]) == ""
    assert console.chips(["a", "b"]).endswith('title="b">b</code>')
    shown = console.chips(["a", "b", "c", "d"])
    assert 'title="c, d"><span aria-hidden="true">+2</span><span class="sr-only">c, d</span>' in shown


@pytest.mark.parametrize(
    ("owner", "labels", "line"),
    [
        ("", {}, ""),
        ("Ann", {}, '<span class="facts-owner">Ann</span></div>'),
        ("", {"b": "2", "a": "1"}, '<span class="facts-owner"></span>a=1 · b=2</div>'),
        ("Ann", {"a": "1"}, '<span class="facts-owner">Ann · </span>a=1</div>'),
        ("A" * 70, {"a": "1" * 60}, f"{'A' * 59}… · </span>a={'1' * 57}…</div>"),
    ],
)
def test_facts_are_one_line(owner: str, labels: dict[str, str], line: str) -> None:
    assert console.facts_line(AccessKey(owner=owner, labels=labels)).endswith(line)
