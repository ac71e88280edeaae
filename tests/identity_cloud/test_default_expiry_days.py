"""``DEFAULT_EXPIRY_DAYS``: the expiry that the console proposes."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from identity_cloud.settings.environment import days


def read() -> int | None:
    return days("DEFAULT_EXPIRY_DAYS", default=90, without="none")


@pytest.mark.parametrize(("text", "taken"), [("", 90), ("45", 45), ("none", None), ("None", None)])
def test_taken(text: str, taken: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEFAULT_EXPIRY_DAYS", text)
    assert read() == taken


@pytest.mark.parametrize("text", ["0", "forever", "1.5", "10000", "90d"])
def test_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEFAULT_EXPIRY_DAYS", text)
    with pytest.raises(ImproperlyConfigured) as refusal:
        read()
    sentence = "DEFAULT_EXPIRY_DAYS must be a whole number of days from 1 to 9999, or none."
    assert str(refusal.value) == sentence
