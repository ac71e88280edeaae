"""A browser with a virtual authenticator, at the one local address where passkeys work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import CONTEXT, PASSWORD, PATIENCE, Complaints

KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
# The virtual authenticator takes what is offered at once, before anybody has pressed a button.
WITHOUT_OFFER = (
    "if (window.PublicKeyCredential) PublicKeyCredential.isConditionalMediationAvailable = undefined"
)


@dataclass
class Device:
    """A browser window, and the authenticator that is plugged in."""

    page: Page
    origin: str
    cdp: CDPSession = field(repr=False)
    authenticator: str = ""

    def plug_in(self, **more: Any) -> None:
        """Another authenticator, which nobody has used before."""
        added = self.cdp.send("WebAuthn.addVirtualAuthenticator", {"options": {**KEY, **more}})
        self.authenticator = added["authenticatorId"]

    def pull_out(self) -> None:
        """And all that was on it is gone."""
        self.cdp.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self.authenticator})

    def verifies(self, does: bool) -> None:
        """Whether the finger is the right one."""
        self.cdp.send(
            "WebAuthn.setUserVerified",
            {"authenticatorId": self.authenticator, "isUserVerified": does},
        )

    def open(self, address: str) -> None:
        self.page.goto(self.origin + address)

    def button(self, name: str) -> Any:
        return self.page.get_by_role("button", name=name)

    def type_password(self, name: str = "ada") -> None:
        self.open("/accounts/login/?next=/account/")
        self.page.get_by_label("Username").fill(name)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in", exact=True).click()

    def sign_out(self) -> None:
        self.page.context.clear_cookies()

    def add_passkey(self, name: str = "Laptop") -> None:
        """On the account page, by the button."""
        self.open("/account/passkeys/add/")
        self.page.get_by_label("Name").fill(name)
        self.button("Add the passkey").click()

    def is_in(self) -> None:
        expect(self.page.get_by_role("heading", name="Your account")).to_be_visible()


@pytest.fixture
def at(browser: Browser, live_server: LiveServer, complaints: Complaints) -> Iterator[Callable[..., Device]]:
    """``at()`` opens a window at localhost, ``at("127.0.0.1")`` one where passkeys do not work.

    With ``offers`` the username's list holds passkeys.
    """
    contexts: list[BrowserContext] = []

    def open_window(host: str = "localhost", *, offers: bool = False, **options: Any) -> Device:
        context = browser.new_context(**{**CONTEXT, **options})
        if not offers:
            context.add_init_script(WITHOUT_OFFER)
        context.set_default_timeout(PATIENCE)
        complaints.listen(context)
        contexts.append(context)
        page = context.new_page()
        cdp = context.new_cdp_session(page)
        cdp.send("WebAuthn.enable")
        port = live_server.url.rpartition(":")[2]
        return Device(page, f"http://{host}:{port}", cdp)

    yield open_window
    for context in contexts:
        context.close()


@pytest.fixture
def offering(at: Callable[..., Device], operator: User) -> Device:
    """One whose username field offers passkeys."""
    window = at(offers=True)
    window.plug_in()
    return window


@pytest.fixture
def laptop(at: Callable[..., Device], operator: User) -> Device:
    """Ada's, with an authenticator; she is not signed in."""
    window = at()
    window.plug_in()
    return window
