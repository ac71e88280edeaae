"""A session that the database could not save: Django takes it for a bad request."""

from __future__ import annotations

import pytest
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import OperationalError
from django.test import RequestFactory

from accesskeys.console.views.errors import bad_request


def interrupted(error: Exception) -> SessionInterrupted:
    interruption = SessionInterrupted("The request's session was deleted before the request completed.")
    interruption.__context__ = error
    return interruption


@pytest.mark.parametrize(("error", "status"), [(OperationalError(), 503), (ValueError(), 400)])
def test_it_is_503_where_the_database_failed_and_400_elsewhere(error: Exception, status: int) -> None:
    response = bad_request(RequestFactory().get("/settings/access-keys/"), interrupted(error))
    assert response.status_code == status
    assert response.has_header("Retry-After") == (status == 503)
