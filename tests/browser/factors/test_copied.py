"""A passkey that somebody has copied to another authenticator: the copy is refused, and the owner goes on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from accesskeys.models import AuditEvent
from tests.browser.factors.conftest import Device
from tests.browser.factors.test_passkeys import enrolled

pytestmark = pytest.mark.django_db(transaction=True)

REFUSED = "This passkey was refused: somebody may have made a copy of it."


def copy(one: Device, other: Device) -> None:
    """All that is on one authenticator, as it is now."""
    held = one.cdp.send("WebAuthn.getCredentials", {"authenticatorId": one.authenticator})
    for credential in held["credentials"]:
        wanted = {"authenticatorId": other.authenticator, "credential": credential}
        other.cdp.send("WebAuthn.addCredential", wanted)


def sign_in(device: Device) -> None:
    device.open("/accounts/login/?next=/account/")
    device.button("Sign in with a passkey").click()


def test_the_copy_is_refused(at: Callable[..., Device], laptop: Device) -> None:
    enrolled(laptop)
    thief = at()
    thief.plug_in()
    copy(laptop, thief)
    sign_in(laptop)
    laptop.is_in()
    sign_in(thief)
    expect(thief.page.get_by_role("main").get_by_text(REFUSED)).to_be_visible()
    assert AuditEvent.objects.filter(outcome="refused").get().reason == "copied_passkey"
    laptop.sign_out()
    sign_in(laptop)
    laptop.is_in()
