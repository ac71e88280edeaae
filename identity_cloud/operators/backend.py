"""Who an operator is who signs in."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser

from identity_cloud.operators import names


class OperatorBackend(AuthenticationBackend):
    """django-allauth's, except for the name: its own look-up finds nobody where two spell it differently."""

    def _authenticate_by_username(self, username: str, password: str) -> AbstractBaseUser | None:
        return self._check_password(names.called(username), password)
