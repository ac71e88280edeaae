"""``AUDIT_LOG_DAYS``: for how long the audit log is kept."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.utils.html import strip_tags
from pytest_django import Settings

from identity_cloud.settings.environment import days
from tests.factories import OperatorFactory


@pytest.mark.parametrize(
    ("text", "kept"),
    [("", 400), ("1", 1), (" 30 ", 30), ("9999", 9999), ("forever", None), ("FOREVER", None)],
)
def test_taken(text: str, kept: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIT_LOG_DAYS", text)
    assert days("AUDIT_LOG_DAYS", default=400) == kept


@pytest.mark.parametrize("text", ["0", "-1", "01", "1.5", "10000", "400d", "1e3", "never", "٤٠٠", "none"])
def test_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """0 could mean nothing at all, or for ever."""
    monkeypatch.setenv("AUDIT_LOG_DAYS", text)
    with pytest.raises(ImproperlyConfigured) as refusal:
        days("AUDIT_LOG_DAYS", default=400)
    sentence = "AUDIT_LOG_DAYS must be a whole number of days from 1 to 9999, or forever."
    assert str(refusal.value) == sentence


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "kept", "sentence"),
    [
        ("en", 400, "Entries are kept for 400 days."),
        ("en", 1, "Entries are kept for 1 day."),
        ("en", None, "Entries are kept for good."),
        ("de", 400, "Einträge werden 400 Tage aufbewahrt."),
        ("de", 1, "Einträge werden 1 Tag aufbewahrt."),
        ("de", None, "Einträge werden für immer aufbewahrt."),
        ("fr", 400, "Les entrées sont conservées 400 jours."),
        ("fr", None, "Les entrées sont conservées sans limite de durée."),
    ],
)
@pytest.mark.parametrize("query", ["", "?actor=nobody"])
def test_the_page_says_so(
    language: str, kept: int | None, sentence: str, query: str, settings: Settings, client: Client
) -> None:
    settings.ACCESS_KEYS_AUDIT_LOG_DAYS = kept
    client.force_login(OperatorFactory(roles=["Auditors"]))
    address = f"/settings/audit-log/{query}"
    source = client.get(address, headers={"Accept-Language": language}).content.decode()
    assert sentence in " ".join(strip_tags(source).split())
