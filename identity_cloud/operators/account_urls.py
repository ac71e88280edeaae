"""The addresses of the own account."""

from __future__ import annotations

from django.urls import path

from identity_cloud.operators.views.account import AccountPage
from identity_cloud.operators.views.app import AddAppPage
from identity_cloud.operators.views.factors import RemoveFactorPage, SetUpFactorPage
from identity_cloud.operators.views.passkeys import AddPasskeyPage, RenamePasskeyPage
from identity_cloud.operators.views.recovery_codes import RecoveryCodesPage
from identity_cloud.operators.views.sessions import SessionLeftPage, SessionsPage

app_name = "operators"

urlpatterns = [
    path("sessions/", SessionsPage.as_view(), name="sessions"),
    path("sessions/left/", SessionLeftPage.as_view(), name="session_left"),
    path("", AccountPage.as_view(), name="account"),
    path("second-factor/", SetUpFactorPage.as_view(), name="set_up_factor"),
    path("passkeys/add/", AddPasskeyPage.as_view(), name="add_passkey"),
    path("passkeys/<int:pk>/", RenamePasskeyPage.as_view(), name="rename_passkey"),
    path("app/add/", AddAppPage.as_view(), name="add_app"),
    path("recovery-codes/", RecoveryCodesPage.as_view(), name="recovery_codes"),
    path("factors/<int:pk>/remove/", RemoveFactorPage.as_view(), name="remove_factor"),
]
