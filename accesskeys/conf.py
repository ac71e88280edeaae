"""The settings of this app, each read when it is needed so that tests and reloads see the present value."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

LAST_USED_PRECISION = timedelta(minutes=1)


def master_keys() -> str:
    """``ACCESS_KEYS_MASTER_KEYS``: the keyring as text. Never derived from ``SECRET_KEY``."""
    return getattr(settings, "ACCESS_KEYS_MASTER_KEYS", "")
