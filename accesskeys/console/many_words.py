"""How the console speaks of many access keys at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accesskeys.models import BulkRun
from accesskeys.operations.policy import Operation


class _Words(NamedTuple):
    heading: Callable[[int], str]
    consequence: Callable[[int], str]
    done: Callable[[int], str]


# Each calls ngettext itself, or nobody would find the texts to translate.
_WORDS: Final[Mapping[str, _Words]] = MappingProxyType(
    {
        Operation.SUSPEND: _Words(
            lambda total: ngettext("Suspend %(total)s access key", "Suspend %(total)s access keys", total),
            lambda total: ngettext(
                "Programs that use its key are refused until you resume it.",
                "Programs that use their keys are refused until you resume them.",
                total,
            ),
            lambda total: ngettext(
                "%(total)s access key is suspended.", "%(total)s access keys are suspended.", total
            ),
        ),
        Operation.RESUME: _Words(
            lambda total: ngettext("Resume %(total)s access key", "Resume %(total)s access keys", total),
            lambda total: ngettext(
                "Its key is accepted again, unless it has expired.",
                "Their keys are accepted again, except those that have expired.",
                total,
            ),
            lambda total: ngettext(
                "%(total)s access key is resumed.", "%(total)s access keys are resumed.", total
            ),
        ),
        Operation.DESCRIBE: _Words(
            lambda total: ngettext("Label %(total)s access key", "Label %(total)s access keys", total),
            lambda _total: _("Labels that you do not name stay as they are."),
            lambda total: ngettext(
                "%(total)s access key is labelled.", "%(total)s access keys are labelled.", total
            ),
        ),
        Operation.REVOKE: _Words(
            lambda total: ngettext("Revoke %(total)s access key", "Revoke %(total)s access keys", total),
            lambda total: ngettext(
                "Programs that use this key are refused from their next request on. The access key is deleted from the "
                "database, and you cannot undo the action.",
                "Programs that use these keys are refused from their next request on. The access keys are deleted from "
                "the database, and you cannot undo the action.",
                total,
            ),
            lambda total: ngettext(
                "%(total)s access key is revoked. Programs that use it are refused from now on.",
                "%(total)s access keys are revoked. Programs that use them are refused from now on.",
                total,
            ),
        ),
    }
)


def heading(operation: str, total: int) -> str:
    """What is done, to how many; on the button too."""
    return _filled(_WORDS[operation].heading, total)


def consequence(operation: str, total: int) -> str:
    """What it means for programs."""
    return _filled(_WORDS[operation].consequence, total)


def used(total: int) -> str:
    """How many of them somebody would miss at once."""
    if not total:
        return _("None of them was used within the last day.")
    return _filled(
        lambda total: ngettext(
            "%(total)s of them was used within the last day.",
            "%(total)s of them were used within the last day.",
            total,
        ),
        total,
    )


def absent(total: int) -> str:
    """How many somebody else has revoked before."""
    return _filled(
        lambda total: ngettext(
            "%(total)s selected access key is no longer there: somebody else has revoked it.",
            "%(total)s selected access keys are no longer there: somebody else has revoked them.",
            total,
        ),
        total,
    )


def done(run: BulkRun) -> str:
    """How many were changed."""
    return _filled(_WORDS[run.operation].done, run.done)


def half_done(run: BulkRun) -> str:
    """How far it is, where the list tells of it."""
    return _("Half done: “%(heading)s”, %(reached)s so far.") % {
        "heading": heading(run.operation, run.total),
        "reached": number_format(run.reached, force_grouping=True),
    }


def left_alone(run: BulkRun) -> str:
    """How many were not reached when it was stopped."""
    return _filled(
        lambda total: ngettext(
            "%(total)s access key was left alone.", "%(total)s access keys were left alone.", total
        ),
        run.left_alone,
    )


def unchanged(run: BulkRun) -> str:
    """How many were so already."""
    return _filled(
        lambda total: ngettext(
            "%(total)s access key was so already.", "%(total)s access keys were so already.", total
        ),
        run.unchanged,
    )


def refused(run: BulkRun) -> str:
    """How many were refused."""
    return _filled(
        lambda total: ngettext(
            "%(total)s access key was refused:", "%(total)s access keys were refused:", total
        ),
        run.refused,
    )


def _filled(words: Callable[[int], str], total: int) -> str:
    return words(total) % {"total": number_format(total, force_grouping=True)}
