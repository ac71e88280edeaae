"""The product's settings, with the peers installed beside it: one server and one set of settings for all rows."""

from __future__ import annotations

import os
from typing import Any

from identity_cloud.settings import *  # noqa: F403
from identity_cloud.settings import INSTALLED_APPS as PRODUCT_APPS

INSTALLED_APPS = [
    *PRODUCT_APPS,
    "rest_framework.authtoken",
    "knox",
    "rest_framework_api_key",
    "drf_simple_apikey",
]
# The peers are measured as a new Django project has them. The first two lead our own paths past the rest.
MIDDLEWARE = [
    "accesskeys.gate.VerifyMiddleware",
    "identity_cloud.middleware.ProgramsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",  # django-allauth refuses to start without it.
    "django_htmx.middleware.HtmxMiddleware",  # Pages of lists ask what it has to say.
]
ROOT_URLCONF = "benchmarks.urls"

REST_KNOX: dict[str, Any] = {"TOKEN_TTL": None}
DRF_API_KEY: dict[str, Any] = {
    "FERNET_SECRET": os.environ["BENCHMARK_FERNET_SECRET"],
    "ENFORCE_HTTPS": False,  # The load comes over loopback.
}
