"""The rules for what people type. Each model field names its validator; all doors inherit it from there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accesskeys.core import facts, keys_in_text, networks, rates, scopes
from accesskeys.core.notation import NotationError

NAME_MAX_LENGTH = 30
NAME_RULE = _("Use 1 to 30 characters: letters A to Z and a to z, digits 0 to 9 and underscores.")
SCOPE_RULE = _(
    "“%(scope)s” is not a scope. Use lower-case words joined by colons, such as orders:read, "
    "of at most %(limit)d characters."
)

HOLDS_KEY = _(
    "There is a key in this text. Leave it out: everybody who sees the access key reads what is written here."
)
LABEL_RULE = _(
    "“%(label)s” is not a label. Write it as team=payments: a lower-case word of at most %(key_limit)d characters, "
    "and a value of at most %(value_limit)d characters on one line."
)
_LABEL_LIMITS = {"key_limit": facts.LABEL_KEY_MAX_LENGTH, "value_limit": facts.LABEL_VALUE_MAX_LENGTH}

# \Z, because $ also matches before a trailing newline; an explicit class, because \w takes any script.
_NAME = re.compile(r"\A[A-Za-z0-9_]{1,30}\Z")


def is_name(text: str) -> bool:
    """Whether an access key may be called this."""
    return _NAME.match(text) is not None


def validate_name(value: str) -> None:
    """Refuse every name outside the rule with one code, ``invalid``. Nothing is trimmed or repaired."""
    if not is_name(value):
        raise ValidationError(NAME_RULE, code="invalid")


def validate_scopes(value: Sequence[str]) -> None:
    """Refuse a set of scopes that is too large (``too_many``) or holds a malformed one (``invalid_scope``)."""
    if len(value) > scopes.LIMIT:
        raise ValidationError(
            _("An access key carries at most %(limit)d scopes."),
            code="too_many",
            params={"limit": scopes.LIMIT},
        )
    for scope in value:
        # A code of its own: for ``invalid``, the JSON field would put its own message in place of ours.
        if not scopes.is_well_formed(scope):
            # Escaped as repr() does it: a control character in a file must not reach the terminal of a command.
            params = {"scope": repr(scope)[1:-1], "limit": scopes.MAX_LENGTH}
            raise ValidationError(SCOPE_RULE, code="invalid_scope", params=params)


def validate_in_future(value: datetime) -> None:
    """Refuse an expiry that has passed already, so that no access key is born unusable."""
    if value <= timezone.now():
        raise ValidationError(_("Choose a time in the future."), code="not_in_future")


def validate_networks(value: Sequence[str]) -> None:
    """Refuse too many networks (``too_many``) or text that is no network (``invalid_network``)."""
    if len(value) > networks.LIMIT:
        raise ValidationError(
            _("An access key carries at most %(limit)d networks."),
            code="too_many",
            params={"limit": networks.LIMIT},
        )
    for text in value:
        _parse(networks.parse_network, text, code="invalid_network")


def validate_rate(value: str) -> None:
    """Refuse text that is not a rate limit such as ``100/minute`` (``invalid``)."""
    _parse(rates.parse_rate, value, code="invalid")


def validate_line(value: str) -> None:
    """Refuse text of several lines, or whose direction is turned about, so that it reads as another (``invalid``).

    And text that holds a key, or most of one (``holds_key``).
    """
    _refuse_key(value)
    if not facts.is_line(value):
        raise ValidationError(_("Write one line, without control characters."), code="invalid")


def validate_labels(value: Mapping[str, str]) -> None:
    """Refuse too many (``too_many``), and a label that holds a key (``holds_key``) or is none (``invalid_label``)."""
    if not isinstance(value, Mapping):
        raise not_a_label("…")
    if len(value) > facts.LABEL_LIMIT:
        raise ValidationError(
            _("An access key carries at most %(limit)d labels."),
            code="too_many",
            params={"limit": facts.LABEL_LIMIT},
        )
    for key, text in value.items():
        _refuse_key(f"{key}={text}")
        if not (isinstance(text, str) and facts.is_label_key(key) and facts.is_label_value(text)):
            raise not_a_label(f"{key}={text}")


def not_a_label(text: str) -> ValidationError:
    """What there is to say of text that should be a label. A key in it is not said back."""
    quoted = repr(keys_in_text.struck_from(text))[1:-1]
    return ValidationError(LABEL_RULE, code="invalid_label", params=_LABEL_LIMITS | {"label": quoted})


def validate_parted(set_labels: Iterable[str], removed_labels: Iterable[str]) -> None:
    """Refuse the key of a label that is to be set and to be removed (``contradictory``)."""
    for key in sorted(set(set_labels).intersection(removed_labels)):
        raise ValidationError(
            _("“%(label)s” cannot be set and removed at once. Choose one of them."),
            code="contradictory",
            params={"label": key},
        )


def _refuse_key(text: str) -> None:
    if keys_in_text.is_mostly_in(text):
        raise ValidationError(HOLDS_KEY, code="holds_key")


def _parse(parse: Callable[[str], object], text: str, *, code: str) -> None:
    # Lists have codes of their own: for ``invalid``, a JSON field would put its own message in place of ours.
    try:
        parse(text)
    except NotationError as error:
        raise ValidationError(gettext(error.sentence), code=code, params=error.params) from None
