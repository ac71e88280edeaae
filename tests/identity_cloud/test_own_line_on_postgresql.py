"""Looking whether there is a pooler leaves alone what is prepared on a line of one's own."""

from __future__ import annotations

import pytest

from accesskeys import verification
from identity_cloud import postgresql_readiness
from tests.factories import AccessKeyFactory, key_of


@pytest.mark.django_db  # In a transaction, where no other line can be opened instead.
def test_a_key_is_found_before_and_after() -> None:
    access_key = AccessKeyFactory()
    for _ in range(2):
        assert verification.authenticate(key_of(access_key)) == access_key
        postgresql_readiness.check()
