"""The addresses of a server whose ``ROLE`` is ``gate``, beside ``/auth/verify/``: where keys are decided about."""

from __future__ import annotations

from django.urls import path

from accesskeys.api.introspection import IntrospectionView
from accesskeys.api.metrics import MetricsView
from accesskeys.api.views import CurrentAccessKeyView, PingView

urlpatterns = [
    path("api/v1/ping/", PingView.as_view(), name="ping"),
    path("api/v1/access-keys/current/", CurrentAccessKeyView.as_view(), name="access_key_current"),
    path("oauth2/introspect/", IntrospectionView.as_view(), name="introspect"),
    path("metrics/", MetricsView.as_view(), name="metrics"),
]

handler400 = "accesskeys.console.views.errors.bad_request"
handler403 = "accesskeys.console.views.errors.permission_denied"
handler404 = "accesskeys.console.views.errors.not_found"
handler500 = "accesskeys.console.views.errors.server_error"
