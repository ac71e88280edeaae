from __future__ import annotations

import getpass
import sys
from typing import Any

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.management.base import CommandError, CommandParser

from identity_cloud.operators import operations
from identity_cloud.operators.management.base import LinkCommand, add_roles

_MOST_READ = 4096  # bytes


class Command(LinkCommand):
    help = (
        "Create an operator. The password is asked for at a terminal, twice, or read from the first line of standard "
        "input. With --invite there is none: a link to choose one is printed, alone on a line."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        add_roles(parser)
        parser.add_argument("--invite", action="store_true", help="print a link, good once within 24 hours")

    def run(self, **options: Any) -> None:
        wanted = {"name": options["name"], "roles": options["roles"], "actor": self.actor}
        if options["invite"]:
            self.tell_link(operations.invite(**wanted), options)
            return
        operator = operations.create(**wanted, password=_password(options["name"]))
        self.tell_operator(operator.pk, f"Created the operator {operator.username}.", options)


def _password(name: str) -> str:
    """A good one; raises CommandError or ValidationError."""
    password = _asked_for() if sys.stdin and sys.stdin.isatty() else _read()
    validate_password(password, User(username=name))
    return password


def _asked_for() -> str:
    password = getpass.getpass("Password: ")
    if getpass.getpass("Password, again: ") != password:
        raise CommandError("The two passwords are not the same, so no operator was created.")
    return password


def _read() -> str:
    if sys.stdin is None:
        raise CommandError("Standard input is closed, so there is no password. Add --invite to print a link.")
    try:
        line = sys.stdin.buffer.readline(_MOST_READ).decode()
    except UnicodeDecodeError:
        raise CommandError("The password on standard input is not UTF-8.") from None
    return line.removesuffix("\n").removesuffix("\r")
