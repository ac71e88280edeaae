"""Test clients that share one loaded application. Each Client of Django's would load all middleware anew."""

from __future__ import annotations

from functools import cache

from django.contrib.auth.models import User
from django.test import Client
from django.test.client import ClientHandler

from accesskeys.models import AccessKey
from tests.factories import key_of


@cache
def _application() -> ClientHandler:
    return ClientHandler(enforce_csrf_checks=False)


def anybody(*, authorization: str | None = None) -> Client:
    """Somebody who comes with this header, or with none."""
    headers = {} if authorization is None else {"Authorization": authorization}
    # An error shows as the answer that a caller gets, not as an exception in the test.
    client = Client(raise_request_exception=False, headers=headers)
    client.handler = _application()
    return client


def consumer(access_key: AccessKey) -> Client:
    """A program with the key of this access key."""
    return anybody(authorization=f"Bearer {key_of(access_key)}")


def signed_in(operator: User) -> Client:
    """An operator with a session."""
    client = anybody()
    client.force_login(operator)
    return client
