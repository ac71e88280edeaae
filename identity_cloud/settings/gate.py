"""The settings of a server whose ``ROLE`` is ``gate``: it decides about keys, and knows no pages and no sessions.

Of the server alone: commands see the whole product, whatever the role.
"""

from __future__ import annotations

from identity_cloud.settings import *  # noqa: F403
from identity_cloud.settings import ACCESS_KEYS_COUNTER_CACHE

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "rest_framework",
    "drf_standardized_errors",
    "accesskeys",
]
MIDDLEWARE = [
    "identity_cloud.request_ids.RequestIdMiddleware",
    "identity_cloud.browsers.BrowsersMiddleware",
    "identity_cloud.tracing.TracingMiddleware",
    "accesskeys.gate.VerifyMiddleware",
    "identity_cloud.health.middleware.HealthMiddleware",
    "identity_cloud.middleware.GateMiddleware",
]
ROOT_URLCONF = "identity_cloud.gate_urls"
if (
    ACCESS_KEYS_COUNTER_CACHE is None
):  # Attempts to sign in are counted in a folder otherwise, and nobody does here.
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
HOUSEKEEPING = False  # Half of what is to be put away is unknown here.
USE_I18N = False
TEMPLATES = []
