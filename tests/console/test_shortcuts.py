"""The keyboard shortcuts that a page offers. What they do is for tests with a browser."""

from __future__ import annotations

import re

import pytest

from tests.console.helpers import signed_in
from tests.factories import AccessKeyFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("roles", "keys"),
    [(["Operators"], {"/", "g", "c", "?"}), (["Viewers"], {"/", "?"}), (["Auditors"], {"?"})],
)
def test_they_do_what_the_operator_may_do(roles: list[str], keys: set[str]) -> None:
    AccessKeyFactory()
    source = signed_in(*roles).get("/", follow=True).content.decode()
    assert set(re.findall(r'data-shortcut="(.)"', source)) == keys
    listed = re.search(r'<dialog id="shortcuts".*?</dialog>', source, re.DOTALL)
    assert listed
    assert keys <= set(re.findall(r"<kbd>(.*?)</kbd>", listed[0]))
