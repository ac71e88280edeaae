from __future__ import annotations

import pytest
from hypothesis import settings

from accesskeys.actors import Actor

# A database statement now and then takes longer than the default deadline; that says nothing about the code.
settings.register_profile("identity_cloud", deadline=None, print_blob=True)
settings.load_profile("identity_cloud")


@pytest.fixture(scope="session")
def command() -> Actor:
    """An administrator at a shell, who may do everything."""
    return Actor.for_command()
