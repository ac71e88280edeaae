"""Passkeys in Chromium, with the virtual authenticator of its DevTools."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Request, Route, expect

from tests.browser.conftest import PASSWORD
from tests.browser.factors.conftest import Device
from tests.factories import OperatorFactory

pytestmark = pytest.mark.django_db(transaction=True)

REPLAY = """async (body) => {
    const form = new URLSearchParams(body);
    form.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
    const response = await fetch("/accounts/passkey/", {method: "POST", body: form});
    return await response.text();
}"""
NOT_USED = "No passkey was used. Try again, or choose another way."


def enrolled(laptop: Device) -> None:
    """Ada has a passkey, and is signed out."""
    laptop.type_password()
    laptop.is_in()
    laptop.add_passkey()
    expect(laptop.page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    laptop.sign_out()


def test_one_is_added_with_its_name_and_listed(laptop: Device) -> None:
    laptop.type_password()
    laptop.is_in()
    laptop.add_passkey("Laptop at work")
    codes = laptop.page.locator("#codes").inner_text().split()
    assert len(codes) == 10
    laptop.page.get_by_role("link", name="I have kept them").click()
    laptop.is_in()
    expect(laptop.page.get_by_role("strong")).to_have_text("Laptop at work")
    expect(laptop.page.get_by_text("Not used yet.")).to_be_visible()
    row = Authenticator.objects.get(type="webauthn")
    assert row.data["name"] == "Laptop at work"
    assert not any(code in laptop.page.content() for code in codes)


def test_it_is_the_only_step_of_a_sign_in(laptop: Device) -> None:
    enrolled(laptop)
    laptop.open("/accounts/login/?next=/account/")
    laptop.button("Sign in with a passkey").click()
    laptop.is_in()
    assert Authenticator.objects.get(type="webauthn").last_used_at is not None


def test_it_is_offered_where_the_username_is_typed(offering: Device) -> None:
    enrolled(offering)
    offering.open("/accounts/login/?next=/account/")
    offering.is_in()


def test_one_that_is_refused_is_not_offered_again(offering: Device) -> None:
    enrolled(offering)
    Authenticator.objects.filter(type="webauthn").delete()
    offering.open("/accounts/login/")
    refusal = offering.page.get_by_role("main").get_by_text("This passkey does not open an account here.")
    expect(refusal).to_be_visible()
    offering.page.wait_for_load_state("networkidle")
    expect(refusal).to_be_visible()


def test_it_is_the_second_step_after_the_password(laptop: Device) -> None:
    enrolled(laptop)
    laptop.type_password()
    expect(laptop.page.get_by_role("heading", name="Show that it is you")).to_be_visible()
    laptop.button("Use a passkey").click()
    laptop.is_in()


def test_another_one_on_the_same_device_is_refused_by_the_device(laptop: Device) -> None:
    enrolled(laptop)
    laptop.open("/accounts/login/?next=/account/")
    laptop.button("Sign in with a passkey").click()
    laptop.is_in()
    laptop.open("/account/passkeys/add/")
    expect(laptop.page.get_by_label("Name")).to_have_value("Passkey 2")
    laptop.add_passkey("Again")
    expect(laptop.page.get_by_role("alert")).to_have_text(
        "There is a passkey of this account on that device already."
    )
    assert Authenticator.objects.filter(type="webauthn").count() == 1


def test_without_its_authenticator_nobody_gets_in(laptop: Device) -> None:
    enrolled(laptop)
    laptop.pull_out()
    laptop.plug_in()
    laptop.type_password()
    laptop.button("Use a passkey").click()
    expect(laptop.page.get_by_text(NOT_USED)).to_be_visible()
    laptop.open("/account/")
    expect(laptop.page.get_by_role("heading", name="Show that it is you")).to_be_visible()


def test_with_the_wrong_finger_nobody_gets_in(laptop: Device) -> None:
    enrolled(laptop)
    laptop.verifies(False)
    laptop.type_password()
    laptop.button("Use a passkey").click()
    expect(laptop.page.get_by_text(NOT_USED)).to_be_visible()
    laptop.verifies(True)
    laptop.button("Use a passkey").click()
    laptop.is_in()


def test_one_that_was_removed_here_opens_nothing(laptop: Device) -> None:
    enrolled(laptop)
    Authenticator.objects.filter(type="webauthn").delete()
    laptop.open("/accounts/login/")
    laptop.button("Sign in with a passkey").click()
    expect(
        laptop.page.get_by_role("main").get_by_text("This passkey does not open an account here.")
    ).to_be_visible()
    laptop.open("/account/")
    expect(laptop.page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_an_operator_who_was_switched_off_stays_out(laptop: Device) -> None:
    enrolled(laptop)
    Authenticator.objects.get(type="webauthn").user.__class__.objects.update(is_active=False)
    laptop.open("/accounts/login/")
    laptop.button("Sign in with a passkey").click()
    expect(laptop.page.get_by_role("heading", name="Account switched off")).to_be_visible()


def test_somebody_elses_passkey_is_no_second_step(at: Callable[..., Device], laptop: Device) -> None:
    enrolled(laptop)
    OperatorFactory(username="eve", password=PASSWORD)
    eve = at()
    eve.plug_in()
    eve.type_password("eve")
    eve.add_passkey("Eve's")
    expect(eve.page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    eve.sign_out()
    # On Eve's device there is no passkey of Ada's, and Ada's page asks for none of Eve's.
    eve.type_password("ada")
    eve.button("Use a passkey").click()
    expect(eve.page.get_by_text(NOT_USED)).to_be_visible()


def test_an_answer_is_good_once(laptop: Device) -> None:
    """Also for whoever has the cookie with the question."""
    enrolled(laptop)
    context = laptop.page.context
    sent: list[tuple[str, list[Any]]] = []

    def keep(route: Route, request: Request) -> None:
        if request.method == "POST":
            sent.append((request.post_data or "", context.cookies()))
        route.continue_()

    context.route("**/accounts/passkey/", keep)
    laptop.open("/accounts/login/?next=/account/")
    laptop.button("Sign in with a passkey").click()
    laptop.is_in()
    [(answer, cookies)] = sent
    laptop.sign_out()
    [question] = [cookie for cookie in cookies if cookie["name"] == "passkey"]
    context.add_cookies([question])
    laptop.open("/accounts/login/?next=/account/")
    told = laptop.page.evaluate(REPLAY, answer)
    assert "This passkey does not open an account here." in told
    laptop.open("/account/")
    expect(laptop.page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_an_address_without_a_name_says_so(at: Callable[..., Device], laptop: Device) -> None:
    enrolled(laptop)
    other = at("127.0.0.1")
    other.open("/accounts/login/")
    expect(other.button("Sign in with a passkey")).to_have_count(0)
    other.type_password()
    expect(other.page.get_by_text("Passkeys need a name in the address: open the console at")).to_be_visible()
    expect(other.page.get_by_label("Code")).to_be_visible()
