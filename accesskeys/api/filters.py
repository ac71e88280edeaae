from __future__ import annotations

from collections.abc import Iterable

import django_filters
from django.utils.translation import gettext_lazy as _

from accesskeys.models import AccessKey, AccessKeyQuerySet
from accesskeys.models.lists import Status, with_status

# Columns that are never null: a cursor cannot stand on a null.
ORDERINGS = ("name", "-name", "created_at", "-created_at")


def _naming(choices: Iterable[str]) -> dict[str, str]:
    """What is heard of any other choice. That one is not quoted: it may be anything, and a key."""
    return {"invalid_choice": f"Choose one of {', '.join(choices)}."}


class AccessKeyFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    """``?search= &status= &ordering=``; an unknown value is a 400."""

    search = django_filters.CharFilter(
        method="find",
        max_length=100,
        help_text=_(
            "Part of the name, or the ID. Fewer than three letters or digits in a row are found where a name begins, "
            "or after an underscore."
        ),
    )
    status = django_filters.ChoiceFilter(
        method="with_status", choices=Status.choices, error_messages=_naming(Status.values)
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

    def in_order(self, access_keys: AccessKeyQuerySet, name: str, value: str) -> AccessKeyQuerySet:
        return access_keys.order_by(value, "-id" if value.startswith("-") else "id")
