"""The addresses of django-allauth, cut down to what operators need: signing in and out, and the own password."""

from __future__ import annotations

from allauth.account import views
from django.urls import path
from django.views.generic import RedirectView

from identity_cloud.operators.single_sign_on.back_channel import BackChannelLogout
from identity_cloud.operators.single_sign_on.views import BeginPage, ProvePage, ReturnPage
from identity_cloud.operators.views import PasswordPage, SignInPage, SignOutPage
from identity_cloud.operators.views.links import ChoosePasskeyPage, ChoosePasswordPage, OneTimeLinkPage
from identity_cloud.operators.views.passkey_sign_in import PasskeySignInPage
from identity_cloud.operators.views.prove import ProofPage
from identity_cloud.operators.views.second_step import SecondStepPage

urlpatterns = [
    path("login/", SignInPage.as_view(), name="account_login"),
    path("passkey/", PasskeySignInPage.as_view(), name="sign_in_with_passkey"),
    path("second-factor/", SecondStepPage.as_view(), name="mfa_authenticate"),
    path("logout/", SignOutPage.as_view(), name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("prove/", ProofPage.as_view(), name="account_reauthenticate"),
    path("password/change/", PasswordPage.as_view(), name="account_change_password"),
    path("single-sign-on/", BeginPage.as_view(), name="single_sign_on"),
    path("single-sign-on/prove/", ProvePage.as_view(), name="single_sign_on_prove"),
    path("single-sign-on/return/", ReturnPage.as_view(), name="single_sign_on_return"),
    path(
        "single-sign-on/back-channel-logout/",
        BackChannelLogout.as_view(),
        name="single_sign_on_back_channel_logout",
    ),
    path("link/", OneTimeLinkPage.as_view(), name="one_time_link"),
    path("choose-password/", ChoosePasswordPage.as_view(), name="choose_password"),
    path("choose-passkey/", ChoosePasskeyPage.as_view(), name="choose_passkey"),
    # allauth asks for these names; there is nothing behind them here.
    path("signup/", RedirectView.as_view(pattern_name="account_login"), name="account_signup"),
    path("password/set/", RedirectView.as_view(pattern_name="account_login"), name="account_set_password"),
    path(
        "password/reset/", RedirectView.as_view(pattern_name="account_login"), name="account_reset_password"
    ),
]
