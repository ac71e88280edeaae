"""The audit log is written by the operation itself, in its transaction, so that no caller can forget it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import ValidationError

from accesskeys.core.exceptions import AccessKeyError, IntegrityFailure
from accesskeys.core.keys_in_text import is_mostly_in
from accesskeys.core.validators import is_name
from accesskeys.core.watching import Watching
from accesskeys.models import AccessKey, Action, AuditEvent, Outcome
from accesskeys.operations import allowance
from accesskeys.operations.actors import Actor
from accesskeys.operations.committing import known_everywhere

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser

logger = logging.getLogger("accesskeys.audit")


@dataclass
class Entry:
    """An audit event in the making. An operation fills in what it learns on the way."""

    action: Action
    actor: Actor
    access_key_id: UUID | None = None
    access_key_name: str = ""
    about_operator: AbstractUser | None = None
    details: dict[str, Any] = field(default_factory=dict)
    fields: frozenset[str] = frozenset()  # those it sets, where others are set with it
    is_idle: bool = False  # It was let in, and then there was nothing to do: not worth an event.

    def concerns(self, access_key: AccessKey) -> None:
        """Name the access key that the operation is about, as it is called now."""
        self.access_key_id = access_key.pk
        self.access_key_name = access_key.name

    def is_about(self, operator: AbstractUser | None) -> None:
        """Name the operator that it is about."""
        self.about_operator = operator

    def asks_for(self, name: str) -> None:
        """Note the name that a new access key is to have. What may be a pasted key, or most of one, is left out."""
        if is_name(name) and not is_mostly_in(name):
            self.access_key_name = name

    def event(self, outcome: Outcome, reason: str = "") -> AuditEvent:
        """The event, not yet written. Never hand it a key or a digest."""
        return AuditEvent(
            actor_kind=self.actor.kind,
            actor_label=self.actor.label,
            actor_access_key_id=self.actor.access_key_id,
            operator_id=self.actor.operator.pk if self.actor.operator else None,
            door=self.actor.door,
            address=self.actor.address,
            action=self.action,
            access_key_id=self.access_key_id,
            access_key_name=self.access_key_name,
            about_operator_id=self.about_operator.pk if self.about_operator else None,
            about_operator_name=self.about_operator.get_username() if self.about_operator else "",
            outcome=outcome,
            reason=reason,
            details=self.details,
        )

    def write(self, outcome: Outcome, reason: str = "") -> None:
        """Insert the event."""
        self.event(outcome, reason).save(force_insert=True)

    def in_short(self, outcome: Outcome, reason: str) -> str:
        """The event for a line of the server's log."""
        address = self.actor.address or "an unknown address"
        return f"{self.action} {outcome}: {reason}, by {self.actor.label}, from {address}"

    def refused_by(self, refusal: ValidationError) -> str:
        """Note what was wrong with the input; returns the reason."""
        said = _codes(refusal)
        codes = {name: said[name] for name in said if name in self.fields or not self.fields}
        self.details = {"errors": codes}
        return next(iter(codes.values()))[0]


@dataclass
class Ledger:
    """The events of many operations of one kind, written together."""

    action: Action
    actor: Actor
    events: list[AuditEvent] = field(default_factory=list)

    def succeeded(self, access_key: AccessKey, details: dict[str, Any]) -> None:
        """One of them was done."""
        entry = Entry(self.action, self.actor, details=details)
        entry.concerns(access_key)
        self.events.append(entry.event(Outcome.SUCCEEDED))

    def refused(self, name: str, refusal: ValidationError) -> None:
        """One of them was not."""
        entry = Entry(self.action, self.actor)
        entry.asks_for(name)
        self.denied(entry, entry.refused_by(refusal))

    def denied(self, entry: Entry, reason: str) -> None:
        """This one was not."""
        self.events.append(entry.event(Outcome.REFUSED, reason))


class Docket:
    """The events of operations on one access key that are done together. A refusal is of those it is about."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entries)
        self.concerned = self.entries

    def concerns(self, access_key: AccessKey) -> None:
        """They are all about this access key."""
        for entry in self.entries:
            entry.concerns(access_key)

    @contextmanager
    def at_hand(self, entry: Entry) -> Iterator[None]:
        """What is refused in this block is this one."""
        self.concerned = (entry,)
        yield
        self.concerned = self.entries

    def refused_by(self, refusal: ValidationError) -> Iterator[tuple[Entry, str]]:
        """Those that set a field which is wrong, and why."""
        for entry in self.concerned:
            if not entry.fields or not entry.fields.isdisjoint(refusal.error_dict):
                yield entry, entry.refused_by(refusal)


@contextmanager
def operation(action: Action, *, actor: Actor, access_key_id: UUID | None = None) -> Iterator[Entry]:
    """Run one operation: its changes and its event are committed together before this block is left.

    A refusal undoes the changes, is written down and goes on to the caller.
    """
    entry = Entry(action, actor, access_key_id)
    with Watching.watch(str(action)), together([entry]):
        yield entry


@contextmanager
def together(entries: Iterable[Entry]) -> Iterator[Docket]:
    """Run operations on one access key as ``operation`` runs one: all changes and all events, or none of them."""
    docket = Docket(entries)
    try:
        with known_everywhere():
            yield docket
            for entry in docket.entries:
                if not entry.is_idle:
                    entry.write(Outcome.SUCCEEDED)
    except ValidationError as refusal:
        for entry, reason in docket.refused_by(refusal):
            record_refusal(entry, reason=reason)
        raise
    except IntegrityFailure as failure:
        for entry in docket.concerned:
            _record(entry, Outcome.FAILED, failure.code)
        raise
    except AccessKeyError as refusal:
        for entry in docket.concerned:
            record_refusal(entry, reason=refusal.code)
        raise


@contextmanager
def operations(action: Action, *, actor: Actor) -> Iterator[Ledger]:
    """Run many operations of one kind as ``operation`` runs one: all changes and all events, or none of them.

    What is wrong with one of them goes into the ledger; a refusal that leaves this block is one of them all.
    """
    ledger = Ledger(action, actor)
    try:
        with Watching.watch(str(action)), known_everywhere():
            yield ledger
            AuditEvent.objects.bulk_create(ledger.events)
    except AccessKeyError as refusal:
        record_refusal(Entry(action, actor), reason=refusal.code)
        raise


def record_refusal(entry: Entry, *, reason: str) -> None:
    """Write down that something was asked for and not done, as far as the actor's allowance goes."""
    _record(entry, Outcome.REFUSED, reason)


def _record(entry: Entry, outcome: Outcome, reason: str) -> None:
    allowed = allowance.claim(entry.actor)
    if not allowed.is_left:
        logger.info("Not in the audit log: %s", entry.in_short(outcome, reason))
        return
    if allowed.unwritten_until:
        entry.details["unwritten_until"] = allowed.unwritten_until
    if entry.access_key_id and not entry.access_key_name:
        name = AccessKey.objects.filter(pk=entry.access_key_id).values_list("name", flat=True).first()
        entry.access_key_name = name or ""
    entry.write(outcome, reason)


def _codes(refusal: ValidationError) -> dict[str, list[str]]:
    """The error codes by field. Not the messages and not the values: a wrong name may be a pasted key."""
    return {
        field_name: [error.code or "invalid" for error in errors]
        for field_name, errors in refusal.error_dict.items()
    }
