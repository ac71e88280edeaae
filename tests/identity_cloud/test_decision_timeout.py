"""``DECISION_TIMEOUT``: seconds, within sensible bounds."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from identity_cloud.settings.environment import few_seconds


@pytest.mark.parametrize(("text", "seconds"), [("", 2), ("2", 2), ("1.5", 1.5), ("0.1", 0.1), ("60", 60)])
def test_seconds_and_fractions(text: str, seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DECISION_TIMEOUT", text)
    assert few_seconds("DECISION_TIMEOUT", default="2") == seconds


@pytest.mark.parametrize(
    "text", ["0", "0.09", "60.1", "61", "-1", "+1", "1e1", "nan", "inf", "2s", "1,5", ".5", "٢"]
)
def test_what_is_none_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DECISION_TIMEOUT", text)
    with pytest.raises(ImproperlyConfigured) as refusal:
        few_seconds("DECISION_TIMEOUT", default="2")
    assert str(refusal.value) == (
        "DECISION_TIMEOUT must be a number of seconds from 0.1 to 60, such as 2 or 1.5."
    )
