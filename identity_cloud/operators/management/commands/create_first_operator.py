from __future__ import annotations

import os
import secrets
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Create the first operator, a superuser, if there is no operator at all."

    def handle(self, *args: Any, **options: Any) -> None:
        operators = get_user_model()._default_manager
        if operators.exists():
            return
        username = os.environ.get("DJANGO_SUPERUSER_USERNAME") or "operator"
        given = os.environ.get("DJANGO_SUPERUSER_PASSWORD")
        password = given or secrets.token_urlsafe(16)
        operators.create_superuser(username=username, email="", password=password)
        if given:
            self.stdout.write(f"Created the operator {username}.")
        else:
            self.stdout.write(f"Created the operator {username} with the password {password}")
            self.stdout.write("The password is not shown again.")
