"""``docs/rules.md`` tells the numbers and patterns that are enforced."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User

from accesskeys.console.filters import PAGE_SIZES, AccessKeyFilter
from accesskeys.core import facts, keys, networks, rates, scopes
from accesskeys.core.validators import NAME_MAX_LENGTH, is_name
from accesskeys.operations import rotation_times, showing
from accesskeys.operations.foresee_many import MOST
from accesskeys.operations.hand_over import MOST_HOURS, MOST_OPEN
from server import line

TOLD = " ".join((Path(__file__).parents[2] / "docs/rules.md").read_text().split())
RATES = settings.ACCOUNT_RATE_LIMITS


@pytest.mark.parametrize(
    "said",
    [
        f"1 to {NAME_MAX_LENGTH} of `A`–`Z`, `a`–`z`, `0`–`9` and `_`",
        f"`{keys.PREFIX}`, {keys.RANDOM_LENGTH} letters and digits, {keys.TAG_LENGTH} more",
        f"at most {scopes.MAX_LENGTH} characters, and {scopes.LIMIT} of them",
        f"without bits beside the prefix; at most {networks.LIMIT}",
        f"1 to {rates.MOST_REQUESTS:,} requests per second, minute or hour",
        f"at most {facts.DESCRIPTION_MAX_LENGTH} and {facts.OWNER_MAX_LENGTH} characters",
        f"at most {facts.LABEL_KEY_MAX_LENGTH} characters each; at most {facts.LABEL_LIMIT}",
        f"of which {showing.LONGEST_REASON} characters are kept",
        f"at most {User._meta.get_field('username').max_length} letters, digits and `@.+-_`",
        f"at most {AccessKeyFilter.base_fields['search'].max_length} characters, taken literally",  # type: ignore[attr-defined]
        f"at most {settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024} KiB, not compressed",
        f"A grace is at most {rotation_times.LONGEST_GRACE.days} days",
        f"the old key ends within {rotation_times.LONGEST_END.days}",
        "`REVEALS_PER_HOUR` (30)",
        f"{MOST_OPEN}, each for 1 hour to {MOST_HOURS // 24} days",
        "in an hour | 60; 240 |",
        "`BAD_KEY_LIMIT` (60/minute)",
        f"{line.MOST_WAIT}; 2 |",
        f"{MOST:,}, 500 in one transaction",
        f"rows | {max(PAGE_SIZES)} |",
    ],
)
def test_it_is_said(said: str) -> None:
    assert said in TOLD


def test_the_pattern_of_a_name() -> None:
    letters = "ABCXYZabcxyz0129_"
    assert all(map(is_name, letters))
    assert not any(map(is_name, "-. éÄß/@"))


def test_attempts() -> None:
    assert RATES["login_failed"].endswith("5/300s/key,10/1h/key,20/6h/key")
    assert RATES["login_failed"].startswith("10/m/ip")
    assert RATES["login_failed_overall"] == "600/10m/key"
    assert RATES["proof_failed"] == "5/300s/key,10/1h/key,20/6h/key"
