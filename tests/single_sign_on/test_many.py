"""A flood of strangers at the door of single sign-on: each of them would leave a session behind."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache

from identity_cloud.operators.single_sign_on import views
from tests.single_sign_on.provider import BEGIN, Browser, IdentityProvider

pytestmark = pytest.mark.django_db(transaction=True)


def test_too_many_from_one_address(provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MOST", "3/m/ip")
    for _ in range(3):
        Browser(provider).go()
    answer = Browser(provider).console.get(BEGIN)
    assert answer.status_code == 429
    assert "There were too many attempts." in answer.content.decode()
    assert Session.objects.count() == 3
    other = Browser(provider).console.get(BEGIN, REMOTE_ADDR="192.0.2.7")
    assert other.status_code == 302


def test_where_nobody_counts_nobody_begins(
    provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_args: Any, **_kwargs: Any) -> bool:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache, "add", fail)
    answers = [Browser(provider).console.get(BEGIN) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [503, 503]
    assert (
        "Signing in is not possible at the moment: attempts cannot be counted." in answers[0].content.decode()
    )
    assert caplog.text.count("Attempts cannot be counted") == 1
    assert not Session.objects.exists()
