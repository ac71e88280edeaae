"""What a whole run measures: coverage takes a third of the time, so what runs on both databases is measured once."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.conf import settings

# Those that know which database it is, and those that never ask one.
ON_SQLITE = ("core", "management", "models", "operations", "verification")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    if settings.DATABASES["default"]["ENGINE"].endswith("postgresql"):
        return
    for item in items:
        if not item.nodeid.startswith(tuple(f"tests/{folder}/" for folder in ON_SQLITE)):
            item.add_marker("no_cover")
