"""What the list offers for few and for many access keys."""

from __future__ import annotations

import pytest

from tests.console.helpers import signed_in
from tests.factories import AccessKeyFactory

pytestmark = pytest.mark.django_db

LIST = "/settings/access-keys/"


@pytest.mark.parametrize(("number", "is_offered"), [(1, False), (25, False), (26, True)])
def test_a_page_size_is_offered_where_one_page_of_the_smallest_does_not_hold_all(
    number: int, is_offered: bool
) -> None:
    AccessKeyFactory.create_batch(number)
    operator = signed_in("Operators")
    for page_size in (100, 25):
        page = operator.get(LIST, {"page_size": page_size}).content.decode()
        assert ("Per page" in page) == is_offered
