"""Arguments that choose access keys, in the words that the list of the API has for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser

from accesskeys.core import facts, scopes
from accesskeys.management.durations import moment_at
from accesskeys.models import AccessKey, AccessKeyQuerySet
from accesskeys.models.lists import Status, with_status

Choose = Callable[[AccessKeyQuerySet, str], AccessKeyQuerySet]


def _with_label(access_keys: AccessKeyQuerySet, text: str) -> AccessKeyQuerySet:
    key, equals, value = text.partition("=")
    if not (facts.is_label_key(key) and facts.is_label_value(value)):
        raise _wrong("--label", "Write a label as team=payments, or its key alone, such as team.")
    return access_keys.labelled(key, value if equals else None)


def _with_scope(access_keys: AccessKeyQuerySet, text: str) -> AccessKeyQuerySet:
    if not scopes.is_well_formed(text):
        raise _wrong("--scope", f"Write a scope as orders:read, of at most {scopes.MAX_LENGTH} characters.")
    return access_keys.with_scope(text)


def _owned_by(access_keys: AccessKeyQuerySet, text: str) -> AccessKeyQuerySet:
    if not (1 <= len(text) <= facts.OWNER_MAX_LENGTH and facts.is_line(text)):
        raise _wrong(
            "--owner", f"Write part of an owner: one line of 1 to {facts.OWNER_MAX_LENGTH} characters."
        )
    return access_keys.owned_by(text)


def _wrong(option: str, sentence: str) -> ValidationError:
    return ValidationError({option: ValidationError(sentence, code="invalid")})


_WORDS: Final[Mapping[str, Choose]] = MappingProxyType(
    {
        "search": lambda access_keys, text: access_keys.search(text),
        "status": lambda access_keys, text: with_status(access_keys, Status(text)),
        "label": _with_label,
        "scope": _with_scope,
        "owner": _owned_by,
        "created_after": lambda access_keys, text: access_keys.created_between(moment_at(text), None),
        "created_before": lambda access_keys, text: access_keys.created_between(None, moment_at(text)),
        "expires_after": lambda access_keys, text: access_keys.expiring_between(moment_at(text), None),
        "expires_before": lambda access_keys, text: access_keys.expiring_between(None, moment_at(text)),
        "last_used_before": lambda access_keys, text: access_keys.last_used_before(moment_at(text)),
    }
)


def add_filters(parser: CommandParser) -> None:
    """Which access keys. Each one more leaves fewer of them."""
    group = parser.add_argument_group("which access keys")
    group.add_argument("--search", metavar="TEXT", help="part of the name or owner, or the ID")
    group.add_argument("--status", choices=Status.values, help="those in this state alone")
    group.add_argument(
        "--label", metavar="KEY[=VALUE]", help="with this label, such as team=payments or team"
    )
    group.add_argument("--scope", metavar="SCOPE", help="that carry this scope")
    group.add_argument("--owner", metavar="TEXT", help="with this in their owner")
    for name, meaning in {
        "created-after": "generated at this time or later, such as 2030-01-31T12:00:00Z",
        "created-before": "generated earlier",
        "expires-after": "that expire at this time or later",
        "expires-before": "that expire earlier",
        "last-used-before": "used, and not since this time",
    }.items():
        group.add_argument(f"--{name}", metavar="TIME", help=meaning)


def given(options: Mapping[str, Any]) -> dict[str, str]:
    """The filters that were named, empty ones too."""
    return {name: options[name] for name in _WORDS if options[name] is not None}


def chosen(filters: Mapping[str, str]) -> AccessKeyQuerySet:
    """The access keys that they leave. Raises ValidationError for a filter that makes no sense."""
    access_keys = AccessKey.objects.described()
    for name, text in filters.items():
        access_keys = _WORDS[name](access_keys, text)
    return access_keys
