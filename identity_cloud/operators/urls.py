"""The addresses of django-allauth, cut down to what operators need: signing in and out, and the own password."""

from __future__ import annotations

from allauth.account import views
from django.urls import path
from django.views.generic import RedirectView

from identity_cloud.operators.link_pages import ChoosePasswordPage, OneTimeLinkPage
from identity_cloud.operators.views import PasswordPage, SignInPage, SignOutPage

urlpatterns = [
    path("login/", SignInPage.as_view(), name="account_login"),
    path("logout/", SignOutPage.as_view(), name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("password/change/", PasswordPage.as_view(), name="account_change_password"),
    path("link/", OneTimeLinkPage.as_view(), name="one_time_link"),
    path("choose-password/", ChoosePasswordPage.as_view(), name="choose_password"),
    # allauth asks for these names; there is nothing behind them here.
    path("signup/", RedirectView.as_view(pattern_name="account_login"), name="account_signup"),
    path("password/set/", RedirectView.as_view(pattern_name="account_login"), name="account_set_password"),
    path(
        "password/reset/", RedirectView.as_view(pattern_name="account_login"), name="account_reset_password"
    ),
]
