"""A message names an access key where no translation of the page touches the name."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from accesskeys.console.verbatim import naming
from accesskeys.models import AccessKey
from tests.console.helpers import GENERATE, LIST, details, revoke

pytestmark = pytest.mark.django_db


def message(response: Any) -> str:
    (said,) = get_messages(response.wsgi_request)
    return str(said)


def test_every_message_that_names_one(operator: Client, billing: AccessKey) -> None:
    generated = operator.post(GENERATE, {"name": "shipping"}, follow=True)
    assert 'Access key <span translate="no">shipping</span> is generated.' in generated.content.decode()
    address = details(billing)
    for path, typed, name in (
        (f"{address}suspend/", {}, "billing"),
        (f"{address}resume/", {}, "billing"),
        (address, {"name": "billing_2"}, "billing_2"),
        (revoke(billing), {"understood": "on"}, "billing_2"),
    ):
        assert f'<span translate="no">{name}</span>' in message(operator.post(path, typed))
        operator.get(LIST)  # The next page says it, and it is over.


def test_a_name_is_text_there_too() -> None:
    assert naming("%(name)s & co", "<b>") == '<span translate="no">&lt;b&gt;</span> & co'
