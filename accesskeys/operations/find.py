"""The access key that somebody means."""

from __future__ import annotations

import uuid

from accesskeys.core.exceptions import NotFound
from accesskeys.core.validators import is_name
from accesskeys.models import AccessKey, AccessKeyQuerySet


def resolve(name_or_id: str) -> uuid.UUID:
    """The id of an access key that a person names either way. A name is never mistaken for an id: it is shorter.

    Raises NotFound for an unknown name; an id is passed on as it is.
    """
    try:
        return uuid.UUID(name_or_id)
    except ValueError:
        pass
    if is_name(name_or_id):  # Anything else, such as a NUL, may be more than the database can be asked for.
        access_key = AccessKey.objects.only("pk").filter(name=name_or_id).first()
        if access_key is not None:
            return access_key.pk
    raise NotFound


def find(name_or_id: str) -> AccessKey:
    """The access key that a person names either way, as it is now; raises NotFound."""
    return get(AccessKey.objects.described(), resolve(name_or_id))


def lock(access_key_id: uuid.UUID) -> AccessKey:
    """The row as it is now, held until the transaction ends, so that what is decided on it stays true."""
    return get(AccessKey.objects.described().select_for_update(), access_key_id)


def get(access_keys: AccessKeyQuerySet, access_key_id: uuid.UUID) -> AccessKey:
    """The one of these access keys that has this id; raises NotFound."""
    access_key = access_keys.filter(pk=access_key_id).first()
    if access_key is None:
        raise NotFound
    return access_key
