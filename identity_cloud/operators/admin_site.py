"""Django's admin, for operator accounts and roles alone, and for superusers alone."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


class OperatorsAdminSite(admin.AdminSite):
    """Access keys and audit events are not registered here: the admin would be a door beside the operations."""

    site_header = site_title = "Identity Cloud"
    index_title = "Operators and roles"

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The sign-in of the console, with its rate limits; the admin has none of its own."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.get_full_path())
