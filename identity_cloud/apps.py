from __future__ import annotations

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class IdentityCloudConfig(AppConfig):
    name = "identity_cloud"


class OperatorsAdminConfig(AdminConfig):
    default_site = "identity_cloud.admin_site.OperatorsAdminSite"
