"""The partner's journey: their customers, with keys, limits and outputs; and nothing else."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from tests.server.pages.conftest import Filled, signed_in
from tests.server.pages.filled import HOSTILE
from tests.server.pages.test_console import enter_as

HALDEN = "Halden Pictures"


@pytest.fixture
def page(chromium: Browser, filled: Filled) -> Iterator[Page]:
    with signed_in(chromium, filled, HALDEN) as page:
        yield page


def test_a_customer_gets_an_account_a_key_with_limits_and_loses_it(
    page: Page, filled: Filled
) -> None:
    page.goto("/account")
    page.fill("#sub", "Nord <b>Film</b>")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Nord <b>Film</b>")
    page.click("summary:has-text('Make a key')")
    page.fill("#key-days", "a week")
    page.click("button:has-text('Make the key')")
    expect(page.locator("[role=alert]")).to_contain_text("'a week' is no number")
    page.click("summary:has-text('Make a key')")
    page.fill("#key-name", HOSTILE[:60])
    page.fill("#key-requests", "1000")
    page.fill("#key-days", "7")
    page.click("button:has-text('Make the key')")
    secret = page.locator("[data-copy]").inner_text()
    headers = {"Authorization": f"Bearer {secret}"}
    assert httpx.get(f"{filled.url}/v1/models", headers=headers).status_code == 200
    page.click("text=Your account >> nth=0")
    page.click("a:has-text('Nord <b>Film</b>')")
    assert secret not in page.content()
    expect(page.locator(".key-row")).to_contain_text("1,000 requests a minute")
    page.click("text=Revoke")
    expect(page.locator(".key-row")).to_contain_text("Revoked 20")
    assert httpx.get(f"{filled.url}/v1/models", headers=headers).status_code == 401
    assert page.title() != "run"


def test_what_a_customer_made_is_seen_and_nothing_of_others(page: Page, filled: Filled) -> None:
    page.goto("/account")
    page.click("text=Halden Trailers")
    expect(page.locator("main")).to_contain_text("A swing in a garden")
    opened = page.request.get(str(page.locator("a:text-is('Open')").get_attribute("href")))
    assert opened.headers["content-type"] == "image/png"
    expect(page.locator("main")).not_to_contain_text("A kite over dunes")  # of another account
    assert page.locator("nav.nav a").all_inner_texts() == ["Studio", "Your account"]
    with httpx.Client(base_url=filled.url, timeout=60) as client:
        token = enter_as(client, HALDEN)
        for name in ("jonas", "mara", "nobody"):
            assert client.get("/account/sub-account", params={"name": name}).status_code == 404
            form = {"csrf": token, "account": name}
            assert client.post("/account/keys", data=form).status_code == 404
            assert client.post("/account/keys/key-0/revoke", data=form).status_code == 404
        for path in ("/operate/accounts", "/operate/queue", "/rights", "/operate/review"):
            assert client.get(path).status_code == 403
