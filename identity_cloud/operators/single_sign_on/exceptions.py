"""What can go wrong at an identity provider: a code for the log and the audit log, a sentence for the operator."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class SingleSignOnError(Exception):
    """Base. ``reason`` is exact and never holds a token, a code or a secret; ``str()`` is what the operator hears."""

    sentence: str | Promise = _("The identity provider did not sign you in. Try again.")

    def __init__(self, reason: str, *, operator: User | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.operator = operator  # whom it is about, where that is known

    def __str__(self) -> str:
        return str(self.sentence)


class ProviderAway(SingleSignOnError):
    """It does not answer, or too late, or not as a provider does."""

    sentence = _("The identity provider cannot be reached at the moment. Try again in a few seconds.")


class NotAsAsked(SingleSignOnError):
    """The answer does not belong to what this browser asked for: an old tab, a second click, or an attack."""

    sentence = _("This sign-in was begun too long ago, or in another browser. Begin again.")


class Cancelled(SingleSignOnError):
    """The operator, or the provider, said no."""

    sentence = _("The identity provider did not let you through.")


class TokenRefused(SingleSignOnError):
    """A token that must not be believed."""

    sentence = _("The answer of the identity provider is not valid, so nobody was signed in.")


class NoRole(SingleSignOnError):
    """Somebody the provider knows, and nobody here does."""

    def __init__(self, administrators: list[str], *, operator: User | None) -> None:
        super().__init__("no_role", operator=operator)
        if administrators:
            names = ", ".join(administrators)
            self.sentence = _("You have no role here. Ask an administrator for one: %(names)s.") % {
                "names": names
            }
        else:
            self.sentence = _(
                "You have no role here. Ask whoever administers your identity provider for one."
            )


class LastAdministrator(SingleSignOnError):
    """The role that the provider takes away is the only one of its kind. It stays, and opens nothing."""

    sentence = _(
        "You are the last administrator who can sign in, and the identity provider no longer says so. "
        "Whoever runs this console can make another one with manage.py set_operator_roles."
    )


class Deactivated(SingleSignOnError):
    """An operator whom an administrator has switched off here."""

    sentence = _("This operator account is switched off. An administrator can switch it on again.")


class StaleProof(TokenRefused):
    """The provider signed the operator in from memory, though it was told to ask."""

    sentence = _("The identity provider did not ask you anew who you are, so nothing was done.")


class SomebodyElse(SingleSignOnError):
    """Another account than the one that is signed in here."""

    sentence = _("You proved to be somebody else at the identity provider, so nothing was done.")
