from __future__ import annotations

import pytest

from accesskeys.actors import Actor


@pytest.fixture
def command() -> Actor:
    """An administrator at a shell, who may do everything."""
    return Actor.for_command()
