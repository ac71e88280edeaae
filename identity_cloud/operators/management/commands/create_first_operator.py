from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from identity_cloud.settings.environment import optional


class Command(BaseCommand):
    help = "Create the first operator, a superuser, if there is no operator at all."

    def handle(self, *args: Any, **options: Any) -> None:
        model = get_user_model()
        operators = model._default_manager
        if operators.exists():
            return
        username = optional("DJANGO_SUPERUSER_USERNAME", "operator")
        try:
            model._meta.get_field("username").clean(username, None)
        except ValidationError:
            raise CommandError(
                "DJANGO_SUPERUSER_USERNAME must be at most 150 letters, digits and @ . + - _."
            ) from None
        given = optional("DJANGO_SUPERUSER_PASSWORD")
        password = given or secrets.token_urlsafe(16)
        operators.create_superuser(username=username, email="", password=password)
        if given:
            self.stdout.write(f"Created the operator {username}.")
        else:
            self.stdout.write(f"Created the operator {username} with the password {password}")
            self.stdout.write("The password is not shown again.")
