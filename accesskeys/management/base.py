"""What the access key commands have in common."""

from __future__ import annotations

import errno
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accesskeys.management.output import OutputError, as_json, output_errors
from accesskeys.management.refusals import refusals_as_command_errors, without_keys
from accesskeys.models import AccessKey
from accesskeys.operations.actors import Actor
from accesskeys.operations.readiness import check_keyring


class AccessKeyCommand(BaseCommand, ABC):
    """A command is: arguments, operation, print.

    Subclasses write ``run()``. Whatever an operation refuses becomes one sentence on standard error and exit code 1.
    """

    # The keyring is checked below, together with the database; Django's report of it would be a page long.
    requires_system_checks: list[str] = []
    actor = Actor.for_command()
    # A key that nobody reads is lost, which is a failure. Of anything else, a reader that goes away has seen enough.
    prints_keys = False

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        refuse = parser.error
        parser.error = lambda message: refuse(without_keys(message))  # type: ignore[method-assign]
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if self.stdout._out is None:
            raise CommandError("Standard output is closed, so nothing was done.")
        with refusals_as_command_errors(options.get("name_or_id")):
            self.check_master_keys()
            with output_errors(self.stdout):
                self.run(**options)
                self.stdout.flush()

    def check_master_keys(self) -> None:
        """Refuse to begin without the master keys of all access keys."""
        check_keyring()

    @abstractmethod
    def run(self, **options: Any) -> None:
        """Do it."""

    def report(self, access_key: AccessKey, sentence: str, options: dict[str, Any]) -> None:
        """Say what became of an access key: in a sentence, or for ``--json`` as it is now."""
        self.tell([as_json(access_key) if options["json"] else sentence])

    def tell(self, lines: Iterable[str]) -> None:
        """Print these lines, as far as anybody reads them."""
        try:
            with output_errors(self.stdout):
                for line in lines:
                    self.stdout.write(line)
                self.stdout.flush()
        except OutputError as error:
            if self.prints_keys or error.errno != errno.EPIPE:
                raise
