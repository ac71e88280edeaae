"""What the access key commands have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, ProgrammingError

from accesskeys.core.database_errors import reason
from accesskeys.core.exceptions import AccessKeyError, KeyringError
from accesskeys.management.output import OutputError, output_errors
from accesskeys.operations.actors import Actor
from accesskeys.operations.readiness import check_keyring


class AccessKeyCommand(BaseCommand, ABC):
    """A command is: arguments, operation, print.

    Subclasses write ``run()``. Whatever an operation refuses becomes one sentence on standard error and exit code 1.
    """

    # The keyring is checked below, together with the database; Django's report of it would be a page long.
    requires_system_checks: list[str] = []
    actor = Actor.for_command()

    def handle(self, *args: Any, **options: Any) -> None:
        if self.stdout._out is None:
            raise CommandError("Standard output is closed, so nothing was done.")
        with _refusals_as_command_errors():
            check_keyring()
            with output_errors(self.stdout):
                self.run(**options)
                self.stdout.flush()

    @abstractmethod
    def run(self, **options: Any) -> None:
        """Do it."""


@contextmanager
def _refusals_as_command_errors() -> Iterator[None]:
    try:
        yield
    except ValidationError as refusal:
        raise CommandError(" ".join(refusal.messages)) from None
    except OutputError as error:
        raise CommandError(f"The output cannot be written: {error.strerror}.") from None
    except (AccessKeyError, KeyringError) as refusal:
        raise CommandError(str(refusal)) from None
    except (OperationalError, ProgrammingError) as error:
        raise CommandError(f"The database cannot be reached or is not migrated: {reason(error)}.") from None
