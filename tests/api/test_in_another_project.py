"""Authentication and scopes on a plain DRF view, behind DRF's own exception handler."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from django.db import ProgrammingError, connection
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.permissions import AllowAny, DjangoModelPermissions, IsAdminUser, IsAuthenticated
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView, exception_handler

from accesskeys.api.authentication import AccessKeyAuthentication
from accesskeys.api.permissions import HasScope, IsConsumer
from accesskeys.core.keyring import get_keyring
from accesskeys.models import AccessKey
from tests.factories import AccessKeyFactory, OperatorFactory, key_of
from tests.helpers import database_away

pytestmark = pytest.mark.django_db

REALM = 'Bearer realm="identity-cloud"'


class Orders(APIView):
    queryset = AccessKey.objects.none()

    def get_exception_handler(self) -> Any:
        return exception_handler

    def get(self, request: Any) -> Response:
        return Response({"caller": str(request.user), "pk": request.user.pk})

    post = get


class Everybody(BaseAuthentication):
    """Knows whoever comes by no key at all."""

    def authenticate(self, request: Any) -> tuple[Any, None]:
        return OperatorFactory(), None


def ask(permission: Any, key: str | None, *before: type[BaseAuthentication], method: str = "GET") -> Response:
    view = Orders.as_view(
        permission_classes=[permission], authentication_classes=[*before, AccessKeyAuthentication]
    )
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    response: Response = view(APIRequestFactory().generic(method, "/orders/", headers=headers))
    return response


@pytest.fixture
def reader() -> AccessKey:
    return AccessKeyFactory(name="reader", scopes=["orders:read"])


@pytest.mark.parametrize(
    "permission",
    [
        IsConsumer,
        IsAuthenticated,
        HasScope("orders:read"),
        HasScope("orders:read") & IsConsumer,
        HasScope("orders:write") | HasScope("orders:read"),
        HasScope("orders:read") | HasScope("orders:write"),
        HasScope("orders:write") | IsConsumer,
        IsAdminUser | HasScope("orders:read"),
        ~HasScope("orders:write"),
    ],
)
def test_a_key_that_meets_the_permission_passes(reader: AccessKey, permission: Any) -> None:
    response = ask(permission, key_of(reader))
    assert (response.status_code, response.data) == (200, {"caller": "reader", "pk": str(reader.pk)})


@pytest.mark.parametrize(
    "permission", [HasScope("orders:write"), HasScope("orders:write") | HasScope("orders:admin")]
)
def test_a_missing_scope_is_named(reader: AccessKey, permission: Any) -> None:
    response = ask(permission, key_of(reader))
    challenge = f'{REALM}, error="insufficient_scope", scope="orders:write"'
    assert (response.status_code, response["WWW-Authenticate"]) == (403, challenge)
    assert response.data == {"detail": "The access key lacks the scope orders:write."}


@pytest.mark.parametrize(
    "permission",
    [
        HasScope("orders:write") & IsConsumer,
        HasScope("orders:write") | IsAdminUser,
        HasScope("orders:read") & HasScope("orders:write"),
        ~HasScope("orders:read"),
    ],
)
def test_a_combination_is_refused_as_drf_does(reader: AccessKey, permission: Any) -> None:
    assert ask(permission, key_of(reader)).status_code == 403


@pytest.mark.parametrize("permission", [IsConsumer, HasScope("a"), HasScope("a") | HasScope("b")])
def test_without_a_key_it_is_401(permission: Any) -> None:
    response = ask(permission, None)
    assert (response.status_code, response["WWW-Authenticate"]) == (401, REALM)


@pytest.mark.parametrize("before", [(), (SessionAuthentication,)])
@pytest.mark.parametrize("key", ["", "two words", "unknown"])
def test_a_bad_key_is_401_behind_any_other_authentication(
    key: str, before: tuple[type[BaseAuthentication], ...]
) -> None:
    response = ask(AllowAny, get_keyring().new_key() if key == "unknown" else key, *before)
    assert (response.status_code, response["WWW-Authenticate"]) == (401, f'{REALM}, error="invalid_token"')


def test_who_comes_by_another_authentication_has_no_scopes() -> None:
    response = ask(HasScope("orders:read"), None, Everybody)
    assert (response.status_code, "WWW-Authenticate" in response) == (403, False)


def test_a_key_has_no_permission_of_an_operator(reader: AccessKey) -> None:
    assert ask(IsAdminUser, key_of(reader)).status_code == 403
    assert ask(DjangoModelPermissions, key_of(reader), method="POST").status_code == 403


@pytest.mark.parametrize("setting", ["DEFAULT_PERMISSION_CLASSES", "DEFAULT_AUTHENTICATION_CLASSES"])
def test_drf_can_be_told_of_them_in_its_settings(setting: str) -> None:
    """DRF imports what its settings name in the midst of its own import."""
    name = {
        "DEFAULT_PERMISSION_CLASSES": "accesskeys.api.permissions.IsConsumer",
        "DEFAULT_AUTHENTICATION_CLASSES": "accesskeys.api.authentication.AccessKeyAuthentication",
    }[setting]
    code = f"""
import django
from django.conf import settings
apps = ["django.contrib.contenttypes", "django.contrib.auth", "accesskeys"]
settings.configure(INSTALLED_APPS=apps, REST_FRAMEWORK={{"{setting}": ["{name}"]}})
django.setup()
import rest_framework.views
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (result.returncode, result.stderr) == (0, "")


def test_a_database_that_is_away_is_503_there_too(reader: AccessKey) -> None:
    key = key_of(reader)
    with database_away():
        response = ask(IsConsumer, key)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")


def test_a_limit_that_cannot_be_counted_is_503_there_too(reader: AccessKey, settings: Any) -> None:
    key = key_of(reader)
    AccessKey.objects.update(rate_limit="5/minute")
    settings.ACCESS_KEYS_COUNTER_FILE = "/proc/no/such/folder"
    assert ask(IsConsumer, key).status_code == 503


def test_a_fault_of_ours_is_none_of_the_database(reader: AccessKey) -> None:
    key = key_of(reader)

    def fail(*_call: Any) -> Any:
        raise ProgrammingError("no such column")

    with connection.execute_wrapper(fail), pytest.raises(ProgrammingError):
        ask(IsConsumer, key)
