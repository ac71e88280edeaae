"""What the list and the audit log show, as files. They are sent while they are read: any number of rows fits."""

from __future__ import annotations

from abc import abstractmethod
from http import HTTPStatus
from typing import Any, ClassVar

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from accesskeys.console.exports import FORMATS, Export
from accesskeys.console.filters import AccessKeyFilter, AuditLogFilter, QueryForm
from accesskeys.console.streams import ExportStream
from accesskeys.console.views.base import ConsolePage
from accesskeys.console.views.errors import problem
from accesskeys.models import DESCRIPTION, AccessKey, AuditEvent
from accesskeys.operations import policy
from accesskeys.operations.policy import Operation


class ExportPage(ConsolePage):
    """A file to download, in the format that the query string names; CSV if it names none."""

    http_method_names = ["get", "head", "options"]
    formats: tuple[str, ...] = ("csv",)
    filter: ClassVar[type[QueryForm]]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        wanted = request.GET.get("format", "csv")
        if wanted not in self.formats:
            sentence = _("There is no export in this format.")
            return problem(request, HTTPStatus.BAD_REQUEST, "invalid", sentence)
        if unknown := sorted(request.GET.keys() - self.filter.base_fields.keys() - {"format"}):
            # Ignored, it would leave more rows in the file than were asked for, and nobody would notice.
            sentence = _("There is no parameter “%(name)s”, so nothing was exported.") % {"name": unknown[0]}
            return problem(request, HTTPStatus.BAD_REQUEST, "unknown", sentence)
        policy.authorize(self.actor, self.operation)
        export = self.export(request)
        kind = FORMATS[wanted](export.fields)
        pieces = () if request.method == "HEAD" else ExportStream(export, kind)
        response = StreamingHttpResponse(pieces, content_type=kind.media_type)
        filename = f"{export.name}-{timezone.now():%Y-%m-%d}.{wanted}"
        response["Content-Disposition"] = f'attachment; filename="{filename}"'
        return response

    @abstractmethod
    def export(self, request: HttpRequest) -> Export:
        """The rows that the query string chooses."""


class AccessKeysExport(ExportPage):
    """The access keys that the list shows with this query string, on all its pages. Never their keys."""

    operation = Operation.EXPORT
    section = "access_keys"
    filter = AccessKeyFilter

    def export(self, request: HttpRequest) -> Export:
        chosen = AccessKeyFilter(request.GET).choose(AccessKey.objects.described())
        return Export("access-keys", DESCRIPTION, chosen.values_list(*DESCRIPTION))


class AuditLogExport(ExportPage):
    """The entries that the audit log shows with this query string, as CSV or as JSON Lines."""

    operation = Operation.EXPORT_AUDIT_LOG
    section = "audit_log"
    formats = ("csv", "jsonl")
    filter = AuditLogFilter

    def export(self, request: HttpRequest) -> Export:
        chosen = AuditLogFilter(request.GET).choose(AuditEvent.objects.all())
        fields = (
            "at",
            "action",
            "outcome",
            "reason",
            "access_key_id",
            "access_key_name",
            "about_operator_id",
            "about_operator_name",
            "actor_kind",
            "actor_label",
            "actor_access_key_id",
            "door",
            "address",
            "details",
        )
        return Export("audit-log", fields, chosen.values_list(*fields))
