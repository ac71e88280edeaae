"""Would this request pass? The checks of a decision, told one by one instead of decided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from accesskeys.core.rates import Window
from accesskeys.models import AccessKey
from accesskeys.verification import rate_limits
from accesskeys.verification.decision import CHECKS, Attempt


class Verdict(NamedTuple):
    """What one check says, and what it looked at: also as it is, of a rate limit and of a scope."""

    check: str
    passes: bool
    told: str
    seen: Window | str | None = None


def explain(
    access_key: AccessKey, attempt: Attempt, wanted: Sequence[str], *, is_now: bool
) -> Iterator[Verdict]:
    """What the checks say of this attempt, which wants these scopes, up to the first that refuses.

    Nothing is counted, and no use is recorded. Raises CountersUnavailable where the rate limit cannot be read;
    at another moment than now it need not be.
    """
    for verdict in _every_verdict(access_key, attempt, wanted, is_now=is_now):
        yield verdict
        if not verdict.passes:
            return


def _every_verdict(
    access_key: AccessKey, attempt: Attempt, wanted: Sequence[str], *, is_now: bool
) -> Iterator[Verdict]:
    for check in CHECKS:
        yield Verdict(check.reason, check.passes(access_key, attempt), check.told(access_key))
    yield _rate(access_key, is_now=is_now)
    carried = " ".join(access_key.scopes) or "none"
    for scope in wanted:
        yield Verdict("scope", access_key.has_scope(scope), f"{scope}, of {carried}", scope)


def _rate(access_key: AccessKey, *, is_now: bool) -> Verdict:
    if access_key.rate_limit is None:
        return Verdict("rate", True, "unlimited")
    if not is_now:
        return Verdict("rate", True, f"{access_key.rate_limit}, counted when it is time")
    window = rate_limits.window_of(access_key)
    told = f"{access_key.rate_limit}, {window.used} used, begins anew in {window.seconds_left} s"
    return Verdict("rate", window.used < window.allowed, told, window)
