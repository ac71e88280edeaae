"""The start page is the first page that the operator may see."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.views.generic import RedirectView

from accesskeys.http import actor_of
from accesskeys.operations.policy import Operation, may


class HomePage(LoginRequiredMixin, RedirectView):
    """To the access key list; for those who may read the audit log alone, to that."""

    def get_redirect_url(self, *args: Any, **kwargs: Any) -> str | None:
        actor = actor_of(self.request)
        if may(actor, Operation.READ_AUDIT_LOG) and not may(actor, Operation.LIST):
            self.pattern_name = "accesskeys:audit_log"
        else:
            self.pattern_name = "accesskeys:access_key_list"
        return super().get_redirect_url(*args, **kwargs)
