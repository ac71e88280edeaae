"""The names of operators: none that the sign-in cannot tell apart from another is given twice."""

from __future__ import annotations

import logging
import unicodedata
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connections, transaction
from django.utils.translation import gettext_lazy as _

from accesskeys.console.typed_keys import NOT_A_NAME
from accesskeys.core import keys_in_text

logger = logging.getLogger("identity_cloud.operators")

# The net below the rule, for what passes it: two accounts in the same moment, rows written past the model.
_INDEX = "CREATE UNIQUE INDEX IF NOT EXISTS operators_distinct_names ON auth_user (UPPER(username))"


def folded(name: str) -> str:
    """What all spellings of a name have in common: neither case nor Unicode's compatible forms count.

    Databases differ in this, so none of them is asked.
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).strip()


def called(name: str) -> User | None:
    """The operator who signs in with this name: the one called so exactly, else the only one called so at all."""
    names = dict(User.objects.values_list("username", "pk"))
    if name in names:
        return User.objects.get(pk=names[name])
    alike = [pk for other, pk in names.items() if folded(other) == folded(name)]
    return User.objects.get(pk=alike[0]) if len(alike) == 1 else None


def check(name: str, *, pk: Any) -> None:
    """Raise ValidationError where another operator has the name already. What somebody is called now is no matter."""
    names = dict(User.objects.values_list("pk", "username"))
    if names.pop(pk, None) == name:
        return
    if keys_in_text.is_mostly_in(name):
        raise NOT_A_NAME
    for other in names.values():
        if folded(other) == folded(name):
            sentence = _(
                "There is an operator %(other)s already. The sign-in cannot tell the two names apart."
            )
            raise ValidationError(sentence, "unique", {"other": other})


def check_saved(instance: User, *, raw: bool, update_fields: Any, **_kwargs: Any) -> None:
    """Before an operator is saved, by whatever door. Fixtures are loaded as they are."""
    if not raw and (update_fields is None or "username" in update_fields):
        check(instance.username, pk=instance.pk)


def hold_in_database(using: str, **_kwargs: Any) -> None:
    """After a migration, let the database hold it too, unless two such operators are in it already."""
    connection = connections[using]
    if User._meta.db_table not in connection.introspection.table_names():
        return
    try:
        with transaction.atomic(using=using), connection.cursor() as cursor:
            cursor.execute(_INDEX)
    except IntegrityError:
        logger.warning("Two operators have names that differ in case alone. Rename one, then migrate again.")
