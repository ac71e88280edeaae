"""The longest cookie: browsers keep none of more than 4,096 bytes."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import RequestFactory

from identity_cloud.operators import known_devices
from tests.factories import OperatorFactory

pytestmark = pytest.mark.django_db


def test_as_many_operators_as_a_browser_is_known_by() -> None:
    request = RequestFactory().get("/")
    lengths = []
    for _ in range(8):
        response = HttpResponse()
        known_devices.remember(request, response, OperatorFactory())
        request.COOKIES = {name: cookie.value for name, cookie in response.cookies.items()}
        lengths += [len(name) + len(value) for name, value in request.COOKIES.items()]
    assert list(request.COOKIES) == [settings.KNOWN_DEVICE_COOKIE]
    assert lengths[-1] == pytest.approx(lengths[4], abs=16)  # Of the oldest, nothing is kept.
    assert max(lengths) < 1024
