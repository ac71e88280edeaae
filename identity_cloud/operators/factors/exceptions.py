"""What can go wrong with second factors, each with a sentence that people read."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from accesskeys.core.exceptions import Conflict, NotFound


class NoSuchFactor(NotFound):
    """It was removed meanwhile, or is somebody else's."""

    sentence = _("It is not there any more.")


class AppExists(Conflict):
    """Another one would take its place unseen."""

    code = "exists"
    sentence = _("There is an app for codes already. Remove it first.")


class LastFactor(Conflict):
    """Without it the operator could do nothing but set up another."""

    code = "last_factor"
    sentence = _("This is your last second factor, and one is required. Add another first.")


class CopiedPasskey(Conflict):
    """It has signed elsewhere, so somebody else may have it too."""

    code = "copied_passkey"
    sentence = _(
        "This passkey was refused: somebody may have made a copy of it. Use another way, then remove the passkey from "
        "your account. If there is no other way, ask an administrator to reset your second factor."
    )

    def __init__(self, operator: User) -> None:
        super().__init__(operator.pk)
        self.operator = operator


class KeptFactor(Conflict):
    """A link that was made for a lost password is no way past the second factor."""

    code = "kept_factor"
    sentence = _("Your second factor was kept. Choose a password, and then show the factor.")


class NoFactor(Conflict):
    """Recovery codes stand in for a factor that was lost."""

    code = "no_factor"
    sentence = _("Recovery codes stand in for a passkey or an app for codes. Add one of these first.")
