"""The addresses of the API."""

from __future__ import annotations

from django.urls import path

from accesskeys.api.rotation import OwnRotationView, RotationCompletionView, RotationView
from accesskeys.api.schema_view import SchemaView
from accesskeys.api.views import (
    AccessKeyDetailsView,
    AccessKeyLimitsView,
    AccessKeyListView,
    AccessKeyRevealView,
    AccessKeySuspensionView,
    CurrentAccessKeyView,
    PingView,
)

app_name = "api"

urlpatterns = [
    path("ping/", PingView.as_view(), name="ping"),
    path("access-keys/current/", CurrentAccessKeyView.as_view(), name="access_key_current"),
    path("access-keys/current/rotation/", OwnRotationView.as_view(), name="access_key_own_rotation"),
    path("access-keys/", AccessKeyListView.as_view(), name="access_key_list"),
    path("access-keys/<access_key_id:pk>/", AccessKeyDetailsView.as_view(), name="access_key_details"),
    path("access-keys/<access_key_id:pk>/reveal/", AccessKeyRevealView.as_view(), name="access_key_reveal"),
    path("access-keys/<access_key_id:pk>/limits/", AccessKeyLimitsView.as_view(), name="access_key_limits"),
    path(
        "access-keys/<access_key_id:pk>/suspension/",
        AccessKeySuspensionView.as_view(),
        name="access_key_suspension",
    ),
    path("access-keys/<access_key_id:pk>/rotation/", RotationView.as_view(), name="access_key_rotation"),
    path(
        "access-keys/<access_key_id:pk>/rotation/completion/",
        RotationCompletionView.as_view(),
        name="access_key_rotation_completion",
    ),
    path("schema/", SchemaView.as_view(), name="schema"),
]
