"""What the console remembers in cookies, over https under names that browsers keep to this host."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.console.helpers import LIST
from tests.factories import AccessKeyFactory, key_of

pytestmark = pytest.mark.django_db

NOTICE = "There was a key in the address."


@pytest.mark.parametrize("secure", [True, False])
def test_rows_of_a_page_are_remembered(operator: Client, secure: bool) -> None:
    AccessKeyFactory.create_batch(26)
    name = "__Host-page_size" if secure else "page_size"
    chosen = operator.get(LIST, {"page_size": 25}, secure=secure)
    assert (chosen.cookies[name].value, bool(chosen.cookies[name]["secure"])) == ("25", secure)
    assert "Page 1 of 2" in operator.get(LIST, secure=secure).content.decode()


def test_over_https_a_neighbour_chooses_nothing(operator: Client) -> None:
    operator.cookies["theme"] = "dark"
    assert "data-theme=" not in operator.get(LIST, secure=True).content.decode()
    operator.cookies["__Host-theme"] = "dark"
    assert 'data-theme="dark"' in operator.get(LIST, secure=True).content.decode()


def test_a_key_in_an_address_of_plain_http_is_told_of_on_https(operator: Client) -> None:
    key = key_of(AccessKeyFactory())
    assert operator.get(LIST, {"search": key}).status_code == 302
    told = operator.get(LIST, secure=True)
    assert NOTICE in told.content.decode()
    assert told.cookies["key_in_address"].value == ""
    assert NOTICE not in operator.get(LIST, secure=True).content.decode()
