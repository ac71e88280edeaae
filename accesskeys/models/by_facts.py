"""Choosing access keys by the facts about them: on PostgreSQL from indexes, on SQLite row by row.

Each word leaves the rows without such a fact out first: the indexes hold none of them (migration 0011).
"""

from __future__ import annotations

import re
from typing import Final, Self, TypeVar

from django.db import connections, models
from django.db.models import Q, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.db.models.lookups import Exact

from accesskeys.core import facts
from accesskeys.core.validators import is_name

Row = TypeVar("Row", bound=models.Model)

_TRIGRAM: Final = re.compile(r"[A-Za-z0-9]{3}")


def is_short(text: str) -> bool:
    """Whether a search finds this text only where a name or an owner begins, after an underscore or a space.

    An index of trigrams knows three letters or digits in a row, and the beginnings of words.
    """
    return is_name(text) and text.strip("_") != "" and _TRIGRAM.search(text) is None


class ByFacts(models.QuerySet[Row]):
    """The words for labels, scopes and owners."""

    # Whether they are narrowed by what has an index of its own, and is in none of an order.
    is_looked_up = False

    def labelled(self, key: str, value: str | None = None) -> Self:
        """Those with this label; without a value, those with any label of this key."""
        some = self.exclude(labels={})
        if value is None:
            return some.filter(labels__has_key=key)._looked_up()
        if self._is_on_sqlite:
            return some.filter(Exact(KeyTextTransform(key, "labels"), Value(value)))
        return some.filter(labels__contains={key: value})._looked_up()

    def with_scope(self, scope: str) -> Self:
        """Those that carry this very scope."""
        some = self.exclude(scopes=[])
        if self._is_on_sqlite:
            text = Cast("scopes", models.TextField())
            return some.alias(scopes_as_text=text).filter(scopes_as_text__contains=f'"{scope}"')
        return some.filter(scopes__contains=[scope])._looked_up()

    def owned_by(self, text: str) -> Self:
        """Those with this text in their owner, in any case. For short texts see ``is_short``."""
        return self.filter(self.in_owner(text)) if may_be_in_an_owner(text) else self.none()

    def in_owner(self, text: str) -> Q:
        """The condition of ``owned_by``, to be one of several."""
        some = Q(owner__gt="")
        if is_short(text):
            return some & (Q(owner__istartswith=text) | Q(owner__icontains=f" {text}"))
        if self._is_on_sqlite and not text.isascii():  # Its LIKE knows no other letters without their case.
            return some & Q(owner__iregex=re.escape(text))
        return some & Q(owner__icontains=text)

    def _looked_up(self) -> Self:
        self.is_looked_up = not self._is_on_sqlite
        return self

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]
        clone.is_looked_up = self.is_looked_up
        return clone

    @property
    def _is_on_sqlite(self) -> bool:
        return connections[self.db].vendor == "sqlite"


def may_be_in_an_owner(text: str) -> bool:
    """Whether there is such an owner at all; a database may refuse to look for any other text."""
    return text != "" and facts.is_line(text)
