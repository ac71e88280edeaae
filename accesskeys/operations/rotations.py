"""What the operations on rotations share: the rotation as it stands, and its end."""

from __future__ import annotations

from accesskeys.core.moments import written
from accesskeys.core.rotation_exceptions import NotRotating
from accesskeys.models import AccessKey, Action, Outcome, Rotation
from accesskeys.models.sealed_key import SealedKey
from accesskeys.operations import audit, endings
from accesskeys.operations.actors import Actor


def rotation_of(access_key: AccessKey) -> Rotation | None:
    """The rotation of an access key that is locked, over or not."""
    return Rotation.objects.select_related("access_key").filter(pk=access_key.pk).first()


def latest(access_key: AccessKey) -> SealedKey:
    """The row of the key that programs are to use from now on: the next one, if there is one."""
    return rotation_of(access_key) or access_key


def pending(access_key: AccessKey) -> Rotation:
    """The rotation of an access key that is locked, if it is not over yet; raises NotRotating."""
    rotation = rotation_of(access_key)
    if rotation is None or rotation.is_over:
        raise NotRotating
    return rotation


def begin(access_key: AccessKey, rotation: Rotation) -> None:
    """Let the access key, which is locked, have two keys."""
    rotation.save(force_insert=True)
    AccessKey.objects.filter(pk=access_key.pk).update(has_next_key=True)


def drop_next_key(access_key: AccessKey, rotation: Rotation) -> None:
    """Let the present key be the only one, in one transaction with the lock."""
    Rotation.objects.filter(pk=access_key.pk).delete()
    AccessKey.objects.filter(pk=access_key.pk).update(has_next_key=False)
    endings.end_key(access_key.pk, made_at=rotation.created_at)


def end_old_key(access_key: AccessKey, rotation: Rotation) -> None:
    """Make the next key the one and only, in one transaction with the lock."""
    endings.end_key(access_key.pk, made_at=access_key.key_made_at)
    access_key.key_created_at, access_key.key_first_used_at = rotation.created_at, rotation.first_used_at
    AccessKey.objects.filter(pk=access_key.pk).update(
        digest=rotation.digest,
        digest_key_id=rotation.digest_key_id,
        sealed=rotation.sealed,
        sealed_key_id=rotation.sealed_key_id,
        hint=rotation.hint,
        key_created_at=rotation.created_at,
        key_first_used_at=rotation.first_used_at,
        has_next_key=False,
    )
    Rotation.objects.filter(pk=access_key.pk).delete()


def settle(access_key: AccessKey, rotation: Rotation, actor: Actor) -> None:
    """The same where the end has come by itself: written down by whoever comes across it."""
    end_old_key(access_key, rotation)
    event = audit.Entry(Action.ROTATION_COMPLETED, actor, details={"ended_at": written(rotation.ends_at)})
    event.concerns(access_key)
    event.write(Outcome.SUCCEEDED)
