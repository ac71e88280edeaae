"""How an operator shows again who it is: by a passkey or a code, and by the password where there is neither."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accesskeys.console.typed_keys import KeylessForm
from accesskeys.console.verbatim import VerbatimInput
from accesskeys.operations import showing
from identity_cloud.operators import factors

# Of these names, so that they can come along with whatever form was begun.
PREFIX = "proof_"


class ReasonForm(KeylessForm, forms.Form):
    """Why a key is to be seen, as the audit log keeps it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=showing.LONGEST_REASON,
        widget=VerbatimInput({"autofocus": True}),
        help_text=_("It is kept in the audit log."),
    )


class ProofForm(KeylessForm, forms.Form):
    """One of the ways of this operator. ``used`` says which it was."""

    proof_password = forms.CharField(
        label=_("Password"),
        strip=False,
        required=False,
        widget=forms.PasswordInput({"autocomplete": "current-password", "autofocus": True}),
    )
    proof_code = forms.CharField(
        label=_("Code"),
        max_length=32,
        required=False,
        widget=VerbatimInput({"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
        help_text=_("From your app, or one of your recovery codes."),
    )
    proof_credential = forms.JSONField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        self._request = request
        self._operator: AbstractUser = request.user  # type: ignore[assignment]
        self.used = ""
        super().__init__(*args, **kwargs)
        for name in self.fields.keys() - self._ways():
            del self.fields[name]

    def _ways(self) -> set[str]:
        kinds = factors.kinds(self._operator)
        ways = {"proof_credential"} if Authenticator.Type.WEBAUTHN in kinds else set()
        if kinds & {Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES}:
            ways.add("proof_code")
        return ways or {"proof_password"}

    @property
    def reason(self) -> str:
        """Why it was refused, for the audit log."""
        return next(iter(self.errors.as_data().values()))[0].code or "invalid"

    def clean(self) -> dict[str, Any]:
        given = {name: value for name, value in (super().clean() or {}).items() if value}
        if self.errors:
            return given
        if credential := given.get("proof_credential"):
            self._accept(
                "proof_credential", factors.complete_passkey(self._request, self._operator, credential)
            )
        elif code := given.get("proof_code"):
            self._accept("proof_code", factors.check_code(self._operator, code))
        elif password := given.get("proof_password"):
            self._check_password(password)
        else:
            raise ValidationError(_("Fill this in to go on."), "required")
        return given

    def _accept(self, field: str, authenticator: Authenticator | None) -> None:
        if authenticator is None:
            raise ValidationError({field: ValidationError(_("That was not right. Try again."), "wrong")})
        self.used = authenticator.type

    def _check_password(self, password: str) -> None:
        key = f"proof-{self._operator.pk}"
        if not ratelimit.consume(self._request, action="login_failed", key=key):
            raise get_adapter().validation_error("too_many_login_attempts")
        if not self._operator.check_password(password):
            wrong = ValidationError(_("The password is not correct."), "wrong")
            raise ValidationError({"proof_password": wrong})
        ratelimit.clear(self._request, action="login_failed", key=key)
        self.used = "password"
