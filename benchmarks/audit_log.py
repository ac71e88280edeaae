"""A long audit log, read at the console as pages and as files. Runs in a DjangoProcess."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlencode

from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accesskeys import operations
from accesskeys.models import AccessKey, Action, ActorKind, AuditEvent, Door, Outcome
from accesskeys.operations.actors import Actor
from benchmarks.access_keys import JOBS, LAST_PAGE, TEAMS
from benchmarks.growth import Page
from benchmarks.rows import insert, settle

PEOPLE = ("ada", "grace", "linus", "margaret", "edsger", "barbara")
DAYS = 730  # from the first event to now
BEGINNING = 0.01  # of the events, the oldest ones: what was usual then has not been seen since
FEW = 30  # events, however many there are in all
EVENTS_OF_A_KEY = 25
BUSY = "busy"  # The access key that is there still; a tenth of the events are about it.
USUAL = (
    *((Action.SHOWN, 40), (Action.GENERATED, 10), (Action.RENAMED, 5), (Action.RESCOPED, 5)),
    *((Action.ROTATED, 15), (Action.DESCRIBED, 10), (Action.REVOKED, 9)),
    *((Action.SIGNED_IN, 4), (Action.SIGN_IN_REFUSED, 2)),
)

_browsers: dict[str, Client] = {}


def fill(count: int) -> None:
    """Insert so many events, the oldest first, and who may read them."""
    random.seed(count)
    operator = get_user_model().objects.create_superuser("operator")
    get_user_model().objects.create_user("newcomer")
    access_key, _ = operations.generate(name=BUSY, actor=Actor.for_command())
    insert(_events(count, operator.pk, access_key.pk))
    settle()
    browser = _browsers["console"] = Client(headers={"host": "127.0.0.1"})
    browser.force_login(operator)


def pages() -> list[Page]:
    """Every filter alone and the usual pairs: first page, second page, and the file; and the histories."""
    return [*_pages(), *_histories()]


def seconds_for(address: str) -> float:
    """How long the whole page takes, or the first byte of a file."""
    start = time.perf_counter()
    response = _browsers["console"].get(address)
    if response.streaming:
        next(response.streaming_content)
    taken = time.perf_counter() - start
    response.close()
    if response.status_code != 200:
        raise RuntimeError(f"{address} answered {response.status_code}")
    return taken


def _pages() -> Iterator[Page]:
    log, export = reverse("accesskeys:audit_log"), reverse("accesskeys:audit_log_export")
    for label, query in _queries():
        asked = urlencode(query)
        yield Page(f"log: {label}", f"{log}?{asked}")
        yield Page(f"log: {label}, next page", f"{log}?{asked}&page=2")
        yield Page(f"log: {label}, file", f"{export}?{asked}")
    yield Page("log: last page", f"{log}?page={LAST_PAGE}")
    yield Page("log: everything, JSON Lines", f"{export}?format=jsonl")


def _histories() -> Iterator[Page]:
    operator, access_key = get_user_model().objects.get(username="operator"), AccessKey.objects.get()
    yield Page("history of an operator", reverse("operator_details", args=[operator.pk]))
    yield Page("history of an access key", reverse("accesskeys:access_key_details", args=[access_key.pk]))


def _queries() -> Iterator[tuple[str, dict[str, str]]]:
    now = timezone.now()
    long_ago = {"until": _minute(now - timedelta(days=DAYS * 0.995))}
    a_month = {"since": _minute(now - timedelta(days=400)), "until": _minute(now - timedelta(days=370))}
    oldest = AuditEvent.objects.exclude(access_key_name__in=("", BUSY)).order_by("at")[0]
    name = {"access_key": oldest.access_key_name}
    yield "everything", {}
    yield "about access keys", {"about": "access_keys"}
    yield "about operators", {"about": "operators"}
    yield "action of many", {"action": Action.SHOWN}
    yield "action of few", {"action": Action.TRIMMED}
    yield "action of long ago", {"action": Action.COPIED}
    yield "action of none", {"action": Action.CHECKED}
    yield "actor of many", {"actor": "margaret"}
    yield "actor of few", {"actor": "contractor"}
    yield "actor of long ago", {"actor": "founder"}
    yield "actor of none", {"actor": "nobody"}
    yield "part of an actor of many", {"actor": "garet"}
    yield "part of an actor of few", {"actor": "tractor"}
    yield "part of an actor of long ago", {"actor": "ounder"}
    yield "one letter of many actors", {"actor": "a"}
    yield "percent sign", {"actor": "%"}
    yield "operator of many", {"operator": "operator"}
    yield "operator of many, and an action of few", {"operator": "operator", "action": Action.TRIMMED}
    yield "operator of none", {"operator": "newcomer"}
    yield "access key by ID", {"access_key": str(oldest.access_key_id)}
    yield "access key by name", name
    yield "access key of none", {"access_key": "nowhere"}
    yield "part of many names", {"access_key": "billing"}
    yield "part of few names", {"access_key": oldest.access_key_name[3:]}
    yield "a month", a_month
    yield "long ago", long_ago
    yield "the future", {"since": _minute(now + timedelta(days=9))}
    yield "actor and action of many", {"actor": "margaret", "action": Action.SHOWN}
    yield "actor and action that never meet", {"actor": "founder", "action": Action.SHOWN}
    yield "part of an actor, and an action", {"actor": "ounder", "action": Action.SHOWN}
    yield "actor and part of a name", {"actor": "margaret", "access_key": "nowhere"}
    yield "parts of both", {"actor": "garet", "access_key": "shipping"}
    yield "actor and access key", {"actor": "founder", **name}
    yield "action and access key", {"action": Action.REVOKED, **name}
    yield "action and ID", {"action": Action.REVOKED, "access_key": str(oldest.access_key_id)}
    yield "about operators, and an actor", {"about": "operators", "actor": "founder"}
    yield "about access keys, and part of none", {"about": "access_keys", "actor": "nobody"}
    yield "action of many, a month", {"action": Action.SHOWN, **a_month}
    yield "actor of many, a month", {"actor": "margaret", **a_month}
    yield "part of an actor, long ago", {"actor": "ounder", **long_ago}
    yield "part of a name, a month", {"access_key": "nowhere", **a_month}


def _minute(moment: object) -> str:
    return f"{moment:%Y-%m-%dT%H:%M}"


def _events(count: int, operator: int, access_key: uuid.UUID) -> Iterator[AuditEvent]:
    begun, step = timezone.now() - timedelta(days=DAYS), timedelta(days=DAYS) / count
    actions = [action for action, share in USUAL for _ in range(share)]
    keys = [
        (uuid.uuid4(), f"{random.choice(TEAMS)}_{random.choice(JOBS)}_{n:05}")
        for n in range(count // EVENTS_OF_A_KEY + 1)
    ]
    for n in range(count):
        is_beginning, is_rare = n < count * BEGINNING, n % (count // FEW) == 0
        action = random.choice(actions)
        actor, kind = random.choice(PEOPLE), ActorKind.OPERATOR
        if is_rare:
            actor, action = "contractor", Action.TRIMMED
        elif is_beginning and random.random() < 0.5:
            actor, action = "founder", Action.COPIED
        elif random.random() < 0.4:
            actor, kind = keys[n // EVENTS_OF_A_KEY][1], ActorKind.ACCESS_KEY
        is_about_operator = action.startswith("operator.")
        key_id, name = keys[max(0, n // EVENTS_OF_A_KEY - random.randrange(50))]
        if random.random() < 0.1:
            key_id, name = access_key, BUSY
        yield AuditEvent(
            at=begun + n * step,
            actor_kind=kind,
            actor_label=actor,
            operator_id=operator if kind == ActorKind.OPERATOR else None,
            door=Door.CONSOLE if kind == ActorKind.OPERATOR else Door.API,
            address=f"192.0.2.{n % 256}",
            action=action,
            access_key_id=None if is_about_operator else key_id,
            access_key_name="" if is_about_operator else name,
            about_operator_id=operator if is_about_operator else None,
            about_operator_name=actor if is_about_operator else "",
            outcome=Outcome.SUCCEEDED,
        )
