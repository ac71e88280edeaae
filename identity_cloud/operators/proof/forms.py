"""How an operator shows again who it is: by a passkey or a code, and by the password where there is neither."""

from __future__ import annotations

import json
from typing import Any, cast

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accesskeys.console.typed_keys import KeylessForm
from accesskeys.console.verbatim import UnseenInput, VerbatimInput
from accesskeys.operations import showing
from identity_cloud.operators import factors
from identity_cloud.operators.attempts import count_proof
from identity_cloud.operators.factors import condition, passkeys
from identity_cloud.operators.factors.exceptions import CopiedPasskey
from identity_cloud.operators.single_sign_on import conf
from identity_cloud.operators.single_sign_on.accounts import is_by_provider

PREFIX = "proof_"  # So that the fields can come along with whatever form was begun.


class ReasonForm(KeylessForm, forms.Form):
    """Why a key is to be seen, as the audit log keeps it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=showing.LONGEST_REASON,
        widget=VerbatimInput({"autofocus": True}),
        help_text=_("It is kept in the audit log."),
    )


class ProofForm(KeylessForm, forms.Form):
    """The ways of this operator, of which one is enough; ``used`` says which it was.

    Without a field the proof is given elsewhere: at the identity provider, in another tab.
    """

    proof_password = forms.CharField(
        label=_("Password"),
        strip=False,
        required=False,
        widget=forms.PasswordInput({"autocomplete": "current-password", "autofocus": True}),
    )
    proof_code = forms.CharField(
        label=_("Code"),
        max_length=64,
        required=False,
        widget=UnseenInput({"class": "mono", "autocomplete": "one-time-code", "autofocus": True}),
        help_text=_("From your app, or one of your recovery codes."),
    )
    proof_credential = forms.JSONField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        self._request = request
        self._operator = cast(User, request.user)
        self._kinds = factors.usable_kinds(self._operator)
        self.used = ""
        self.is_at_provider = not factors.has_factor(self._operator) and is_by_provider(self._operator)
        super().__init__(*args, **kwargs)
        for name in self.fields.keys() - self._ways():
            del self.fields[name]

    def _ways(self) -> set[str]:
        if self.is_at_provider:
            return set()
        ways = {"proof_credential"} if passkeys.KIND in self._kinds else set()
        if self._kinds - {passkeys.KIND}:
            ways.add("proof_code")
        return ways or (set() if factors.has_factor(self._operator) else {"proof_password"})

    @property
    def sentence(self) -> str:
        """What the operator is asked to do."""
        codes, passkeys_here = "proof_code" in self.fields, "proof_credential" in self.fields
        if "proof_password" in self.fields:
            return gettext("Enter your password to continue.")
        if passkeys_here and not self.obstacle:
            return (
                gettext("Use a passkey or enter a code to continue.")
                if codes
                else gettext("Use a passkey to continue.")
            )
        return (
            gettext("Enter a code to continue.") if codes else gettext("Confirm that it is you to continue.")
        )

    @property
    def provider(self) -> str:
        """What the identity provider is called."""
        return conf.named().label

    @cached_property
    def unusable(self) -> str:
        """What cannot be used though it is there, and what to do."""
        return condition.obstacle(self._operator)

    @property
    def obstacle(self) -> str:
        """Why a passkey cannot be used at this address, though there is one."""
        return passkeys.obstacle(self._request) if "proof_credential" in self.fields else ""

    @property
    def options(self) -> str:
        """What the browser asks for a passkey with. The challenge is kept in the session, for one answer."""
        return json.dumps(factors.begin_passkey(self._request, self._operator))

    @property
    def reason(self) -> str:
        """Why it was refused, for the audit log."""
        return next(iter(self.errors.as_data().values()))[0].code or "invalid"

    def clean(self) -> dict[str, Any]:
        given = {name: value for name, value in (super().clean() or {}).items() if value}
        if self.errors:
            return given
        if credential := given.get("proof_credential"):
            self._accept_passkey(credential)
        elif code := given.get("proof_code"):
            self._accept("proof_code", factors.check_code(self._operator, code))
        elif password := given.get("proof_password"):
            self._check_password(password)
        else:
            raise ValidationError(_("Fill this in to go on."), "required")
        return given

    def _accept_passkey(self, credential: Any) -> None:
        try:
            self._accept(None, factors.complete_passkey(self._request, self._operator, credential))
        except CopiedPasskey as copied:
            self.add_error(None, ValidationError(str(copied), copied.code))

    def _accept(self, field: str | None, authenticator: Authenticator | None) -> None:
        if authenticator is None:
            self.add_error(field, ValidationError(_("That was not right. Try again."), "wrong"))
        else:
            self.used = authenticator.type

    def _check_password(self, password: str) -> None:
        forget = count_proof(self._request, self._operator)
        if self._operator.check_password(password):
            forget()
            self.used = "password"
        else:
            self.add_error("proof_password", ValidationError(_("The password is not correct."), "wrong"))
