from __future__ import annotations

from typing import Final

from django.db import models

HINT_LENGTH: Final = 4


class SealedKey(models.Model):
    """The columns of a key: what it is found by, shown from, and told by. The key itself is in none of them."""

    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    digest_key_id = models.CharField(max_length=16, editable=False)
    sealed = models.BinaryField(max_length=128, editable=False)
    sealed_key_id = models.CharField(max_length=16, editable=False)
    # The default of the database is for processes of the version before, which know of no hint.
    hint = models.CharField(max_length=HINT_LENGTH, blank=True, default="", db_default="", editable=False)

    class Meta:
        abstract = True
