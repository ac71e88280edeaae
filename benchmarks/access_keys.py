"""Many access keys, and looking for them. Runs in a DjangoProcess."""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import cycle, islice
from urllib.parse import urlencode

from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accesskeys import operations
from accesskeys.core.keyring import get_keyring
from accesskeys.models import AccessKey
from accesskeys.models.lists import Ordering, Status
from accesskeys.operations.actors import Actor
from accesskeys.verification.finding import find_by_digest
from benchmarks.facts import by_facts, by_times, facts
from benchmarks.growth import SEARCH_LIMIT, Page
from benchmarks.rows import insert, settle

TEAMS = ("billing", "checkout", "deploy", "fraud", "ledger", "payroll", "search", "shipping")
JOBS = ("backup", "export", "import", "nightly", "report", "sync", "webhook", "worker")
LAST_PAGE = 10**9  # The console answers with the last page that can be reached.
FOUND = 10_000  # of all access keys, in turn
BLOCK = 50

_digests: list[bytes] = []
_turns = cycle(_digests)
_browsers: dict[str, Client] = {}


def fill(count: int) -> None:
    """Insert so many access keys of all ages, used and unused, expired and suspended; and who may list them."""
    random.seed(count)
    insert(_access_keys(count))
    settle()
    chosen = set(random.sample(range(count), min(FOUND, count)))
    every = AccessKey.objects.values_list("digest", flat=True).iterator()
    _digests.extend(bytes(digest) for n, digest in enumerate(every) if n in chosen)
    random.shuffle(_digests)
    operator = get_user_model().objects.create_superuser("operator")
    _, key = operations.generate(name="lister", actor=Actor.for_command(), scopes=["access_keys:read"])
    _browsers["console"] = Client(headers={"host": "127.0.0.1"})
    _browsers["console"].force_login(operator)
    _browsers["api"] = Client(headers={"host": "127.0.0.1", "authorization": f"Bearer {key}"})


def finding() -> float:
    """Seconds that the one statement of an authentication takes; each time for another key."""
    digests = list(islice(_turns, BLOCK))
    start = time.perf_counter()
    for digest in digests:
        if find_by_digest(digest) is None:
            raise RuntimeError("An access key was not found")
    return (time.perf_counter() - start) / BLOCK


def pages() -> list[Page]:
    """What is asked for: every order and every status, first and last page, and searches."""
    return [*_console_pages(), *_api_pages()]


def seconds_for(address: str) -> float:
    """How long the whole answer takes."""
    browser = _browsers["api" if address.startswith("/api/") else "console"]
    start = time.perf_counter()
    response = browser.get(address)
    taken = time.perf_counter() - start
    if response.status_code != 200:
        raise RuntimeError(f"{address} answered {response.status_code}")
    return taken


def queries_for(address: str) -> int:
    """How many statements the answer takes."""
    with CaptureQueriesContext(connection) as queries:
        seconds_for(address)
    return len(queries)


def _console_pages() -> Iterator[Page]:
    for ordering in Ordering:
        yield _console(f"order {ordering}", ordering=ordering)
        yield _console(f"order {ordering}, last page", ordering=ordering, page=LAST_PAGE)
    for status in Status:
        for ordering in Ordering:
            yield _console(f"status {status}, order {ordering}", status=status, ordering=ordering)
            label = f"status {status}, order {ordering}, last page"
            yield _console(label, status=status, ordering=ordering, page=LAST_PAGE)
    for fact, query in by_facts():
        for ordering in Ordering:
            yield _console(f"{fact}, order {ordering}", ordering=ordering, **query)
            yield _console(f"{fact}, order {ordering}, last page", ordering=ordering, page=LAST_PAGE, **query)
    for label, text in _searches():
        for ordering in (Ordering.NEWEST, Ordering.NAME):
            page = _console(f"search {label}, order {ordering}", search=text, ordering=ordering)
            yield page._replace(limit=SEARCH_LIMIT)


def _api_pages() -> Iterator[Page]:
    for ordering in ("-created_at", "created_at", "name", "-name"):
        yield _api(f"order {ordering}", ordering=ordering)
        for status in Status:
            yield _api(f"status {status}, order {ordering}", status=status, ordering=ordering)
        for fact, query in (*by_facts(), *by_times()):
            yield _api(f"{fact}, order {ordering}", ordering=ordering, **query)
    for label, text in _searches():
        yield _api(f"search {label}", search=text)._replace(limit=SEARCH_LIMIT)


def _searches() -> Iterator[tuple[str, str]]:
    yield "an eighth of the names, first of all", "billing"
    yield "an eighth of the names, last of all", "shipping"
    yield "every name, one letter", "_"
    yield "a few names", "_worker_77"
    yield "two letters in many names", "wo"
    yield "two letters in no name", "zq"
    yield "two underscores in no name", "__"
    yield "a word in no name", "nowhere"
    yield "an owner of an eighth", "lovelace"
    yield "an owner of few, and no name", "contractor 5"
    yield "an ID", str(AccessKey.objects.values_list("pk", flat=True)[0])


def _console(label: str, /, **query: object) -> Page:
    return Page(f"console: {label}", f"{reverse('accesskeys:access_key_list')}?{urlencode(query)}")


def _api(label: str, /, **query: object) -> Page:
    return Page(f"API: {label}", f"{reverse('api:access_key_list')}?{urlencode(query)}")


def _access_keys(count: int) -> Iterator[AccessKey]:
    key_id, now = get_keyring().current.id, timezone.now()
    names = (f"{team}_{job}" for team, job in cycle((team, job) for team in TEAMS for job in JOBS))
    for n, name in enumerate(islice(names, count)):
        created_at = _earlier(now, days=730)
        yield AccessKey(
            name=f"{name}_{n}",
            # Nobody will present these keys or look at them, so random bytes do.
            digest=secrets.token_bytes(32),
            digest_key_id=key_id,
            sealed=secrets.token_bytes(83),
            sealed_key_id=key_id,
            created_at=created_at,
            created_by="benchmark",
            expires_at=created_at + timedelta(days=random.uniform(1, 1000))
            if random.random() < 0.4
            else None,
            last_used_at=max(created_at, _earlier(now, days=200)) if random.random() < 0.7 else None,
            suspended_at=_earlier(now, days=30) if random.random() < 0.05 else None,
            **facts(n),
        )


def _earlier(now: datetime, *, days: int) -> datetime:
    return now - timedelta(days=random.uniform(0, days))
