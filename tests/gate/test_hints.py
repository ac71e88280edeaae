"""What the gate tells a program of its own key: how much of its limit is left, and until when it works."""

from __future__ import annotations

from typing import Any

import pytest

from accesskeys import operations
from accesskeys.models import AccessKey
from accesskeys.operations.actors import Actor
from tests.clients import anybody, consumer
from tests.factories import AccessKeyFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_counters")]

VERIFY = "/auth/verify/"
HINTS = ("RateLimit-Policy", "RateLimit", "Sunset")


@pytest.fixture
def access_key(command: Actor) -> AccessKey:
    pk = AccessKeyFactory().pk
    return operations.limit(access_key_id=pk, allowed_networks=[], rate_limit="2/hour", actor=command)


def told(response: Any) -> dict[str, str]:
    return {name: response[name] for name in HINTS if response.has_header(name)}


@pytest.mark.parametrize(("dialect", "throttled"), [("nginx", 403), ("caddy", 429)])
def test_every_answer_about_a_good_key_tells_what_is_left(
    access_key: AccessKey, dialect: str, throttled: int
) -> None:
    client = consumer(access_key)
    question = f"{VERIFY}?dialect={dialect}"
    answers = [client.get(question), client.get(f"{question}&scope=orders:read"), client.get(question)]
    assert [answer.status_code for answer in answers] == [200, 403, throttled]
    for answer, left in zip(answers, (1, 0, 0), strict=True):
        hints = told(answer)
        assert hints.pop("RateLimit-Policy") == '"access-key";q=2;w=3600'
        name, r, t = hints.pop("RateLimit").split(";")
        assert (name, r) == ('"access-key"', f"r={left}")
        assert 0 < int(t.removeprefix("t=")) <= 3600
        assert hints == {}
    assert answers[-1]["RateLimit"].endswith(f";t={answers[-1]['Retry-After']}")


def test_a_refusal_for_a_scope_tells_an_old_key_until_when_it_works(command: Actor) -> None:
    access_key = AccessKeyFactory()
    client = consumer(access_key)
    operations.rotate(access_key_id=access_key.pk, actor=command)
    assert told(client.get(VERIFY)) == told(client.get(f"{VERIFY}?scope=orders:read"))
    assert set(told(client.get(VERIFY))) == {"Sunset"}


def test_other_answers_tell_nothing(access_key: AccessKey, command: Actor) -> None:
    client = consumer(access_key)
    operations.suspend(access_key_id=access_key.pk, actor=command)
    answers = [
        client.get(VERIFY),
        client.get(f"{VERIFY}?dialect=none"),
        anybody().get(VERIFY),
        anybody(authorization="Bearer bad").get(VERIFY),
        consumer(AccessKeyFactory()).get(VERIFY),
    ]
    assert [answer.status_code for answer in answers] == [401, 503, 401, 401, 200]
    assert [told(answer) for answer in answers] == [{}] * 5
