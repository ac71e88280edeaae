"""Holding what somebody wishes for against the model's rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accesskeys.models import AccessKey
from accesskeys.operations.keeping import as_kept

# How SQLite and PostgreSQL (whatever its language) say that the name is there already.
_NAME_IS_TAKEN = re.compile(r"UNIQUE.*accesskey\.name\b|\(name\)=")


def validate(access_key: AccessKey, *fields: str) -> None:
    """Hold the named fields against the model's rules."""
    access_key.full_clean(exclude=all_but(*fields), validate_constraints=False)


def objection(*, access_key_id: UUID | None = None, **fields: Any) -> ValidationError | None:
    """What the model's rules say of these fields of an access key, new or of this ID; nothing is written down.

    For a door that must refuse other fields already and wants to say everything at once.
    """
    access_key = AccessKey(**as_kept(fields))
    if access_key_id is not None:
        access_key.pk, access_key._state.adding = access_key_id, False  # Its own name is not taken.
    try:
        validate(access_key, *fields)
    except ValidationError as refusal:
        return refusal
    return None


def all_but(*fields: str) -> set[str]:
    """The fields that are not to be looked at."""
    return {field.name for field in AccessKey._meta.fields}.difference(fields)


def name_taken() -> ValidationError:
    """What the model says of a second row with the same name."""
    return ValidationError(AccessKey._meta.get_field("name").error_messages["unique"], code="unique")


def says_that_name_is_taken(error: IntegrityError) -> bool:
    """Whether this, of all that a database may object to, is a name that is there already."""
    return _NAME_IS_TAKEN.search(str(error)) is not None


@contextmanager
def name_is_unique() -> Iterator[None]:
    """Two doors may take the same name at once; the loser hears what it would have heard a moment later."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if not says_that_name_is_taken(error):
            raise
        raise ValidationError({"name": name_taken()}) from None
