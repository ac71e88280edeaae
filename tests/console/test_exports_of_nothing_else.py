"""An export holds what was asked for, or there is none."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import translation

from tests.console.helpers import AUDIT_LOG, LIST
from tests.factories import AccessKeyFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("page", [LIST, AUDIT_LOG])
@pytest.mark.parametrize("name", ["scopes", "limit", "Status"])
def test_a_parameter_that_is_not_known(operator: Client, page: str, name: str) -> None:
    AccessKeyFactory()
    with translation.override("en"):
        answer = operator.get(f"{page}export/", {name: "x"})
    assert answer.status_code == 400
    assert f"There is no parameter “{name}”, so nothing was exported." in answer.content.decode()
    assert "Content-Disposition" not in answer.headers


@pytest.mark.parametrize(
    "query",
    ["?format=csv&page=2&page_size=25&search=a&status=usable&ordering=name&label=team&scope=a&owner=b", ""],
)
def test_what_the_list_takes_is_known(operator: Client, query: str) -> None:
    response = operator.get(f"{LIST}export/{query}")
    assert response.status_code == 200
    list(response)  # To its end, which lets the next one begin.
