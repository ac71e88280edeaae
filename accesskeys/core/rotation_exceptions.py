"""What can go wrong with rotations, as in ``exceptions``."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accesskeys.core.exceptions import Conflict
from accesskeys.core.moments import written


class RotationError(Conflict):
    """The access key is not at the point of its rotation where this could be done."""


class NotRotating(RotationError):
    """There is no next key: none was made, it was dropped, or it is the only key by now."""

    code = "not_rotating"
    sentence = _("This access key has one key only. Its rotation is over or was cancelled, if there was one.")


class RotationPending(RotationError):
    """There is a next key already, and the old one ends otherwise than somebody asks for now."""

    code = "rotation_pending"

    def __init__(self, ends_at: datetime, *, has_ended: bool, is_own: bool) -> None:
        super().__init__(ends_at)
        self.ends_at = ends_at
        self.has_ended = has_ended
        self.is_own = is_own  # Whether the access key asks itself, which may complete nothing.

    def __str__(self) -> str:
        end = written(self.ends_at)
        return "This access key has a next key already, so nothing was changed. " + (
            f"The old key ended at {end}; once the next one is used, it can be rotated again."
            if self.has_ended
            else f"The old key ends at {end} at the latest. To end it now, {self._how}."
        )

    @property
    def _how(self) -> str:
        if self.is_own:
            return "send it to /oauth2/revoke/"
        return "complete the rotation (POST rotation/completion/, or --complete)"


class NextKeyInUse(RotationError):
    """Programs use the next key already: without it they would stand still."""

    code = "next_key_in_use"
    sentence = _(
        "Programs use the next key already, so the rotation cannot be cancelled. End the old key instead."
    )


class OldKeyEnded(RotationError):
    """The next key is the only one that is left."""

    code = "old_key_ended"
    sentence = _("The old key has ended, so the next key is the only one left. It stays.")
