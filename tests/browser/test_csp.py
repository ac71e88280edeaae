"""Nothing runs, loads or frames that is not ours.

That no page or dialog makes the browser complain is asserted at the end of every test by the fixture
``complaints``. ``test_accessibility`` visits them all.
"""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, Route
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import Complaints, Enter
from tests.browser.scenes import LIST

# Each would run if the page allowed it. The last two ask htmx to evaluate its attributes.
INJECTED = """
  <script>window.ran = "inline script"</script>
  <script src="data:text/javascript,window.ran='data script'"></script>
  <img src="x:" onerror="window.ran = 'event handler'">
  <iframe srcdoc="<script>parent.ran = 'frame'</script>"></iframe>
  <a id="trap" href="javascript:window.ran = 'link'">here</a>
  <p hx-on:htmx:load="window.ran = 'htmx handler'" hx-get="/" hx-trigger="load[window.ran='htmx trigger']"></p>
  <p hx-get="/" hx-trigger="load" hx-target="this" hx-vals="js:{ran: window.ran = 'htmx values'}"></p>
"""


def listen_for_violations(page: Page) -> list[str]:
    """What the page's own event says of each violation of the CSP, besides the console."""
    heard: list[str] = []
    page.expose_function("violated", lambda directive: heard.append(directive))
    page.add_init_script(
        "addEventListener('securitypolicyviolation', (event) => violated(event.violatedDirective))"
    )
    return heard


@pytest.mark.parametrize("path", [LIST, "/accounts/login/", "/nowhere/"])
def test_injected_scripts_do_not_run(path: str, enter: Enter, complaints: Complaints) -> None:
    """As if a page had forgotten to escape: the markup is put in on the way, the headers stay as they are."""

    def inject(route: Route) -> None:
        response = route.fetch()
        source = response.text()
        assert "</main>" in source
        route.fulfill(response=response, body=source.replace("</main>", f"{INJECTED}</main>"))

    page = enter()
    if path != LIST:
        page.context.clear_cookies()
    violations = listen_for_violations(page)
    page.route(f"**{path}", inject)
    page.goto(path, wait_until="networkidle")
    page.locator("#trap").evaluate("link => link.click()")
    page.wait_for_function("document.readyState === 'complete'")
    assert page.evaluate("window.ran") is None
    assert any("Content Security Policy" in text for text in complaints)  # So complaints are heard.
    assert {"script-src-elem", "script-src-attr"} <= set(violations)
    complaints.clear()


@pytest.mark.parametrize("path", [LIST, "/accounts/login/", "/nowhere/"])
def test_no_page_can_be_framed(
    path: str, enter: Enter, live_server: LiveServer, complaints: Complaints
) -> None:
    page = enter()
    page.set_content(f'<iframe src="{live_server.url}{path}"></iframe>', wait_until="networkidle")
    assert [frame.get_by_role("main").count() for frame in page.frames] == [0, 0]
    assert any("frame-ancestors" in text for text in complaints)
    complaints.clear()


@pytest.mark.parametrize("path", ["", "invite/", "{pk}/", "{pk}/reset/", "{pk}/deactivate/"])
def test_the_pages_about_operators_live_with_the_policy(path: str, enter: Enter, operator: User) -> None:
    User.objects.filter(pk=operator.pk).update(is_superuser=True)
    page = enter()
    response = page.goto("/settings/operators/" + path.format(pk=operator.pk), wait_until="networkidle")
    assert response is not None
    assert response.status == 200
    assert "default-src 'none'" in response.headers["content-security-policy"]
