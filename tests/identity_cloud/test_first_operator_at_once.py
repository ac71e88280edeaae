"""Two machines that are set up at the same moment make one first operator."""

from __future__ import annotations

import io

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from tests.helpers import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_of_two_creates_it_and_tells_its_password() -> None:
    outputs = [io.StringIO(), io.StringIO()]
    jobs = [lambda output=output: call_command("create_first_operator", stdout=output) for output in outputs]
    assert at_once(jobs) == [None, None]
    told, silent = sorted((output.getvalue() for output in outputs), key=len, reverse=True)
    _, _, rest = told.partition(" with the password ")
    assert User.objects.get().check_password(rest.splitlines()[0])
    assert silent == ""
