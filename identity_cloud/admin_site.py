"""Django's admin, for operator accounts and roles alone, and for superusers alone."""

from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.http import HttpRequest


class OperatorsAdminSite(admin.AdminSite):
    """Access keys and audit events are not registered here: the admin would be a door beside the services."""

    site_header = site_title = "Identity Cloud"
    index_title = "Operators and roles"

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)


# The same sign-in, with the same rate limits, as for the console.
OperatorsAdminSite.login = secure_admin_login(OperatorsAdminSite.login)  # type: ignore[method-assign, no-untyped-call]
