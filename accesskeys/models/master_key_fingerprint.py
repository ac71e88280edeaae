from __future__ import annotations

from django.db import models


class MasterKeyFingerprint(models.Model):
    """Which master key an id stood for when it was first used.

    Without it, a keyring with the right ids and wrong secrets would start and refuse every key.
    """

    key_id = models.CharField(max_length=16, primary_key=True)
    fingerprint = models.BinaryField(max_length=32)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.key_id
