from __future__ import annotations

import pytest

from tools import compile_messages


@pytest.fixture(scope="session", autouse=True)
def compiled_messages() -> None:
    """The translations as they are now, also where the tests are not started by ``make``."""
    compile_messages.main()
