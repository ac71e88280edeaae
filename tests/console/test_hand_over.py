"""Handing a key over in the console: the link once, what became of it, and taking it back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from accesskeys import operations, verification
from accesskeys.models import AccessKey, HandOver
from accesskeys.operations.actors import Actor
from tests.console.helpers import HTMX, details, said, signed_in
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import audit_log

pytestmark = pytest.mark.django_db

LINK = re.compile(r"http://127\.0\.0\.1:8000/hand-over/#([0-9A-Za-z]{43})")


def page_of(access_key: AccessKey) -> str:
    return f"{details(access_key)}hand-over/"


def test_the_link_is_in_one_answer_and_opens(operator: Client, billing: AccessKey) -> None:
    assert operator.get(page_of(billing)).content.decode().count("checked") == 1
    response = operator.post(page_of(billing), {"hours": "8"})
    (secret,) = LINK.findall(response.content.decode())
    assert "no-store" in response["Cache-Control"]
    made = HandOver.objects.get()
    assert (made.expires_at - made.created_at).total_seconds() == 8 * 3600
    assert secret not in repr(list(operator.session.items()))
    for address in (details(billing), page_of(billing), "/settings/audit-log/"):
        assert secret not in operator.get(address).content.decode()
    shown = Client().post("/hand-over/", {"secret": secret})
    assert key_of(billing) in shown.content.decode()


def test_a_dialog_gets_it_too(operator: Client, billing: AccessKey) -> None:
    response = operator.post(page_of(billing), {"hours": "1"}, headers=HTMX)
    assert LINK.search(response.content.decode())


def test_during_a_rotation_the_form_says_which_key_it_is(
    operator: Client, billing: AccessKey, command: Actor
) -> None:
    sentence = "While the access key is being rotated, the link shows the next key."
    assert sentence not in operator.get(page_of(billing)).content.decode()
    next_key = operations.rotate(access_key_id=billing.pk, actor=command, grace=timedelta(0)).key
    assert sentence in operator.get(page_of(billing)).content.decode()
    (secret,) = LINK.findall(operator.post(page_of(billing), {"hours": "8"}).content.decode())
    assert next_key in Client().post("/hand-over/", {"secret": secret}).content.decode()
    verification.authenticate(next_key)  # Now it is the only one, whether or not anybody has tidied up.
    assert sentence not in operator.get(page_of(billing)).content.decode()


@pytest.mark.parametrize("hours", ["", "2", "0", "x", "169"])
def test_other_hours_are_not_offered(operator: Client, billing: AccessKey, hours: str) -> None:
    response = operator.post(page_of(billing), {"hours": hours})
    assert 'class="errors"' in response.content.decode()
    assert not HandOver.objects.exists()


def test_what_is_refused_says_why(operator: Client, billing: AccessKey, command: Actor) -> None:
    operations.suspend(access_key_id=billing.pk, actor=command)
    response = operator.post(page_of(billing), {"hours": "24"})
    assert "The access key is suspended. Resume it, then hand its key over." in response.content.decode()
    assert page_of(billing) not in operator.get(details(billing)).content.decode()
    damaged = AccessKeyFactory()
    AccessKey.objects.filter(pk=damaged.pk).update(sealed=b"?" * 84)
    response = operator.post(page_of(damaged), {"hours": "24"})
    assert "The stored copy of this key is damaged" in response.content.decode()
    assert not HandOver.objects.exists()


def test_the_details_say_why_there_is_no_button(
    operator: Client, viewer: Client, billing: AccessKey, command: Actor
) -> None:
    sentences = ("Not while the access key is suspended.", "Not after the access key has expired.")

    def said_of(access_key: AccessKey, client: Client = operator) -> tuple[bool, list[bool]]:
        source = client.get(details(access_key)).content.decode()
        return page_of(access_key) in source, [sentence in source for sentence in sentences]

    assert said_of(billing) == (True, [False, False])
    assert said_of(AccessKeyFactory(expired=True)) == (False, [False, True])
    operations.suspend(access_key_id=billing.pk, actor=command)
    assert said_of(billing) == (False, [True, False])
    assert said_of(billing, viewer) == (False, [False, False])


def test_the_details_tell_what_became_of_each(operator: Client, billing: AccessKey, command: Actor) -> None:
    secrets = [operations.hand_over(access_key_id=billing.pk, actor=command).secret for _ in range(4)]
    operations.open_hand_over(secret=secrets[0], actor=Actor.for_recipient(address="198.51.100.9"))
    operations.open_hand_over(secret=secrets[1], actor=Actor.for_recipient(address=None))
    HandOver.objects.filter(number=3).update(expires_at=HandOver.objects.get(number=3).created_at)
    source = operator.get(details(billing)).content.decode()
    assert "from 198.51.100.9" in source
    assert ", not opened" in source
    assert source.count("Not opened yet") == source.count(">Take back<") == 1
    response = operator.post(f"{page_of(billing)}4/")
    assert response["Location"] == details(billing)
    assert said(response) == ["The link is taken back. It shows nothing any more."]
    source = operator.get(details(billing)).content.decode()
    assert "Taken back" in source
    assert "Not opened yet" not in source


def test_taking_back_what_was_opened_says_so(operator: Client, billing: AccessKey, command: Actor) -> None:
    secret = operations.hand_over(access_key_id=billing.pk, actor=command).secret
    operations.open_hand_over(secret=secret, actor=Actor.for_recipient(address=None))
    response = operator.post(f"{page_of(billing)}1/")
    assert said(response) == [
        "The link was opened before, so the key is known. Revoke the access key if it should not be."
    ]


def test_of_a_revoked_one_back_to_the_list(operator: Client, billing: AccessKey, command: Actor) -> None:
    operations.revoke(access_key_id=billing.pk, actor=command)
    for response in (
        operator.get(page_of(billing)),
        operator.post(page_of(billing), {"hours": "24"}),
        operator.post(f"{page_of(billing)}1/"),
    ):
        assert response["Location"] == "/settings/access-keys/"


def test_viewers_see_nothing_of_it(viewer: Client, billing: AccessKey, command: Actor) -> None:
    operations.hand_over(access_key_id=billing.pk, actor=command)
    assert "Hand over" not in viewer.get(details(billing)).content.decode()
    assert viewer.get(page_of(billing)).status_code == 403
    assert viewer.post(page_of(billing), {"hours": "24"}).status_code == 403
    assert viewer.post(f"{page_of(billing)}1/").status_code == 403
    assert HandOver.objects.open().count() == 1
    assert audit_log()[-1][:3] == ("access_key.hand_over_taken_back", "refused", "permission_denied")


def test_who_may_not_show_may_still_take_back(billing: AccessKey, command: Actor) -> None:
    operations.hand_over(access_key_id=billing.pk, actor=command)
    client = signed_in("Viewers", permissions=["hand_over_accesskey"])
    source = client.get(details(billing)).content.decode()
    assert ">Take back<" in source
    assert f'href="{page_of(billing)}"' not in source
    client.post(f"{page_of(billing)}1/")
    assert HandOver.objects.get().closed_by == "taken_back"


def test_a_stale_form_makes_no_link(billing: AccessKey, operator: Client) -> None:
    client = Client(enforce_csrf_checks=True, headers={"Origin": "http://127.0.0.1"}, SERVER_NAME="127.0.0.1")
    client.cookies = operator.cookies
    response = client.post(page_of(billing), {"hours": "72"})
    assert "This form was out of date, so nothing was done." in response.content.decode()
    assert not HandOver.objects.exists()
