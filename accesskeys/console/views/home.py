"""The start page is the first page that the operator may see."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.views.generic import RedirectView

from accesskeys.http import actor_of
from accesskeys.operations.policy import Operation, may

# In this order. Who may see none of them hears at the first whom to ask.
_PAGES = (
    (Operation.LIST, "accesskeys:access_key_list"),
    (Operation.READ_AUDIT_LOG, "accesskeys:audit_log"),
    (Operation.LIST_OPERATORS, "operator_list"),
)


class HomePage(LoginRequiredMixin, RedirectView):
    """To the access key list, for those who may see it."""

    def get_redirect_url(self, *args: Any, **kwargs: Any) -> str | None:
        actor = actor_of(self.request)
        allowed = (page for operation, page in _PAGES if may(actor, operation))
        self.pattern_name = next(allowed, _PAGES[0][1])
        return super().get_redirect_url(*args, **kwargs)
