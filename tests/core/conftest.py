from __future__ import annotations

import pytest
from hypothesis import settings

from accesskeys.actors import Actor

# Half of the usual examples: most of them ask the database. One that takes long says nothing about the code.
settings.register_profile("identity_cloud", max_examples=50, deadline=None, print_blob=True)
settings.load_profile("identity_cloud")


@pytest.fixture(scope="session")
def command() -> Actor:
    """An administrator at a shell, who may do everything."""
    return Actor.for_command()
