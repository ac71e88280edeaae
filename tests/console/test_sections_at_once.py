"""Somebody saves between the look at an access key and the change of it: nothing is overwritten unseen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accesskeys import operations
from accesskeys.models import AccessKey
from accesskeys.operations.actors import Actor
from tests.console.helpers import details

pytestmark = pytest.mark.django_db


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], None]:
    """Let somebody do this once, just before the next change is made."""

    def arrange(theirs: Callable[[], Any]) -> None:
        version_of, todo = operations.version_of, [theirs]

        def and_then(access_key: AccessKey) -> str:
            version = version_of(access_key)
            if todo:
                todo.pop()()
            return version

        monkeypatch.setattr(operations, "version_of", and_then)

    return arrange


def test_both_versions_are_shown(
    operator: Client, billing: AccessKey, command: Actor, meanwhile: Callable[[Callable[[], Any]], None]
) -> None:
    was = operator.get(f"{details(billing)}?edit=scopes").context["scopes_form"]["was"].value()
    meanwhile(lambda: operations.rescope(access_key_id=billing.pk, scopes=["orders:theirs"], actor=command))
    answer = operator.post(f"{details(billing)}scopes/", {"own_scopes": "orders:mine", "was": was})
    assert "Somebody else has changed this meanwhile, so nothing was saved." in answer.content.decode()
    billing.refresh_from_db()
    assert billing.scopes == ["orders:theirs"]


def test_what_others_changed_elsewhere_is_in_nobodys_way(
    operator: Client, billing: AccessKey, command: Actor, meanwhile: Callable[[Callable[[], Any]], None]
) -> None:
    was = operator.get(f"{details(billing)}?edit=scopes").context["scopes_form"]["was"].value()
    meanwhile(lambda: operations.rename(access_key_id=billing.pk, name="theirs", actor=command))
    answer = operator.post(f"{details(billing)}scopes/", {"own_scopes": "orders:mine", "was": was})
    assert answer.status_code == 302
    billing.refresh_from_db()
    assert (billing.name, billing.scopes) == ("theirs", ["orders:mine"])
