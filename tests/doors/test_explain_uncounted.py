"""``explain_access_key`` while the counters of rate limits are away."""

from __future__ import annotations

import pytest
from django.core.management.base import CommandError
from pytest_django import Settings

from accesskeys import operations
from accesskeys.models import AccessKey
from accesskeys.operations.actors import Actor
from tests.doors.helpers import run

pytestmark = pytest.mark.django_db


class TestCountersThatAreAway:
    @pytest.fixture
    def limited(self, access_key: AccessKey, command: Actor) -> AccessKey:
        return operations.limit(
            access_key_id=access_key.pk, allowed_networks=[], rate_limit="9/hour", actor=command
        )

    def test_redis(self, limited: AccessKey, settings: Settings) -> None:
        """Nobody listens where ``CACHE_URL`` points to."""
        backend = "django.core.cache.backends.redis.RedisCache"
        settings.CACHES = {"counting": {"BACKEND": backend, "LOCATION": "redis://127.0.0.1:1/0"}}
        settings.ACCESS_KEYS_COUNTER_CACHE = "counting"
        self.says("The rate limit cannot be counted at the moment: the cache of CACHE_URL cannot be reached.")
        # What needs no counter is told all the same.
        at = "2099-01-01T00:00:00Z"
        assert "counted when it is time" in run("explain_access_key", "billing", "--at", at)

    def test_a_file_that_cannot_be_written(self, limited: AccessKey, settings: Settings) -> None:
        settings.ACCESS_KEYS_COUNTER_FILE = "/dev/null/counters"
        self.says("The rate limit cannot be counted at the moment: COUNTER_FILE cannot be written.")

    def says(self, sentence: str) -> None:
        with pytest.raises(CommandError) as refusal:
            run("explain_access_key", "billing")
        assert (str(refusal.value), refusal.value.returncode) == (sentence, 1)
