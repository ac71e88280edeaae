"""The addresses of the console."""

from __future__ import annotations

from django.urls import path

from accesskeys.console.views.api_documentation import ApiDocumentationPage
from accesskeys.console.views.audit_log import AuditLogPage
from accesskeys.console.views.check import AccessKeyCheckPage
from accesskeys.console.views.details import AccessKeyDetailsPage
from accesskeys.console.views.exports import AccessKeysExport, AuditLogExport
from accesskeys.console.views.find import AccessKeyFindPage
from accesskeys.console.views.generate import AccessKeyGeneratePage
from accesskeys.console.views.hand_over import AccessKeyHandOverPage, HandOverTakeBackPage
from accesskeys.console.views.home import HomePage
from accesskeys.console.views.list import AccessKeyListPage
from accesskeys.console.views.many import AccessKeysManyPage, AccessKeysRunPage
from accesskeys.console.views.open_hand_over import OpenHandOverPage
from accesskeys.console.views.reveal import AccessKeyRevealPage
from accesskeys.console.views.revoke import AccessKeyRevokePage
from accesskeys.console.views.rotation import (
    AccessKeyRotatePage,
    RotationCancellationPage,
    RotationCompletionPage,
)
from accesskeys.console.views.sections import (
    AccessKeyExpiryPage,
    AccessKeyFactsPage,
    AccessKeyLimitsPage,
    AccessKeyScopesPage,
)
from accesskeys.console.views.switch import AccessKeyResumePage, AccessKeySuspendPage

app_name = "accesskeys"

urlpatterns = [
    path("", HomePage.as_view(), name="home"),
    path("settings/access-keys/", AccessKeyListPage.as_view(), name="access_key_list"),
    path("settings/access-keys/generate/", AccessKeyGeneratePage.as_view(), name="access_key_generate"),
    path("settings/access-keys/find/", AccessKeyFindPage.as_view(), name="access_key_find"),
    path("settings/access-keys/many/", AccessKeysManyPage.as_view(), name="access_keys_many"),
    path("settings/access-keys/many/<uuid:run_id>/", AccessKeysRunPage.as_view(), name="access_keys_run"),
    path("settings/access-keys/export/", AccessKeysExport.as_view(), name="access_keys_export"),
    path(
        "settings/access-keys/<access_key_id:pk>/", AccessKeyDetailsPage.as_view(), name="access_key_details"
    ),
    path(
        "settings/access-keys/<access_key_id:pk>/reveal/",
        AccessKeyRevealPage.as_view(),
        name="access_key_reveal",
    ),
    path(
        "settings/access-keys/<access_key_id:pk>/scopes/",
        AccessKeyScopesPage.as_view(),
        name="access_key_scopes",
    ),
    path(
        "settings/access-keys/<access_key_id:pk>/expiry/",
        AccessKeyExpiryPage.as_view(),
        name="access_key_expiry",
    ),
    path(
        "settings/access-keys/<access_key_id:pk>/facts/",
        AccessKeyFactsPage.as_view(),
        name="access_key_facts",
    ),
    path(
        "settings/access-keys/<access_key_id:pk>/limits/",
        AccessKeyLimitsPage.as_view(),
        name="access_key_limits",
    ),
    path(
        "settings/access-keys/<access_key_id:pk>/suspend/",
        AccessKeySuspendPage.as_view(),
        name="access_key_suspend",
    ),
    path(
        "settings/access-keys/<access_key_id:pk>/resume/",
        AccessKeyResumePage.as_view(),
        name="access_key_resume",
    ),
    path(
        "settings/access-keys/<access_key_id:pk>/check/",
        AccessKeyCheckPage.as_view(),
        name="access_key_check",
    ),
    path(
        "settings/access-keys/<access_key_id:pk>/rotate/",
        AccessKeyRotatePage.as_view(),
        name="access_key_rotate",
    ),
    path(
        "settings/access-keys/<access_key_id:pk>/rotate/end-old-key/",
        RotationCompletionPage.as_view(),
        name="access_key_end_old_key",
    ),
    path(
        "settings/access-keys/<access_key_id:pk>/rotate/cancel/",
        RotationCancellationPage.as_view(),
        name="access_key_cancel_rotation",
    ),
    path(
        "settings/access-keys/<access_key_id:pk>/revoke/",
        AccessKeyRevokePage.as_view(),
        name="access_key_revoke",
    ),
    path(
        "settings/access-keys/<access_key_id:pk>/hand-over/",
        AccessKeyHandOverPage.as_view(),
        name="access_key_hand_over",
    ),
    path(
        "settings/access-keys/<access_key_id:pk>/hand-over/<int:number>/",
        HandOverTakeBackPage.as_view(),
        name="hand_over_take_back",
    ),
    path("hand-over/", OpenHandOverPage.as_view(), name="open_hand_over"),
    path("settings/audit-log/", AuditLogPage.as_view(), name="audit_log"),
    path("settings/audit-log/export/", AuditLogExport.as_view(), name="audit_log_export"),
    path("api/v1/docs/", ApiDocumentationPage.as_view(), name="api_documentation"),
]
