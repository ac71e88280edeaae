"""Until when somebody wants an old key to be accepted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accesskeys.models import Rotation

GRACE: Final = timedelta(hours=24)  # From the first use of the next key until the old one ends.
LONGEST_GRACE: Final = timedelta(days=30)
END: Final = timedelta(days=30)  # The old key ends then at the latest, used or not.
LONGEST_END: Final = timedelta(days=365)
SHORTEST_OWN_END: Final = timedelta(seconds=60)

# Nobody asks for less than a second; older rotations are microseconds off.
_SAME: Final = timedelta(seconds=0.5)


class RotationTimes(NamedTuple):
    """How long the old key is accepted after the first use of the next one, and at the latest; None: as usual."""

    grace: timedelta | None
    ends_in: timedelta | None

    def check(self, *, of_itself: bool) -> None:
        """Raise ValidationError unless the times are within their bounds, which are narrower for a calling key."""
        errors = {}
        if self.grace is not None and not timedelta(0) <= self.grace <= LONGEST_GRACE:
            errors["grace"] = ValidationError(_("Choose a grace of 0 to 30 days."), code="out_of_range")
        if self.ends_in is not None and not timedelta(0) <= self.ends_in <= LONGEST_END:
            errors["ends_in"] = ValidationError(
                _("Let the old key end within 365 days."), code="out_of_range"
            )
        elif of_itself and self.ends_in is not None and self.ends_in < SHORTEST_OWN_END:
            errors["ends_in"] = ValidationError(
                "Let your own key be accepted for 60 seconds at least: if the answer is lost, it alone can ask again.",
                code="out_of_range",
            )
        if errors:
            raise ValidationError(errors)

    def begin(self, rotation: Rotation, at: datetime) -> None:
        """Give them to a new rotation."""
        rotation.created_at = at
        rotation.grace = GRACE if self.grace is None else self.grace
        rotation.ends_at = at + (END if self.ends_in is None else self.ends_in)

    def are_those_of(self, rotation: Rotation) -> bool:
        """Whether all that is said here holds for this rotation already."""
        if self.grace not in (None, rotation.grace):
            return False
        if self.ends_in is None:
            return True
        end = rotation.created_at + self.ends_in
        if abs(end - rotation.ends_at) < _SAME:
            return True
        # Once the first use has brought the end closer, nobody knows any more how late it was to be before: any later
        # one is kept as well as it was.
        first = rotation.first_used_at
        return first is not None and rotation.ends_at == first + rotation.grace and rotation.ends_at < end
