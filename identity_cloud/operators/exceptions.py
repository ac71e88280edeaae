"""What can go wrong with operators, each with a code that programs read and a sentence that people read."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accesskeys.core.exceptions import AccessKeyError, Conflict, NotFound


class NoSuchOperator(NotFound):
    """Nobody is called so."""

    sentence = _("There is no such operator.")


class LastAdministrator(Conflict):
    """Without this one nobody could manage operators any more."""

    code = "last_administrator"
    sentence = _(
        "This is the last administrator who can sign in, so nothing was done. Make somebody else an administrator "
        "first. Whoever was only invited does not count."
    )


class RolesChanged(Conflict):
    """The roles are others than those that somebody wants to change."""

    code = "precondition_failed"
    sentence = _(
        "Somebody else has changed the roles meanwhile, so nothing was saved. Look at them, then decide."
    )


class Inactive(Conflict):
    """A link would let nobody in."""

    code = "inactive"
    sentence = _("The operator is deactivated, so a link would let nobody in. Activate the account first.")


class PasswordsOff(Conflict):
    """A link would lead to a password that opens nothing."""

    code = "passwords_off"
    sentence = _(
        "Passwords are switched off here, so a link would let nobody in. Operators come by single sign-on."
    )


class OwnAccount(Conflict):
    """An administrator who is signed in has lost nothing."""

    code = "own_account"
    sentence = _("This is your own account. Change your password and your second factors there.")


class LinkClosed(AccessKeyError):
    """A link that lets nobody in. The code is why, for the audit log alone: whoever holds it hears one answer."""

    sentence = _(
        "This link is not good any more. It was used before, has expired or was replaced by a newer one, or a part of "
        "it is missing. Ask an administrator for a new one."
    )

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
