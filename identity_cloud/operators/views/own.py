"""What the pages of the own account share."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth.models import AbstractUser
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accesskeys.console.views.base import ConsolePage
from accesskeys.operations import policy
from accesskeys.operations.policy import Operation
from identity_cloud.operators.middleware.second_factor import lacks_factor


class OwnPage(ConsolePage):
    """A page about whoever looks at it."""

    operation = Operation.ADD_FACTOR
    section = "account"

    @property
    def operator(self) -> AbstractUser:
        """Whoever looks at it."""
        return cast(AbstractUser, self.request.user)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        # Without the factor that is required, the console's links lead nowhere.
        layout = "bare.html" if lacks_factor(self.request) else "base.html"
        return super().get_context_data(layout=layout, **context)

    def show(self, codes: list[str]) -> HttpResponse:
        """The recovery codes, in this one answer."""
        return self.response_class(
            self.request, "account/recovery_codes.html", self.get_context_data(codes=codes)
        )

    @property
    def account_url(self) -> str:
        """The address of the account page."""
        return reverse("operators:account")


class GravePage(OwnPage):
    """One that asks for fresh proof before it shows anything, so that nothing begun here has to wait for it."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        policy.authorize(self.actor, self.operation)
        return self.ask(**kwargs)

    def ask(self, **context: Any) -> HttpResponse:
        """The page with its form."""
        return self.page(**context)
