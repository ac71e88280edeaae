"""The operator that somebody means."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db.models import QuerySet

from identity_cloud.operators.exceptions import NoSuchOperator


def resolve(name: str) -> int:
    """The id of the operator who is called exactly so; raises NoSuchOperator."""
    if not name.isprintable():  # A database cannot even be asked for some of it.
        raise NoSuchOperator
    return _get(User.objects.filter(username=name)).pk


def lock(operator_id: int) -> User:
    """The row as it is now, held until the transaction ends; raises NoSuchOperator."""
    return _get(User.objects.select_for_update().filter(pk=operator_id))


def _get(operators: QuerySet[User]) -> User:
    operator = operators.first()
    if operator is None:
        raise NoSuchOperator
    return operator
