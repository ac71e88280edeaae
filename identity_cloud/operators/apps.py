from __future__ import annotations

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class OperatorsConfig(AppConfig):
    name = "identity_cloud.operators"


class OperatorsAdminConfig(AdminConfig):
    default_site = "identity_cloud.operators.admin_site.OperatorsAdminSite"
