from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, transaction

from accesskeys.management.output import OutputError, write_out
from identity_cloud.settings.environment import optional


class Command(BaseCommand):
    help = "Create the first operator, a superuser, if there is no operator at all."

    def handle(self, *args: Any, **options: Any) -> None:
        model = get_user_model()
        operators = model._default_manager
        if operators.exists():
            return
        if self.stdout._out is None:
            raise CommandError("Standard output is closed, so no operator was created.")
        username = optional("DJANGO_SUPERUSER_USERNAME", "operator")
        try:
            model._meta.get_field("username").clean(username, None)
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
                operators.create_superuser(username=username, email="", password=password)
                write_out(self.stdout, f"{told}\n")
        except (IntegrityError, ValidationError):
            # Another one may have created it meanwhile, and told whoever started that.
            if not operators.exists():
                raise
        except OutputError as error:
            raise CommandError(
                f"The output cannot be written: {error.strerror}. No operator was created."
            ) from None
