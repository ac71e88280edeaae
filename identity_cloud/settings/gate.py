"""The settings of a server whose ``ROLE`` is ``gate``: it decides about keys, and knows no pages and no sessions.

Of the server alone: commands see the whole product, whatever the role.
"""

from __future__ import annotations

from identity_cloud.settings import *  # noqa: F403

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "rest_framework",
    "drf_standardized_errors",
    "accesskeys",
]
MIDDLEWARE = ["accesskeys.gate.VerifyMiddleware", "identity_cloud.middleware.GateMiddleware"]
ROOT_URLCONF = "identity_cloud.gate_urls"
HOUSEKEEPING = False  # Half of what is to be put away is unknown here.
USE_I18N = False
TEMPLATES = []
