from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.servers import Server, Site, new_site


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An installation that tests share."""
    with new_site(tmp_path_factory.mktemp("site")) as installed:
        yield installed


@pytest.fixture(scope="session")
def server(site: Site) -> Iterator[Server]:
    """A server of that installation: tests leave it as it is."""
    with site.serve() as running:
        yield running


@pytest.fixture
def own_site(tmp_path: Path) -> Iterator[Site]:
    """An installation of the test's own."""
    with new_site(tmp_path) as installed:
        yield installed
