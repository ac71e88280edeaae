"""The states that access keys are looked for in, and the orders that a list of them comes in."""

from __future__ import annotations

from django.db.models import F, TextChoices
from django.utils.translation import gettext_lazy as _

from accesskeys.models.access_key import EXPIRY, LAST_USE, AccessKeyQuerySet
from accesskeys.models.attention import EXPIRES_SOON, LONG_UNUSED


class Status(TextChoices):
    """The states of access keys that are worth looking for."""

    USABLE = "usable", _("Usable")
    EXPIRING = "expiring", _("Expiring within 14 days")
    EXPIRED = "expired", _("Expired")
    SUSPENDED = "suspended", _("Suspended")
    NEVER_USED = "never_used", _("Never used")
    UNUSED = "unused", _("Unused for 90 days")


class Ordering(TextChoices):
    """The orders that the list comes in; a minus is descending."""

    NEWEST = "-created_at", _("Newest first")
    OLDEST = "created_at", _("Oldest first")
    NAME = "name", _("Name, A to Z")
    NAME_DESCENDING = "-name", _("Name, Z to A")
    LAST_USED = "-last_used_at", _("Last used, latest first")
    LEAST_RECENTLY_USED = "last_used_at", _("Last used, never first")
    EXPIRY = "expires_at", _("Expires, soonest first")
    EXPIRY_DESCENDING = "-expires_at", _("Expires, never first")


def with_status(access_keys: AccessKeyQuerySet, status: Status) -> AccessKeyQuerySet:
    """Those in this state now."""
    match status:
        case Status.USABLE:
            return access_keys.usable()
        case Status.EXPIRING:
            return access_keys.expiring(EXPIRES_SOON)
        case Status.EXPIRED:
            return access_keys.expired()
        case Status.SUSPENDED:
            return access_keys.suspended()
        case Status.NEVER_USED:
            return access_keys.never_used()
        case _:
            return access_keys.unused(LONG_UNUSED)


def in_order(access_keys: AccessKeyQuerySet, ordering: Ordering) -> AccessKeyQuerySet:
    """In this order, and in one order only: equals are told apart by id.

    Never used sorts before every use; no expiry after every expiry.
    """
    column, descending = ordering.removeprefix("-"), ordering.startswith("-")
    place = {"last_used_at": LAST_USE, "expires_at": EXPIRY}.get(column, F(column))
    return access_keys.order_by(place.desc() if descending else place.asc(), "-id" if descending else "id")
