"""Single sign-on in Chromium: to a real provider and back, under our Content Security Policy."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accesskeys.http import PROVED_AT
from identity_cloud.operators.single_sign_on import discovery
from tests.browser.conftest import Complaints, Enter
from tests.factories import AccessKeyFactory, key_of
from tests.identity_cloud.proof.helpers import let_proof_grow_old
from tests.single_sign_on.conftest import needs_oidc_provider
from tests.single_sign_on.provider import IdentityProvider, taken_apart

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def running(live_server: LiveServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[IdentityProvider]:
    """A provider that knows the address of the console in the browser."""
    needs_oidc_provider()
    provider = IdentityProvider(live_server.url, tmp_path_factory.mktemp("identity_provider") / "log")
    yield provider
    provider.stop()


@pytest.fixture
def provider(running: IdentityProvider, live_server: LiveServer, settings: Settings) -> IdentityProvider:
    settings.SINGLE_SIGN_ON, settings.PUBLIC_URL = running.settings(), taken_apart(live_server.url)
    running.proxy.reset()
    running.is_now("ada-1", "ops-team", preferred_username="ada")
    discovery.forget()
    return running


@pytest.mark.parametrize("options", [{}, {"java_script_enabled": False}], ids=["with", "without JavaScript"])
def test_there_and_back(provider: IdentityProvider, visit: Enter, options: dict[str, bool]) -> None:
    page = visit(**options)
    page.goto("/settings/access-keys/?search=billing")
    page.get_by_role("link", name="Sign in with Example login").click()
    expect(page).to_have_url(re.compile(r"/settings/access-keys/\?search=billing$"))
    expect(page.get_by_role("heading", name="Access keys")).to_be_visible()
    page.goto("/accounts/single-sign-on/prove/?next=/settings/access-keys/")
    expect(page).to_have_url(re.compile(r"/settings/access-keys/$"))
    cookies = {cookie["name"]: cookie for cookie in page.context.cookies()}
    assert cookies["sessionid"]["httpOnly"]
    assert PROVED_AT not in page.content()


def test_nobody_without_a_role(
    provider: IdentityProvider, visit: Enter, settings: Settings, complaints: Complaints
) -> None:
    settings.PASSWORD_SIGN_IN = False
    provider.is_now("eve-1", "cooks", preferred_username="eve")
    page = visit(viewport={"width": 360, "height": 740})
    page.goto("/settings/access-keys/")
    page.get_by_role("link", name="Sign in with Example login").click()
    expect(page.get_by_role("alert")).to_contain_text("You have no role here.")
    expect(page.get_by_role("textbox")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
    assert found.violations_count == 0, found.generate_report()
    page.get_by_role("button", name="Deutsch").click()
    expect(page).to_have_url(re.compile("/accounts/login/"))
    expect(page.get_by_role("link", name="Mit Example login anmelden")).to_be_visible()
    complaints.allow_status(403)


@pytest.mark.parametrize("options", [{}, {"java_script_enabled": False}], ids=["with", "without JavaScript"])
def test_a_fresh_proof_of_the_provider_on_the_way_to_a_key(
    provider: IdentityProvider, visit: Enter, complaints: Complaints, options: dict[str, bool]
) -> None:
    """In a tab of its own, so that what was begun stays as it is, and goes on."""
    access_key = AccessKeyFactory(name="billing")
    page = visit(**options)
    page.goto(f"/settings/access-keys/{access_key.pk}/")
    page.get_by_role("link", name="Sign in with Example login").click()
    show = page.get_by_role("button", name="Show key")
    expect(show).to_be_visible()
    let_proof_grow_old()
    show.click()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Confirm at Example login, in a new tab").click()
    expect(opened.value).to_have_url(re.compile("/accounts/prove/"))
    page.bring_to_front()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text(key_of(access_key))).to_be_visible()
    complaints.allow_status(401)  # The dialog that asks for it.
