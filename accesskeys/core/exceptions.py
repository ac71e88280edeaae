"""What can go wrong, each with a code that programs read and a sentence that people read.

Wrong input is not here: it is Django's own ``ValidationError``, so that forms and serializers understand it.
"""

from __future__ import annotations

from datetime import timedelta
from math import ceil

from django.core.exceptions import ImproperlyConfigured
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accesskeys.core.rates import Window


class KeyringError(ImproperlyConfigured):
    """The master keys are missing, malformed or not the ones the database was sealed with."""


class AccessKeyError(Exception):
    """Base of every refusal. ``str()`` is a sentence for the person or program that asked."""

    code = "error"
    sentence: str | Promise = _("The operation was refused.")

    def __str__(self) -> str:
        return str(self.sentence)


class NotFound(AccessKeyError):
    """No such access key: it never existed, or somebody has revoked it."""

    code = "not_found"
    sentence = _("There is no such access key. It may have been revoked.")


class NoSuchRun(NotFound):
    """What was done to many access keys at once, and is forgotten by now."""

    sentence = _("There is nothing to go on with here any more. It is kept for a week.")


class UnknownKey(NotFound):
    """A key that belongs to no access key here. The code is why: ``malformed``, ``forged`` or ``unknown``."""

    _sentences = {
        "malformed": _("This is not a key. A key is “ica_” and 51 letters and digits."),
        "forged": _("This key was not generated here, or a character of it is wrong."),
        "unknown": _("No access key here has this key any more. It was probably revoked."),
    }

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = self._sentences[code]


class ProofNeeded(Exception):
    """The operator must first show again who it is. Nothing was refused: what was begun goes on afterwards."""


class ReasonNeeded(ProofNeeded):
    """The operator must say why. As above, it goes on afterwards."""


class TooManyReveals(AccessKeyError):
    """The operator has seen as many keys within an hour as anybody may."""

    code = "too_many_reveals"

    def __init__(self, most: int, wait: timedelta) -> None:
        super().__init__(most)
        self.retry_after = max(1, ceil(wait.total_seconds()))
        minutes = ceil(self.retry_after / 60)
        self.sentence = ngettext_lazy(
            "You may see so many keys within an hour: %(most)d. You can see another in %(n)d minute.",
            "You may see so many keys within an hour: %(most)d. You can see another in %(n)d minutes.",
            minutes,
        ) % {"most": most, "n": minutes}


class Conflict(AccessKeyError):
    """What is asked for does not fit what is there by now."""


class NoRepeat(Conflict):
    """What a program asks for again cannot be answered as it was answered before. The code is why."""

    _sentences = {
        "idempotency_conflict": "This Idempotency-Key came with another body within the last 24 hours. Send a new one.",
        "access_key_revoked": (
            "The access key that this request generated has been revoked. "
            "Send a new Idempotency-Key to generate another."
        ),
        "key_replaced": (
            "The access key of this request has another key by now. "
            "Ask for it with the scope access_keys:reveal."
        ),
    }

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = self._sentences[code]


class HandOverClosed(AccessKeyError):
    """A link that shows no key. The code is why, for the audit log alone: whoever holds it hears one answer."""

    sentence = _(
        "This link shows no key. It was opened before, has expired or was taken back, or a part of it is missing. "
        "Ask whoever sent it for a new one."
    )

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NotHandedOver(AccessKeyError):
    """A key that nobody could use, or so many open links that nobody has an eye on them."""

    _sentences = {
        "suspended": _("The access key is suspended. Resume it, then hand its key over."),
        "expired": _("The access key has expired, so its key would be refused."),
        "too_many": _("There are %(most)d open links to this key. Take one of them back first."),
    }

    def __init__(self, code: str, **params: int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        return str(self._sentences[self.code]) % self.params


class AlreadyOpened(AccessKeyError):
    """A link that is taken back after somebody has seen the key."""

    code = "opened"
    sentence = _(
        "The link was opened before, so the key is known. Revoke the access key if it should not be."
    )


class TooMany(AccessKeyError):
    """More access keys than anybody looks over before something is done to all of them."""

    code = "too_many"

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most

    def __str__(self) -> str:
        sentence = _("More than %(most)s access keys match, so nothing was done. Narrow the filter.")
        return str(sentence) % {"most": number_format(self.most, force_grouping=True)}


class Forbidden(AccessKeyError):
    """The actor is known and may not do this."""

    code = "permission_denied"
    sentence = _("You do not have the permission to do this.")


class InsufficientScope(Forbidden):
    """The calling access key lacks a scope (RFC 6750, section 3.1)."""

    code = "insufficient_scope"

    def __init__(self, scope: str) -> None:
        super().__init__(scope)
        self.scope = scope

    def __str__(self) -> str:
        return str(_("The access key lacks the scope %(scope)s.") % {"scope": self.scope})


class OwnLimits(Forbidden):
    """The calling access key asks to change its own limits or expiry, or any while it has some: it would lift them."""

    sentence = _(
        "An access key cannot change its own limits or expiry, nor those of others while it has some. An operator can."
    )


class PreconditionFailed(AccessKeyError):
    """The access key is another version than the one that somebody wants to change."""

    code = "precondition_failed"
    sentence = _(
        "Somebody has changed this access key since you read it, so nothing was done. Read it again, then decide."
    )


class WiderThanOwn(Forbidden):
    """The calling access key has limits, and would give another wider ones: that would be its way out."""

    sentence = _(
        "An access key with limits cannot give others wider ones: name networks within its own, and a rate that is no "
        "higher, or leave them out."
    )


class InvalidKey(AccessKeyError):
    """The presented key is not usable. Callers hear one answer; ``reason`` is for the log."""

    code = "invalid_token"
    sentence = _("The access key is not valid.")

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class IntegrityFailure(AccessKeyError):
    """The sealed key does not open, or opens to another key than the digest names. ``damage`` says what is wrong."""

    code = "integrity_failure"
    sentence = _(
        "The stored copy of this key is damaged or was moved, so it cannot be shown. "
        "Programs that hold the key can go on using it."
    )

    def __init__(self, damage: str = "sealed") -> None:
        super().__init__(damage)
        self.damage = damage


class CountersUnavailable(AccessKeyError):
    """Rate limits cannot be counted: the cache of ``CACHE_URL`` is away, or the file cannot be written."""

    code = "unavailable"

    def __init__(self, *, in_cache: bool) -> None:
        super().__init__(in_cache)
        self.sentence = (
            _("The rate limit cannot be counted at the moment: the cache of CACHE_URL cannot be reached.")
            if in_cache
            else _("The rate limit cannot be counted at the moment: COUNTER_FILE cannot be written.")
        )


class Busy(AccessKeyError):
    """So many are at it already that nothing was tried; see ``turns``."""

    code = "unavailable"

    def __init__(self, sentence: Promise) -> None:
        super().__init__()
        self.sentence = sentence


class RateLimited(AccessKeyError):
    """Too many requests with this key, or too many bad keys from this address (RFC 6585, section 4)."""

    code = "throttled"
    sentence = _("Too many requests. Try again later.")

    def __init__(self, retry_after: int, reason: str, window: Window | None = None) -> None:
        super().__init__(retry_after, reason)
        self.reason = reason  # For the metrics: rate_limit or bad_keys.
        self.retry_after = retry_after  # whole seconds
        self.window = window  # Of the key's own limit. Of the other one, nobody is told.
