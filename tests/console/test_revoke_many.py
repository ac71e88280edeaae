"""Revoking the access keys that were ticked in the list."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from accesskeys import operations, verification
from accesskeys.console.forms import IdsField
from accesskeys.core.exceptions import InvalidKey
from accesskeys.models import AccessKey, AuditEvent
from accesskeys.operations.actors import Actor
from tests.console.helpers import signed_in
from tests.factories import AccessKeyFactory, key_of

pytestmark = pytest.mark.django_db

LIST = "/settings/access-keys/"
REVOKE = "/settings/access-keys/revoke/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def operator() -> Client:
    return signed_in("Operators")


@pytest.fixture
def three() -> list[AccessKey]:
    return [AccessKeyFactory(name=name) for name in ("billing", "ci", "search")]


def ids(access_keys: list[AccessKey]) -> list[str]:
    return [str(access_key.pk) for access_key in access_keys]


def said(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def revoke_elsewhere(access_key: AccessKey) -> None:
    operations.revoke(access_key_id=access_key.pk, actor=Actor.for_command())


def test_the_list_offers_it_to_those_who_may(operator: Client, three: list[AccessKey]) -> None:
    source = operator.get(LIST).content.decode()
    for access_key in three:
        assert f'value="{access_key.pk}"' in source
        assert f"Select {access_key.name}" in source
    assert 'form="selection"' not in signed_in("Viewers").get(LIST).content.decode()


def test_the_page_names_them_and_asks_how_many_they_are(operator: Client, three: list[AccessKey]) -> None:
    response = operator.get(REVOKE, {"id": ids(three[:2])})
    source = response.content.decode()
    assert [access_key.name for access_key in response.context["selected"]] == ["billing", "ci"]
    for text in ("Revoke 2 access keys", "you cannot undo the action", "Type 2 to revoke"):
        assert text in source
    assert "search</strong>" not in source
    assert AccessKey.objects.count() == 3


@pytest.mark.parametrize(
    ("language", "in_both", "here"),
    [
        ("en", ("Programs that use this key are", "Keep it"), "Type 1 to revoke the selected access key."),
        ("de", ("Programme, die diesen Schlüssel", "Behalten"), "um den ausgewählten Zugriffsschlüssel"),
        (
            "fr",
            ("Les programmes qui utilisent cette clé", "La garder"),
            "pour révoquer la clé d’accès sélectionnée.",
        ),
    ],
)
def test_one_access_key_is_spoken_of_as_one(
    operator: Client, three: list[AccessKey], language: str, in_both: tuple[str, str], here: str
) -> None:
    page = operator.get(REVOKE, {"id": ids(three[:1])}, headers={"Accept-Language": language})
    alone = operator.get(f"{LIST}{three[0].pk}/revoke/", headers={"Accept-Language": language})
    for sentence in in_both:
        assert sentence in page.content.decode()
        assert sentence in alone.content.decode()
    assert here in page.content.decode()


@pytest.mark.parametrize("number", ["", "1", "3", "two", "2.0"])
def test_it_wants_the_right_number(operator: Client, three: list[AccessKey], number: str) -> None:
    response = operator.post(REVOKE, {"id": ids(three[:2]), "number": number})
    assert response.context["form"].has_error("number", "wrong_number")
    assert response.context["form"]["number"].value() == number
    assert len(response.context["selected"]) == 2
    assert AccessKey.objects.count() == 3


def test_each_is_revoked_with_an_event_of_its_own(operator: Client, three: list[AccessKey]) -> None:
    response = operator.post(REVOKE, {"id": ids(three[:2]), "number": " 2 "})
    assert (response.status_code, response["Location"]) == (302, LIST)
    assert said(response) == ["2 access keys are revoked. Programs that use them are refused from now on."]
    assert list(AccessKey.objects.values_list("name", flat=True)) == ["search"]
    events = AuditEvent.objects.filter(action="access_key.revoked", outcome="succeeded")
    assert set(events.values_list("access_key_name", flat=True)) == {"billing", "ci"}
    for access_key in three[:2]:
        with pytest.raises(InvalidKey) as refusal:
            verification.authenticate(key_of(access_key))
        assert refusal.value.reason == "unknown"
    assert verification.authenticate(key_of(three[2])) == three[2]


def test_what_one_revocation_meets_leaves_the_others_revoked(
    operator: Client, three: list[AccessKey]
) -> None:
    revoke = operations.revoke

    def fails_at_the_second(**wanted: Any) -> Any:
        if wanted["access_key_id"] == three[1].pk:
            raise RuntimeError
        return revoke(**wanted)

    operator.raise_request_exception = False
    with patch("accesskeys.operations.revoke", fails_at_the_second):
        response = operator.post(REVOKE, {"id": ids(three), "number": "3"})
    assert response.status_code == 500
    assert list(AccessKey.objects.order_by("name").values_list("name", flat=True)) == ["ci", "search"]


def test_an_id_sent_twice_counts_once(operator: Client, three: list[AccessKey]) -> None:
    twice = [*ids(three[:1]), ids(three)[0].upper()]
    response = operator.post(REVOKE, {"id": twice, "number": "1"})
    assert said(response) == ["1 access key is revoked. Programs that use it are refused from now on."]


class TestSomebodyElseWasFaster:
    def test_before_the_page(self, operator: Client, three: list[AccessKey]) -> None:
        revoke_elsewhere(three[0])
        response = operator.get(REVOKE, {"id": ids(three)})
        assert [access_key.name for access_key in response.context["selected"]] == ["ci", "search"]
        source = response.content.decode()
        assert "1 selected access key is no longer there: somebody else has revoked it." in source
        assert "Type 2 to revoke" in source

    def test_between_page_and_confirmation(self, operator: Client, three: list[AccessKey]) -> None:
        revoke_elsewhere(three[0])
        response = operator.post(REVOKE, {"id": ids(three), "number": "3"}, headers=HTMX)
        assert response["HX-Redirect"] == LIST
        assert said(response) == [
            "2 access keys are revoked. Programs that use them are refused from now on.",
            "1 selected access key is no longer there: somebody else has revoked it.",
        ]
        assert not AccessKey.objects.exists()

    def test_with_the_wrong_number_the_new_number_is_asked_for(
        self, operator: Client, three: list[AccessKey]
    ) -> None:
        revoke_elsewhere(three[0])
        response = operator.post(REVOKE, {"id": ids(three), "number": "2"})
        assert "Type 2 to revoke" in response.content.decode()
        assert not response.context["form"].errors
        assert AccessKey.objects.count() == 2

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_with_all_of_them(self, operator: Client, three: list[AccessKey], method: str) -> None:
        for access_key in three:
            revoke_elsewhere(access_key)
        response = getattr(operator, method)(REVOKE, {"id": ids(three), "number": "3"})
        assert (response.status_code, response["Location"]) == (302, LIST)
        assert said(response) == [
            "3 selected access keys are no longer there: somebody else has revoked them."
        ]


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    ("extra", "sentence"),
    [
        (["nonsense"], "something that is not the ID of an access key"),
        (["\0"], "something that is not the ID of an access key"),
        ([str(uuid4()) for _ in range(IdsField.LIMIT)], "At most 100 access keys can be revoked at once"),
    ],
)
def test_a_wrong_selection_is_refused_as_a_whole(
    operator: Client, three: list[AccessKey], method: str, extra: list[str], sentence: str
) -> None:
    response = getattr(operator, method)(REVOKE, {"id": [*ids(three), *extra], "number": "3"})
    assert response.status_code == 400
    assert sentence in response.content.decode()
    assert AccessKey.objects.count() == 3


@pytest.mark.parametrize("method", ["get", "post"])
def test_nothing_selected(operator: Client, method: str) -> None:
    response = getattr(operator, method)(REVOKE)
    assert (response.status_code, response["Location"]) == (302, LIST)
    assert said(response) == ["Select at least one access key in the list first."]


def test_a_full_selection_fits_into_an_address() -> None:
    ids_in_query = "&".join(f"id={uuid4()}" for _ in range(IdsField.LIMIT))
    assert len(f"GET {REVOKE}?{ids_in_query} HTTP/1.1\r\n") <= 4094  # what gunicorn reads of a request line


def test_who_may_not_revoke_learns_no_names(three: list[AccessKey]) -> None:
    for role in ("Viewers", "Auditors"):
        response = signed_in(role).get(REVOKE, {"id": ids(three)})
        assert response.status_code == 403
        assert "billing" not in response.content.decode()
        event = AuditEvent.objects.latest("pk")
        assert (event.action, event.outcome) == ("access_key.revoked", "refused")


def test_who_may_revoke_and_see_nothing_learns_no_names(three: list[AccessKey]) -> None:
    response = signed_in(permissions=["revoke_accesskey"]).get(REVOKE, {"id": ids(three)})
    assert response.status_code == 403
    assert "billing" not in response.content.decode()


def test_strangers_sign_in_first_and_the_address_stays_short(three: list[AccessKey]) -> None:
    response = Client().get(REVOKE, {"id": ids(three)})
    assert response["Location"] == f"/accounts/login/?next={REVOKE}"


def test_queries_do_not_grow_with_the_selection(
    operator: Client, three: list[AccessKey], django_assert_num_queries: Any
) -> None:
    for selected in (three[:1], three):
        with django_assert_num_queries(5):  # session, operator, two for permissions, rows
            operator.get(REVOKE, {"id": ids(selected)})
