"""Take the pictures for the README anew, in Chromium: ``make screenshots``. No key is shown in any of them."""

from __future__ import annotations

from playwright.sync_api import Page

from tools.demonstration import ROOT, console

IMAGES = ROOT / "docs" / "images"


def main() -> None:
    """The list, one access key's details and the generate dialog."""
    with console() as (address, page):
        take_pictures(page, address)


def take_pictures(page: Page, address: str) -> None:
    """The list, one access key's details and the generate dialog."""
    IMAGES.mkdir(exist_ok=True)
    page.screenshot(path=IMAGES / "list.png")
    page.click("text=Generate access key")
    page.fill("[name=name]", "invoice_export")
    page.wait_for_selector("#name-check .ok")
    page.screenshot(path=IMAGES / "generate.png")
    page.goto(f"{address}/settings/access-keys/")
    page.click("th a:has-text('billing_worker')")
    page.wait_for_url("**/settings/access-keys/*-*/")
    page.screenshot(path=IMAGES / "details.png")


if __name__ == "__main__":
    main()
