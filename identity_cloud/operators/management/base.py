"""What the commands about operators have in common."""

from __future__ import annotations

import json
import sys
from abc import ABC
from contextlib import suppress
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.urls import reverse

from accesskeys.core import conf
from accesskeys.core.keys_in_text import is_mostly_in
from accesskeys.core.links import link
from accesskeys.core.moments import written
from accesskeys.management.base import AccessKeyCommand
from accesskeys.operations.policy import ROLES
from identity_cloud.operators import operations
from identity_cloud.operators.exceptions import NoSuchOperator
from identity_cloud.operators.management.output import described
from identity_cloud.operators.operations.links import Made


class OperatorCommand(AccessKeyCommand, ABC):
    """About one operator, who is called by name."""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("name", help="as the operator signs in")

    def resolve(self, name: str) -> int:
        """The id of the operator; raises CommandError."""
        try:
            return operations.resolve(name)
        except NoSuchOperator as refusal:
            raise CommandError(
                f"There is no operator {name}." if _is_quotable(name) else str(refusal)
            ) from None

    def tell_operator(self, operator_id: int, sentence: str, options: dict[str, Any]) -> None:
        """Say what became of an operator: in a sentence, or for ``--json`` as it is now."""
        self.tell([json.dumps(described(User.objects.get(pk=operator_id))) if options["json"] else sentence])


class LinkCommand(OperatorCommand, ABC):
    """Prints a one-time link, alone on a line."""

    prints_keys = True  # A link that nobody reads is lost as well.

    def tell_link(self, made: Made, options: dict[str, Any]) -> None:
        """Print it, and nothing else."""
        address = link(conf.public_url() + reverse("one_time_link"), made.secret)
        told = {"name": made.operator.username, "link": address, "expires_at": written(made.link.expires_at)}
        self.tell([json.dumps(told) if options["json"] else address])


def add_roles(parser: CommandParser, **kwargs: Any) -> None:
    """``--role``, once for each."""
    parser.add_argument(
        "--role",
        action="append",
        default=[],
        dest="roles",
        choices=list(ROLES),
        metavar="ROLE",
        help=f"one of {', '.join(ROLES)}; may be repeated",
        **kwargs,
    )


def ask(command: AccessKeyCommand, question: str, *, otherwise: str) -> None:
    """Ask the person at the terminal; raises CommandError where there is none, or the answer is not yes."""
    if sys.stdin is None or not sys.stdin.isatty():
        raise CommandError("Nobody is there to confirm. Add --no-input to go on without asking.")
    # Not on standard output, which may be a file.
    command.stderr.write(f"{question} [y/N] ", style_func=str, ending="")
    command.stderr.flush()
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        raise CommandError(otherwise)


def _is_quotable(name: str) -> bool:
    """Whether it may be a name, and no key."""
    with suppress(ValidationError):
        User.username_validator(name)
        return not is_mostly_in(name)
    return False
