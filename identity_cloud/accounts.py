"""Signing in and out with django-allauth, cut down to what operators need."""

from __future__ import annotations

from allauth.account import views
from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.generic import RedirectView

from accesskeys.http import client_address


class OperatorAccountAdapter(DefaultAccountAdapter):
    """Accounts are made by administrators."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "enter_current_password": _("The current password is not correct."),
        "too_many_login_attempts": _("Too many failed attempts to sign in. Try again in a few minutes."),
        "username_password_mismatch": _("The username or the password is not correct."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        # All requests without a known address count as one client: the rate limits hold for them together.
        return client_address(request) or "unknown"


urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("password/change/", views.password_change, name="account_change_password"),
    # allauth asks for these names; there is nothing behind them here.
    path("signup/", RedirectView.as_view(pattern_name="account_login"), name="account_signup"),
    path("password/set/", RedirectView.as_view(pattern_name="account_login"), name="account_set_password"),
    path(
        "password/reset/", RedirectView.as_view(pattern_name="account_login"), name="account_reset_password"
    ),
]
