"""Whose access keys are and what they are for, in a company of some size; and what is looked for by it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.utils import timezone

OWNERS = ("Billing team", "Платформа", "checkout@example.com", "Ada Lovelace", "Données & rapports")
SCOPES = ("orders:read", "orders:write", "invoices:read", "stock:read", "stock:write", "products:read")
RARE = 5_000  # One in so many has what few have.


def facts(n: int) -> dict[str, Any]:
    """Of the access key of this number. A third have none: they are from before there were any."""
    if random.random() < 0.33:
        return {"scopes": random.choice(([], ["orders:read"]))}
    labels = {
        "team": random.choice(("payments", "growth", "platform")),
        "env": random.choice(("prod", "test")),
    }
    owner, scopes = random.choice(OWNERS), sorted(random.sample(SCOPES, random.randint(1, 3)))
    if n % 50 == 0:
        labels["region"] = random.choice(("eu", "us"))
    if n % RARE == 0:
        labels["audit"], owner, scopes = "due", f"Contractor {n}", ["audit:replay", *scopes]
    return {"owner": owner, "labels": labels, "scopes": scopes}


def by_facts() -> Iterator[tuple[str, dict[str, str]]]:
    """What the list is narrowed to at both doors: what many have, some, few and none."""
    yield "label of a fifth", {"label": "team=payments"}
    yield "label of one in a hundred", {"label": "region=eu"}
    yield "label of few", {"label": "audit"}
    yield "label of none", {"label": "team=nobody"}
    yield "scope of a third", {"scope": "orders:read"}
    yield "scope of few", {"scope": "audit:replay"}
    yield "scope of none", {"scope": "nothing:read"}
    yield "owner of an eighth", {"owner": "billing team"}
    yield "owner of few", {"owner": "contractor"}
    yield "owner of none", {"owner": "nobody at all"}
    yield "owner of an eighth, in another script", {"owner": "платформа"}
    yield "label and scope", {"label": "env=prod", "scope": "stock:write"}
    yield "label and state", {"label": "region=us", "status": "usable"}


def by_times() -> Iterator[tuple[str, dict[str, str]]]:
    """What it is narrowed to over the API alone."""
    now = timezone.now()
    yield "created before", {"created_before": _moment(now - timedelta(days=700))}
    yield "created after", {"created_after": _moment(now - timedelta(days=3))}
    yield (
        "expires after and before",
        {
            "expires_after": _moment(now),
            "expires_before": _moment(now + timedelta(days=7)),
        },
    )
    yield "last used before", {"last_used_before": _moment(now - timedelta(days=190))}


def _moment(value: Any) -> str:
    return str(value.strftime("%Y-%m-%dT%H:%M:%SZ"))
