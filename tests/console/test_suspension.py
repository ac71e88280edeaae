"""What the details page says of a suspension, and when it offers one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from time_machine import TimeMachineFixture

from accesskeys import operations
from accesskeys.models import AccessKey, AuditEvent
from accesskeys.operations.actors import Actor
from tests.console.helpers import details, said
from tests.factories import AccessKeyFactory, OperatorFactory, proven

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 28, 10, tzinfo=UTC)


def suspend(access_key: AccessKey, username: str) -> None:
    operator = OperatorFactory(username=username, roles=["Operators"])
    operations.suspend(access_key_id=access_key.pk, actor=proven(operator, address=None))


@pytest.mark.parametrize(
    ("language", "when", "by"),
    [("en", "3 hours ago", "by"), ("de", "vor 3 Stunden", "von"), ("fr", "il y a 3 heures", "par")],
)
def test_since_when_and_by_whom(
    viewer: Client, billing: AccessKey, time_machine: TimeMachineFixture, language: str, when: str, by: str
) -> None:
    time_machine.move_to(NOW - timedelta(hours=3))
    suspend(billing, "maren")
    time_machine.move_to(NOW)
    suspend(billing, "jonas")  # Changes nothing, and is no news.
    page = viewer.get(details(billing), headers={"Accept-Language": language}).content.decode()
    assert f'>{when}</time> {by} <span translate="no">maren</span>' in page
    assert "jonas" not in page


def test_the_present_suspension_counts_and_not_one_before(viewer: Client, billing: AccessKey) -> None:
    suspend(billing, "maren")
    operations.resume(access_key_id=billing.pk, actor=Actor.for_command())
    assert "maren" not in viewer.get(details(billing)).content.decode()
    suspend(billing, "jonas")
    page = viewer.get(details(billing)).content.decode()
    assert '>just now</time> by <span translate="no">jonas</span>' in page
    assert "maren" not in page


def test_where_the_log_is_shorter_than_the_suspension(viewer: Client, billing: AccessKey) -> None:
    suspend(billing, "maren")
    AuditEvent.objects.all().delete()
    page = viewer.get(details(billing)).content.decode()
    assert "<dt>Suspended</dt>" in page
    assert "</time> by" not in page


def test_one_that_is_not_suspended_says_nothing(operator: Client, billing: AccessKey) -> None:
    assert "<dt>Suspended</dt>" not in operator.get(details(billing)).content.decode()


def test_only_one_that_could_be_used_is_offered_to_be_suspended_or_resumed(operator: Client) -> None:
    living, stopped = AccessKeyFactory(), AccessKeyFactory()
    expired, both = AccessKeyFactory(expired=True), AccessKeyFactory(expired=True)
    for access_key in (stopped, both):
        operations.suspend(access_key_id=access_key.pk, actor=Actor.for_command())
    offered = {
        access_key: [word for word in (">Suspend<", ">Resume<") if word in page]
        for access_key in (living, stopped, expired, both)
        for page in [operator.get(details(access_key)).content.decode()]
    }
    assert offered == {living: [">Suspend<"], stopped: [">Resume<"], expired: [], both: []}


@pytest.mark.parametrize(
    ("expired", "sentence"),
    [(False, "Its key is accepted again."), (True, "It has expired, so its key is still refused.")],
)
def test_a_stale_page_that_resumes_is_told_what_came_of_it(
    operator: Client, expired: bool, sentence: str
) -> None:
    access_key = AccessKeyFactory(name="late", expired=expired)
    operations.suspend(access_key_id=access_key.pk, actor=Actor.for_command())
    answer = operator.post(reverse("accesskeys:access_key_resume", args=[access_key.pk]))
    assert said(answer) == [f"Access key late is resumed. {sentence}"]
    assert not AccessKey.objects.get(name="late").is_suspended
