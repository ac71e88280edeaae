from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Enter
from tests.browser.scenes import LIST


@pytest.fixture
def page(enter: Enter) -> Page:
    page = enter()
    page.goto(LIST)
    return page
