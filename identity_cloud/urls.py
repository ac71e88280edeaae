from __future__ import annotations

from django.templatetags.static import static
from django.urls import include, path
from django.utils.functional import lazy
from django.views.generic import RedirectView

from accesskeys.api.introspection import IntrospectionView
from accesskeys.api.metrics import MetricsView
from accesskeys.api.revocation import RevocationView
from accesskeys.console.views.language import LanguagePage
from identity_cloud import gauges

# Lazy: the names of static files are known only after they were collected.
favicon = lazy(static, str)("accesskeys/favicon.svg")

gauges.register()  # For the address of /metrics/ below.

urlpatterns = [
    path("api/v1/", include("accesskeys.api.urls")),  # First, for it is asked most.
    path("oauth2/introspect/", IntrospectionView.as_view(), name="introspect"),
    path("oauth2/revoke/", RevocationView.as_view(), name="revoke"),
    path("metrics/", MetricsView.as_view(), name="metrics"),
    path("accounts/", include("identity_cloud.operators.urls")),
    path("account/", include("identity_cloud.operators.account_urls")),
    path("settings/operators/", include("identity_cloud.operators.console.urls")),
    path("favicon.ico", RedirectView.as_view(url=favicon)),
    path("language/setlang/", LanguagePage.as_view(), name="set_language"),
    path("", include("accesskeys.console.urls")),
]

handler400 = "accesskeys.console.views.errors.bad_request"
handler403 = "identity_cloud.operators.welcome.permission_denied"
handler404 = "accesskeys.console.views.errors.not_found"
handler429 = "accesskeys.console.views.errors.too_many_requests"
handler500 = "accesskeys.console.views.errors.server_error"
