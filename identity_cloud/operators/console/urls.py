"""The addresses of the pages about operators."""

from __future__ import annotations

from django.urls import path

from identity_cloud.operators.console.details import OperatorDetailsPage, OperatorRolesPage
from identity_cloud.operators.console.invite import OperatorInvitePage
from identity_cloud.operators.console.list import OperatorListPage
from identity_cloud.operators.console.reset import OperatorResetPage
from identity_cloud.operators.console.sessions import OperatorEndSessionsPage
from identity_cloud.operators.console.switch import OperatorActivatePage, OperatorDeactivatePage

urlpatterns = [
    path("", OperatorListPage.as_view(), name="operator_list"),
    path("invite/", OperatorInvitePage.as_view(), name="operator_invite"),
    path("<int:pk>/", OperatorDetailsPage.as_view(), name="operator_details"),
    path("<int:pk>/roles/", OperatorRolesPage.as_view(), name="operator_roles"),
    path("<int:pk>/deactivate/", OperatorDeactivatePage.as_view(), name="operator_deactivate"),
    path("<int:pk>/activate/", OperatorActivatePage.as_view(), name="operator_activate"),
    path("<int:pk>/reset/", OperatorResetPage.as_view(), name="operator_reset"),
    path("<int:pk>/sessions/", OperatorEndSessionsPage.as_view(), name="operator_end_sessions"),
]
