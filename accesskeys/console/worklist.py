"""The line of counts above the list. Each leads to what it counts."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from accesskeys.models.lists import Status
from accesskeys.models.worklist import Waiting, worklist

_SAID: dict[Status, Promise] = {
    Status.NEVER_USED: ngettext_lazy("%(number)s never used", "%(number)s never used", "n"),
    Status.EXPIRING: ngettext_lazy(
        "%(number)s expires within 14 days", "%(number)s expire within 14 days", "n"
    ),
    Status.EXPIRED: ngettext_lazy("%(number)s expired", "%(number)s expired", "n"),
    Status.SUSPENDED: ngettext_lazy("%(number)s suspended", "%(number)s suspended", "n"),
    Status.UNUSED: ngettext_lazy("%(number)s unused for 90 days", "%(number)s unused for 90 days", "n"),
}


class Item(NamedTuple):
    """A state, and what is said of how many are in it."""

    status: Status
    sentence: str


def items() -> list[Item]:
    """Those that some access keys are in."""
    return [Item(waiting.status, _sentence(waiting)) for waiting in worklist()]


def _sentence(waiting: Waiting) -> str:
    number = number_format(waiting.number, force_grouping=True)
    if waiting.is_capped:
        number = _("more than %(number)s") % {"number": number}
    return str(_SAID[waiting.status] % {"n": waiting.number, "number": number})
