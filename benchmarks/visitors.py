"""Who asks in ``benchmarks trouble``: programs with keys, and a Viewer. Runs in a DjangoProcess."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client

from accesskeys import operations
from accesskeys.operations.actors import Actor
from benchmarks import access_keys


def prepare(rows: int, programs: int) -> tuple[list[str], str]:
    """Insert so many access keys; returns the keys of some programs and the cookie of a Viewer's session."""
    access_keys.fill(rows)
    keys = [
        operations.generate(name=f"program_{number}", actor=Actor.for_command())[1]
        for number in range(programs)
    ]
    viewer = get_user_model().objects.create_user("viewer")
    viewer.groups.add(Group.objects.get(name="Viewers"))
    browser = Client(headers={"host": "127.0.0.1"})
    browser.force_login(viewer)
    return keys, f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"
