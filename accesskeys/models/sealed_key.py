from __future__ import annotations

from django.db import models


class SealedKey(models.Model):
    """The columns of a key: what it is found by, and what it is shown from. The key itself is in none of them."""

    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    digest_key_id = models.CharField(max_length=16, editable=False)
    sealed = models.BinaryField(max_length=128, editable=False)
    sealed_key_id = models.CharField(max_length=16, editable=False)

    class Meta:
        abstract = True
