"""Themes, and how names are laid out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from accesskeys.models import AccessKey, AuditEvent
from accesskeys.templatetags import console
from tests.console.helpers import AUDIT_LOG, LIST, details, revoke

pytestmark = pytest.mark.django_db


class TestAppearance:
    def test_a_chosen_theme_is_there_from_the_first_byte(self, operator: Client) -> None:
        assert "data-theme=" not in operator.get(LIST).content.decode()
        operator.cookies["theme"] = "dark"
        assert '<html lang="en" data-theme="dark">' in operator.get(LIST).content.decode()
        operator.cookies["theme"] = "x onload=1"
        assert "data-theme=" not in operator.get(LIST).content.decode()

    def test_hostile_text_in_the_database_is_shown_as_text(
        self, operator: Client, billing: AccessKey
    ) -> None:
        hostile = "<script>1</script>"
        AccessKey.objects.update(name=hostile, created_by=hostile, scopes=[hostile])
        AuditEvent.objects.update(access_key_name=hostile, actor_label=hostile, details={"a": hostile})
        for address in (LIST, details(billing), revoke(billing), AUDIT_LOG):
            source = operator.get(address).content.decode()
            assert hostile not in source
            assert "&lt;script&gt;1&lt;/script&gt;" in source

    @pytest.mark.parametrize(
        ("distance", "words"),
        [
            (timedelta(seconds=-20), "just now"),
            (timedelta(minutes=-1), "1 minute ago"),
            (timedelta(minutes=-59), "59 minutes ago"),
            (timedelta(hours=-2), "2 hours ago"),
            (timedelta(days=-1), "1 day ago"),
            (timedelta(days=-40), "14 Oct 2026"),
            (timedelta(minutes=20), "within the hour"),
            (timedelta(hours=5), "in 5 hours"),
            (timedelta(days=3), "in 3 days"),
            (timedelta(days=40), "2 Jan 2027"),
        ],
    )
    def test_times_are_said_as_people_say_them(self, distance: timedelta, words: str) -> None:
        now = datetime(2026, 11, 23, 12, tzinfo=UTC)
        assert console.said(now + distance, now) == words


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("ci__deploy_<b>", "ci_<wbr>_<wbr>deploy_<wbr>&lt;b&gt;"),
        ("bea.b@mail.example.com", "bea.<wbr>b@<wbr>mail.<wbr>example.<wbr>com"),
    ],
)
def test_a_name_breaks_where_its_words_end(name: str, broken: str) -> None:
    assert console.breakable(name) == broken
