"""When an operator has last shown who it is: at the sign-in, and whenever something grave asks for it again."""

from __future__ import annotations

import time
from typing import Any

from allauth.usersessions.models import UserSession
from django.http import HttpRequest

from accesskeys.http import PROVED_AT
from identity_cloud.operators import lifetime


def begin(request: HttpRequest, **_kwargs: Any) -> None:
    """A sign-in is a proof. For Django's ``user_logged_in``, which comes with a new session id."""
    request.session[PROVED_AT] = time.time()
    lifetime.begin(request)


def renew(request: HttpRequest) -> None:
    """The operator has proved again. The session goes on under a new id (ASVS 5.0, 7.2.4)."""
    before = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=before).update(session_key=request.session.session_key)
    request.session[PROVED_AT] = time.time()
