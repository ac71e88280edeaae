"""The parameters of a query: each by a name that is known, and once."""

from __future__ import annotations

from collections.abc import Collection

from django.http import QueryDict
from rest_framework.exceptions import ErrorDetail, ValidationError

from accesskeys.api.strictness import attr_of


def require_known(query: QueryDict, known: Collection[str]) -> None:
    """Refuse what is not known (``unknown``) and what is said twice (``repeated``), by name and never by value.

    A list that ignored either would answer with other access keys than those that were asked for.
    """
    taken = f"Here are {', '.join(sorted(known))}." if known else "There are none here."
    errors: dict[str, list[ErrorDetail]] = {}
    for name, values in query.lists():
        if name not in known:
            errors.setdefault(attr_of(name), []).append(
                ErrorDetail(f"There is no such parameter. {taken}", "unknown")
            )
        elif len(values) > 1:
            errors[name] = [ErrorDetail("Send this parameter once.", "repeated")]
    if errors:
        raise ValidationError(errors)
