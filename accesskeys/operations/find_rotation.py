"""The rotation of an access key that somebody means."""

from __future__ import annotations

import uuid

from accesskeys.core.exceptions import NotFound
from accesskeys.core.rotation_exceptions import NotRotating
from accesskeys.models import AccessKey, Rotation


def find_rotation(access_key_id: uuid.UUID) -> Rotation:
    """The rotation as it is now, without its keys; raises NotRotating where there is none, and NotFound."""
    rotation = Rotation.objects.described().filter(pk=access_key_id).first()
    if rotation is not None and not rotation.is_over:
        return rotation
    raise NotRotating if AccessKey.objects.filter(pk=access_key_id).exists() else NotFound
