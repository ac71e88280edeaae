from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import django_filters
from django.utils.translation import gettext_lazy as _

from accesskeys.api.filter_fields import Label, LabelFilter, MomentFilter, OwnerFilter, ScopeFilter
from accesskeys.models import AccessKey, AccessKeyQuerySet
from accesskeys.models.lists import Status, with_status

# Columns that are never null: a cursor cannot stand on a null.
ORDERINGS = ("name", "-name", "created_at", "-created_at")


def _naming(choices: Iterable[str]) -> dict[str, str]:
    """What is heard of any other choice. That one is not quoted: it may be anything, and a key."""
    return {"invalid_choice": f"Choose one of {', '.join(choices)}."}


class AccessKeyFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    """``?search= &status= &ordering= &label= …``; a value that makes no sense is a 400."""

    search = django_filters.CharFilter(
        method="find",
        max_length=100,
        help_text=_(
            "Part of the name or of the owner, or the ID. Fewer than three letters or digits in a row are found where "
            "a name or an owner begins, after an underscore in a name, or after a space in an owner."
        ),
    )
    status = django_filters.ChoiceFilter(
        method="with_status", choices=Status.choices, error_messages=_naming(Status.values)
    )
    label = LabelFilter(method="with_label", help_text=_("A label, such as team=payments, or its key alone."))
    owner = OwnerFilter(method="owned_by", help_text=_("Part of the owner, in any case."))
    scope = ScopeFilter(method="with_scope", help_text=_("A whole scope."))
    created_after = MomentFilter(method="created_since", help_text=_("At this time or later."))
    created_before = MomentFilter(method="created_until", help_text=_("Earlier than this."))
    expires_after = MomentFilter(
        method="expiring_since", help_text=_("At this time or later. What never expires is left out.")
    )
    expires_before = MomentFilter(
        method="expiring_until", help_text=_("Earlier than this. What never expires is left out.")
    )
    last_used_before = MomentFilter(
        method="last_used_until",
        help_text=_("Used, and not since then. What was never used is left out: see the status never_used."),
    )
    ordering = django_filters.ChoiceFilter(
        method="in_order",
        choices=[(name, name) for name in ORDERINGS],
        help_text=_("A minus is descending."),
        error_messages=_naming(ORDERINGS),
    )

    class Meta:
        model = AccessKey
        fields: tuple[str, ...] = ()

    def filter_queryset(self, queryset: AccessKeyQuerySet) -> AccessKeyQuerySet:
        # The ID tells equals apart, in the same direction: a cursor never stands between two rows alike.
        chosen: AccessKeyQuerySet = super().filter_queryset(queryset.order_by("-created_at", "-id"))
        return chosen

    def find(self, access_keys: AccessKeyQuerySet, name: str, value: str) -> AccessKeyQuerySet:
        return access_keys.search(value)

    def with_status(self, access_keys: AccessKeyQuerySet, name: str, value: str) -> AccessKeyQuerySet:
        return with_status(access_keys, Status(value))

    def with_label(self, access_keys: AccessKeyQuerySet, name: str, value: Label) -> AccessKeyQuerySet:
        return access_keys.labelled(*value)

    def owned_by(self, access_keys: AccessKeyQuerySet, name: str, value: str) -> AccessKeyQuerySet:
        return access_keys.owned_by(value)

    def with_scope(self, access_keys: AccessKeyQuerySet, name: str, value: str) -> AccessKeyQuerySet:
        return access_keys.with_scope(value)

    def created_since(self, access_keys: AccessKeyQuerySet, name: str, value: datetime) -> AccessKeyQuerySet:
        return access_keys.created_between(value, None)

    def created_until(self, access_keys: AccessKeyQuerySet, name: str, value: datetime) -> AccessKeyQuerySet:
        return access_keys.created_between(None, value)

    def expiring_since(self, access_keys: AccessKeyQuerySet, name: str, value: datetime) -> AccessKeyQuerySet:
        return access_keys.expiring_between(value, None)

    def expiring_until(self, access_keys: AccessKeyQuerySet, name: str, value: datetime) -> AccessKeyQuerySet:
        return access_keys.expiring_between(None, value)

    def last_used_until(
        self, access_keys: AccessKeyQuerySet, name: str, value: datetime
    ) -> AccessKeyQuerySet:
        return access_keys.last_used_before(value)

    def in_order(self, access_keys: AccessKeyQuerySet, name: str, value: str) -> AccessKeyQuerySet:
        return access_keys.order_by(value, "-id" if value.startswith("-") else "id")
