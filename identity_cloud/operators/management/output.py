"""How commands write down an operator."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User

from accesskeys.core.moments import written
from identity_cloud.operators.standing import roles_in_order, standing_of

_GAP = "  "


def described(operator: User) -> dict[str, Any]:
    """What may be told about an operator, ready for JSON."""
    factors = {each.type for each in operator.authenticator_set.all()}
    return {
        "name": operator.username,
        "status": str(standing_of(operator)),
        "roles": roles_in_order(operator),
        "superuser": operator.is_superuser,
        "password": operator.has_usable_password(),
        "second_factors": sorted(factors - {Authenticator.Type.RECOVERY_CODES}),
        "last_login": written(operator.last_login) if operator.last_login else None,
    }


COLUMNS = ("name", "status", "roles", "superuser", "password", "second_factors", "last_login")


def separated_by_tabs(operators: Iterable[User]) -> Iterator[str]:
    """A line of names, then a line for each."""
    yield "\t".join(COLUMNS)
    for cells in _cells(operators):
        yield "\t".join(cells)


def table(operators: Iterable[User], width: int) -> Iterator[str]:
    """The same for a person at a terminal. Nothing wraps."""
    rows: list[Sequence[str]] = [[name.upper().replace("_", " ") for name in COLUMNS], *_cells(operators)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        line = _GAP.join(f"{cell:<{wide}}" for cell, wide in zip(row, widths, strict=True)).rstrip()
        yield line if len(line) <= width else f"{line[: width - 1]}…"


def _cells(operators: Iterable[User]) -> Iterator[list[str]]:
    for operator in map(described, operators):
        yield [_cell(operator[column]) for column in COLUMNS]


def _cell(value: str | bool | list[str] | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return (" ".join(value) if isinstance(value, list) else value) or "-"
