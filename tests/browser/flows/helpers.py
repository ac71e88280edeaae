"""What several of these tests ask in the same words."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from accesskeys import operations
from accesskeys.models import AccessKey
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory


def rows(page: Page, *names: str) -> None:
    """The list shows these access keys, in this order."""
    expect(page.get_by_role("rowheader")).to_have_text(list(names))


def three() -> list[AccessKey]:
    return [AccessKeyFactory(name=name) for name in ("alpha", "beta", "gamma")]


def revoke_elsewhere(access_key: AccessKey) -> None:
    operations.revoke(access_key_id=access_key.pk, actor=Actor.for_command())


def failing(*args: Any, **kwargs: Any) -> None:
    raise RuntimeError
