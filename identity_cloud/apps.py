from __future__ import annotations

from django.apps import AppConfig


class IdentityCloudConfig(AppConfig):
    name = "identity_cloud"
