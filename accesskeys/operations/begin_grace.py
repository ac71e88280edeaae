"""A next key is in use: from its first use on, the old one is in its grace."""

from __future__ import annotations

from datetime import datetime

from django.db import router, transaction

from accesskeys.core.moments import written
from accesskeys.models import AccessKey, Action, Outcome, Rotation
from accesskeys.models.patience import be_impatient
from accesskeys.operations import audit
from accesskeys.operations.actors import Actor


def begin_grace(*, access_key: AccessKey, at: datetime, address: str | None) -> bool:
    """Write the first use of a next key down, once, and when the old key ends by it.

    Returns False where somebody holds the row at the moment: then it is to be tried again.
    """
    alias = router.db_for_write(AccessKey)
    rows = AccessKey.objects.using(alias).filter(pk=access_key.pk)
    with transaction.atomic(using=alias, durable=True):
        be_impatient(transaction.get_connection(alias))
        if not rows.select_for_update(skip_locked=True).values_list("pk").first():
            return not rows.exists()  # Revoked meanwhile.
        unused = Rotation.objects.using(alias).filter(pk=access_key.pk, first_used_at=None)
        rotation = unused.only("grace", "ends_at").first()
        if rotation is not None:
            ends_at = min(rotation.ends_at, at + rotation.grace)
            unused.update(first_used_at=at, ends_at=ends_at)
            event = audit.Entry(
                Action.NEXT_KEY_USED,
                Actor.for_access_key(access_key, address=address),
                details={"ends_at": written(ends_at)},
            )
            event.concerns(access_key)
            event.write(Outcome.SUCCEEDED)
    return True
