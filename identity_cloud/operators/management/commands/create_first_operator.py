from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, transaction

from accesskeys.management.output import OutputError, write_out
from accesskeys.models import Action, Outcome
from accesskeys.operations import audit
from accesskeys.operations.actors import Actor
from accesskeys.operations.policy import ROLES
from identity_cloud.operators.operations.roles import give
from identity_cloud.settings.environment import optional


class Command(BaseCommand):
    help = "Create the first operator, an administrator with all roles, if there is no operator at all."

    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.exists():
            return
        if self.stdout._out is None:
            raise CommandError("Standard output is closed, so no operator was created.")
        username = optional("DJANGO_SUPERUSER_USERNAME", "operator")
        try:
            User._meta.get_field("username").clean(username, None)
        except ValidationError:
            raise CommandError(
                "DJANGO_SUPERUSER_USERNAME must be at most 150 letters, digits and @ . + - _."
            ) from None
        given = optional("DJANGO_SUPERUSER_PASSWORD")
        password = given or secrets.token_urlsafe(16)
        told = f"Created the operator {username}."
        if not given:
            told = f"Created the operator {username} with the password {password}\nThe password is not shown again."
        try:
            # Together, for a password that nobody has read opens no door.
            with transaction.atomic():
                operator = User.objects.create_user(username, password=password)
                give(operator, ROLES)
                event = audit.Entry(Action.CREATED, Actor.for_command(), details={"roles": sorted(ROLES)})
                event.is_about(operator)
                event.write(Outcome.SUCCEEDED)
                write_out(self.stdout, f"{told}\n")
        except (IntegrityError, ValidationError):
            # Another one may have created it meanwhile, and told whoever started that.
            if not User.objects.exists():
                raise
        except OutputError as error:
            raise CommandError(
                f"The output cannot be written: {error.strerror}. No operator was created."
            ) from None
