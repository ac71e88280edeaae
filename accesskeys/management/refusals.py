"""What goes wrong with a command: one sentence, in which no key is quoted."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.management.base import CommandError
from django.db import DatabaseError, Error, ProgrammingError

from accesskeys.core.database_errors import is_passing, reason
from accesskeys.core.exceptions import AccessKeyError, NotFound
from accesskeys.core.keys import PREFIX
from accesskeys.core.validators import NAME_MAX_LENGTH, is_name
from accesskeys.management.output import OutputError

# No name, and no word that anybody types, has so many letters and digits in a row.
_KEY = re.compile(rf"{PREFIX}[0-9A-Za-z]{{8,}}[^\s'\"“”]*|[0-9A-Za-z]{{{NAME_MAX_LENGTH + 1},}}")
_UNKNOWN = "unrecognized arguments: "


def is_quotable(text: str) -> bool:
    """Whether it may be a name, and no key nor the beginning of one."""
    return is_name(text) and not text.startswith(PREFIX)


def without_keys(sentence: str) -> str:
    """The sentence, with a mark in place of whatever may be a key."""
    said, unknown, quoted = sentence.partition(_UNKNOWN)
    if unknown:  # Words too many may be anything, such as the rest of a key that was cut in two.
        options = [word.partition("=")[0] for word in quoted.split() if word.startswith("--")]
        sentence = f"{said}{_UNKNOWN}{' '.join(options) or '…'}"
    return _KEY.sub("…", sentence)


@contextmanager
def refusals_as_command_errors(name_or_id: str | None) -> Iterator[None]:
    """Within the block, everything that is refused, and everything that is away, ends the command with a sentence."""
    try:
        yield
    except ValidationError as refusal:
        raise CommandError(without_keys(" ".join(refusal.messages))) from None
    except CommandError as error:
        raise CommandError(without_keys(str(error)), returncode=error.returncode) from None
    except OutputError as error:
        raise CommandError(f"The output cannot be written: {error.strerror}.") from None
    except NotFound as refusal:
        raise CommandError(_not_found(refusal, name_or_id)) from None
    except (AccessKeyError, ImproperlyConfigured) as refusal:
        raise CommandError(str(refusal)) from None
    except Error as error:
        is_damaged = type(error) is DatabaseError  # So says SQLite of a file that is none of its own.
        if not (is_damaged or is_passing(error) or isinstance(error, ProgrammingError)):
            raise
        raise CommandError(f"The database cannot be reached or is not migrated: {reason(error)}.") from None


def _not_found(refusal: NotFound, name_or_id: str | None) -> str:
    asked_for = name_or_id or ""
    with suppress(ValueError):
        asked_for = str(uuid.UUID(asked_for))
        return f"There is no access key {asked_for}. It may have been revoked."
    if is_quotable(asked_for):
        return f"There is no access key {asked_for}. It may have been revoked."
    return str(refusal)
