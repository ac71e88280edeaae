"""The one sentence on where a rotation stands: true in every state, as programs find out with both keys."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from pytest_django import DjangoAssertNumQueries

from accesskeys import operations, verification
from accesskeys.core.exceptions import InvalidKey
from accesskeys.models import AccessKey, AuditEvent, Rotation
from accesskeys.operations.actors import Actor
from accesskeys.templatetags import console
from tests.console.helpers import LIST, details, said
from tests.factories import key_of

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
IN_TWO_DAYS = {"expires_at": 2 * DAY}
GONE = {"expires_at": -DAY, "created_at": -3 * DAY}
SUSPENDED = {"suspended_at": -DAY}
UNUSED = {"ends_at": 30 * DAY}
USED = {"ends_at": DAY, "first_used_at": -DAY / 24}
ENDED = {"ends_at": -DAY / 24}


@pytest.fixture
def next_key(billing: AccessKey, command: Actor) -> str:
    return operations.rotate(access_key_id=billing.pk, actor=command).key


def is_accepted(key: str) -> bool:
    try:
        verification.authenticate(key)
    except InvalidKey:
        return False
    return True


def words(client: Client, address: str) -> str:
    """The text of a page."""
    return " ".join(strip_tags(client.get(address).content.decode()).split())


def set_up(key: dict[str, timedelta], rotation: dict[str, timedelta]) -> dict[str, str]:
    """Move the moments of both rows; returns how pages say them."""
    now = timezone.now()
    AccessKey.objects.update(**{name: now + distance for name, distance in key.items()})
    Rotation.objects.update(**{name: now + distance for name, distance in rotation.items()})
    return {name: console.exactly(now + distance) for name, distance in {**key, **rotation}.items()}


@pytest.mark.parametrize(
    ("key", "rotation", "sentence", "accepted"),
    [
        (
            {},
            UNUSED,
            "Both keys are accepted. The next one has never been used; "
            "the old one is refused from {ends_at} at the latest.",
            [True, True],
        ),
        (
            {},
            USED,
            "The next key was first used 1 hour ago; the old one is refused from {ends_at}.",
            [True, True],
        ),
        (
            {},
            ENDED,
            "The old key is refused since {ends_at}. The next key has never been used.",
            [False, True],
        ),
        (
            IN_TWO_DAYS,
            UNUSED,
            "both are refused from {expires_at} at the latest, when the access key expires.",
            [True, True],
        ),
        (
            IN_TWO_DAYS,
            {**USED, "ends_at": 3 * DAY},
            "The next key was first used 1 hour ago. "
            "Both keys are refused from {expires_at}, when the access key expires.",
            [True, True],
        ),
        (IN_TWO_DAYS, USED, "the old one is refused from {ends_at}.", [True, True]),
        (GONE, UNUSED, "Both keys are refused: the access key expired on {expires_at}.", [False, False]),
        (
            {**GONE, **SUSPENDED},
            USED,
            "Both keys are refused: the access key expired on {expires_at}.",
            [False, False],
        ),
        (GONE, ENDED, "expired on {expires_at}, and the old key ended on {ends_at}.", [False, False]),
        (
            SUSPENDED,
            UNUSED,
            "Both keys are refused while the access key is suspended. The next one has never been used; "
            "the old one ends on {ends_at} at the latest.",
            [False, False],
        ),
        (
            SUSPENDED,
            USED,
            "The next one was first used 1 hour ago; the old one ends on {ends_at}.",
            [False, False],
        ),
        (
            {**SUSPENDED, **IN_TWO_DAYS},
            UNUSED,
            "the old one ends on {expires_at} at the latest.",
            [False, False],
        ),
        (SUSPENDED, ENDED, "and the old one stays refused: it ended on {ends_at}.", [False, False]),
    ],
)
def test_the_sentence_is_true(
    operator: Client,
    billing: AccessKey,
    next_key: str,
    key: dict[str, timedelta],
    rotation: dict[str, timedelta],
    sentence: str,
    accepted: list[bool],
) -> None:
    moments = set_up(key, rotation)
    shown = words(operator, details(billing))
    assert sentence.format(**moments) in shown
    assert ("Both keys are accepted" in shown) <= all(accepted)
    assert [is_accepted(key_of(billing)), is_accepted(next_key)] == accepted


def test_it_takes_one_statement(
    billing: AccessKey, next_key: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    set_up(IN_TWO_DAYS, UNUSED)
    with django_assert_num_queries(1):
        rotation = operations.find_rotation(billing.pk)
        assert rotation.ends_with_access_key
    held = rotation.get_deferred_fields() | rotation.access_key.get_deferred_fields()
    assert held == {"digest", "sealed"}


class TestWhereNobodyHasUsedTheNextKey:
    """The old key was ended at once, or its time has come: there is a way on."""

    @pytest.fixture
    def finish(self, billing: AccessKey, command: Actor) -> str:
        assert is_accepted(key_of(billing))
        operations.rotate(access_key_id=billing.pk, actor=command, ends_in=timedelta(0))
        return reverse("accesskeys:access_key_end_old_key", args=[billing.pk])

    def test_the_page_offers_to_finish(self, operator: Client, billing: AccessKey, finish: str) -> None:
        source = operator.get(details(billing)).content.decode()
        assert re.findall(r'href="([^"]+)"[^>]*>Finish rotation</a>', source) == [finish]
        shown = words(operator, details(billing))
        assert "The old key was last used: just now." in shown
        for text in ("End the old key now", "Cancel rotation", "in the hour before its end"):
            assert text not in shown

    def test_the_dialog_says_what_it_means(self, operator: Client, finish: str) -> None:
        asked = words(operator, finish)
        assert asked.count("Finish rotation") == 4  # The title, the crumb, the heading, the button.
        assert "The old key is refused already. The next key becomes the only one, used or not" in asked
        for text in ("End the old key now", "refused from their next request on", "Keep both"):
            assert text not in asked

    def test_then_it_can_be_rotated_again(
        self, operator: Client, billing: AccessKey, command: Actor, finish: str
    ) -> None:
        key = operations.reveal(access_key_id=billing.pk, actor=command, of_next_key=True)
        answer = operator.post(finish)
        assert answer["Location"] == details(billing)
        assert len(said(answer)) == 1
        assert AuditEvent.objects.latest("id").details == {"next_key_used": False}
        assert [is_accepted(key_of(billing)), is_accepted(key)] == [False, True]
        shown = operator.get(details(billing)).content.decode()
        assert f'href="{reverse("accesskeys:access_key_rotate", args=[billing.pk])}"' in shown

    def test_a_viewer_is_offered_nothing(self, viewer: Client, billing: AccessKey, finish: str) -> None:
        assert "Finish rotation" not in words(viewer, details(billing))

    def test_the_list_misses_no_old_key(
        self, operator: Client, billing: AccessKey, command: Actor, finish: str
    ) -> None:
        assert "Old key in use" not in words(operator, LIST)
        assert is_accepted(operations.reveal(access_key_id=billing.pk, actor=command, of_next_key=True))
        assert Rotation.objects.exists()  # Housekeeping has not been there.
        assert "Old key in use" not in words(operator, LIST)


def test_the_list_misses_no_old_key_after_its_grace(
    operator: Client, billing: AccessKey, command: Actor
) -> None:
    assert is_accepted(key_of(billing))
    rotated = operations.rotate(access_key_id=billing.pk, actor=command, grace=timedelta(0))
    assert is_accepted(rotated.key)
    assert not is_accepted(key_of(billing))
    assert Rotation.objects.exists()
    for address in (LIST, details(billing)):
        assert "Old key in use" not in words(operator, address)


@pytest.mark.parametrize(
    ("language", "key", "rotation", "sentence"),
    [
        ("de", SUSPENDED, UNUSED, "Beide Schlüssel werden abgewiesen, solange der"),
        ("fr", GONE, UNUSED, "Les deux clés sont refusées : la clé d’accès a expiré le"),
        ("de", {}, ENDED, "Schlüsselwechsel abschließen"),
        ("fr", {}, ENDED, "Terminer le renouvellement"),
    ],
)
def test_in_other_languages(
    operator: Client,
    billing: AccessKey,
    next_key: str,
    language: str,
    key: dict[str, Any],
    rotation: dict[str, Any],
    sentence: str,
) -> None:
    set_up(key, rotation)
    source = operator.get(details(billing), headers={"Accept-Language": language}).content.decode()
    assert sentence in " ".join(source.split())
