"""What django-allauth is told about operators."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AbstractUser
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accesskeys.core.exceptions import Busy
from accesskeys.http import client_address
from identity_cloud.operators import known_devices, names, sign_in_log

UNKNOWN = "::"  # The unspecified address (RFC 4291, section 2.5.2), for a column that takes addresses alone.


class OperatorAccountAdapter(DefaultAccountAdapter):
    """Accounts are made by administrators."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "enter_current_password": _("The current password is not correct."),
        "too_many_login_attempts": _("Too many failed attempts to sign in. Try again in a few minutes."),
        "username_password_mismatch": _("The username or the password is not correct."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        # All requests without a known address count as one client: the rate limits hold for them together.
        return client_address(request) or UNKNOWN

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        name = credentials["username"]
        operator = names.called(name)
        if device := known_devices.device_of(request, operator):
            counted = [("login_failed_known", device)]
        else:
            # By what all spellings of a name have in common, or each would be a fresh set of attempts.
            counted = [("login_failed", names.folded(name)), ("login_failed_overall", "")]
        self._usages = []
        for action, key in counted:
            usage = ratelimit.consume(request, app="allauth.account", action=action, key=key)
            if not usage:
                self._rollback_login_failed_rl_usage()
                sign_in_log.refused(request, operator, "too_many_attempts")
                raise self.validation_error("too_many_login_attempts")
            self._usages.append(usage)

    def _rollback_login_failed_rl_usage(self) -> None:
        for usage in self._usages:
            usage.rollback()

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        sign_in_log.refused(request, names.called(credentials["username"]), "wrong")

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        known_devices.remember(request, response, cast(AbstractUser, user))
        return response

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        try:
            operator: AbstractBaseUser | None = super().authenticate(request, **credentials)
        except Busy:  # Counted before it was tried.
            self._rollback_login_failed_rl_usage()
            raise
        if operator and not operator.is_active:  # Nobody hears that there is such an account.
            sign_in_log.refused(request, cast(AbstractUser, operator), "inactive")
            return None
        return operator
