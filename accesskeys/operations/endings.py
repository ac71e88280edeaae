"""What ends for good, in the transaction of the operation that ends it; once that is committed, in the journal, too.

All that is revoked goes through here, so that no caller can forget the journal.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from accesskeys.core import journal
from accesskeys.core.journal import Journal
from accesskeys.models import AccessKey


def delete(access_key_ids: Collection[uuid.UUID]) -> None:
    """Let these access keys, which are locked, be no more."""
    AccessKey.objects.only("pk").filter(pk__in=access_key_ids).delete()  # Django reads what it deletes.
    _note([journal.revoked(access_key_id) for access_key_id in access_key_ids])


def end_key(access_key_id: uuid.UUID, *, made_at: datetime) -> None:
    """Note that the key of this access key that was made then is accepted no more."""
    _note([journal.ended(access_key_id, made_at)])


def _note(lines: list[str]) -> None:
    # Not before: what is undone has not ended. Not later: an answer promises that no backup brings it back.
    transaction.on_commit(lambda: Journal.write(lines))
