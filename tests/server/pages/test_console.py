"""The operator's journeys, in a real browser; and who may not make them."""

from collections.abc import Iterator

import httpx
import pytest
from fastapi.routing import APIRoute
from playwright.sync_api import Browser, Page, expect
from tests.server.pages.conftest import PASSWORD, Filled, signed_in
from tests.server.pages.filled import PEOPLE
from tests.server.pages.test_guarding import token_in

from cleardance.accounts.roles import PERMISSIONS, Permission, Role
from cleardance.server.pages.permitting import Needing
from cleardance.server.pages.routes import ROUTERS

PERSON_OF = {
    Role.OPERATOR: "operator alone",
    Role.REVIEWER: "ines",
    Role.CREATOR: "jonas",
    Role.RIGHTS_HOLDER: "rights desk",
    Role.PARTNER: "Halden Pictures",
}


@pytest.fixture
def page(chromium: Browser, filled: Filled) -> Iterator[Page]:
    with signed_in(chromium, filled, "mara") as page:
        yield page


def test_a_key_is_shown_once_and_counts_no_more_once_it_is_revoked(
    page: Page, filled: Filled
) -> None:
    page.goto("/operate/accounts")
    page.fill("#name", "Nordlicht / <b>Film</b>")
    page.fill("#partner", "Nordlicht")
    page.click("text=Make it")
    expect(page.locator("h1")).to_have_text("Nordlicht / <b>Film</b>")
    page.click("summary:has-text('Make a key')")
    page.fill("#key-requests", "a lot")
    page.click("button:has-text('Make the key')")
    expect(page.locator("[role=alert]")).to_contain_text("'a lot' is no number")
    page.click("summary:has-text('Make a key')")
    page.fill("#key-requests", "30")
    page.click("button:has-text('Make the key')")
    secret = page.locator("[data-copy]").inner_text()
    headers = {"Authorization": f"Bearer {secret}"}
    assert httpx.get(f"{filled.url}/v1/models", headers=headers).status_code == 200
    page.goto("/operate/accounts/one?name=Nordlicht%20%2F%20%3Cb%3EFilm%3C%2Fb%3E")
    assert secret not in page.content()
    page.click("text=Revoke")
    expect(page.locator("main")).to_contain_text("Revoked 20")
    assert httpx.get(f"{filled.url}/v1/models", headers=headers).status_code == 401
    page.goto("/operate/audit")
    expect(page.locator("tbody tr").first).to_contain_text("Key revoked")


def test_rules_are_tried_on_the_past_before_they_can_be_put_into_force(page: Page) -> None:
    page.goto("/operate/rules")
    expect(page.locator("text=Put them into force")).to_have_count(0)
    text = page.input_value("#text")
    page.fill("#text", "[[rule]]\nid = 1")
    page.click("text=Check it")
    expect(page.locator("[role=alert]")).to_be_visible()
    expect(page.locator("text=Put them into force")).to_have_count(0)
    held = 'id = "name-reviewed"\nsignal = "name"\npolicy = "review"\ndecision = "'
    assert f'{held}hold"' in text
    page.fill("#text", text.replace(f'{held}hold"', f'{held}deny"'))
    page.click("text=Check it")
    expect(page.locator(".flows")).to_contain_text("Held for a person")
    expect(page.locator(".diff .plus").last).to_have_text('+decision = "deny"')
    page.click("text=Put them into force")
    expect(page.locator("main")).to_contain_text("Number 3 are in force, by mara")
    page.click("a:text-is('2')")
    assert page.input_value("#text") == text


def test_a_notice_is_executed_only_once_it_was_seen_what_it_touches(page: Page) -> None:
    page.goto("/operate")
    page.click("text=notices to decide on or execute")
    page.click("text=Disney")
    expect(page.locator("main")).to_contain_text("outputs would be removed")
    page.click("text=Execute it")
    expect(page.locator("main")).to_contain_text("What was done")
    with page.expect_download() as report:
        page.click("a:text-is('JSON')")
    assert report.value.suggested_filename.endswith(".json")
    page.goto("/operate/notices")
    page.click("text=Somebody Else")
    page.fill("#reason", "You do not speak for Netflix.")
    page.click("button[value=reject]")
    expect(page.locator(".head")).to_contain_text("Rejected")


def test_the_queue_the_callbacks_and_the_ledger_are_looked_after(page: Page) -> None:
    page.goto("/operate/queue")
    page.locator("text=Cancel").first.click()
    expect(page.locator(".figure").first).to_contain_text("2")
    page.goto("/operate/webhooks?status=failed")
    page.click("text=Tell all 1 failed ones again")
    expect(page.locator(".tabs")).to_contain_text("Failed (0)")
    page.goto("/operate/ledger")
    page.click("text=Verify all of it")
    made_up = "was changed: the ledger records no release"  # our past has rows alone
    expect(page.locator("[role=alert]")).to_contain_text(made_up)
    page.goto("/operate/reports")
    page.click("text=Show")
    expect(page.locator("main")).to_contain_text("outputs removed on notices")


def test_charts_say_in_words_and_in_a_table_what_they_draw(page: Page) -> None:
    page.goto("/operate")
    expect(page.locator(".charts svg")).to_have_count(3)
    for chart in page.locator(".charts figure").all():
        said = chart.locator("figcaption p").inner_text()
        assert said in str(chart.locator("svg").get_attribute("aria-label"))
        chart.locator("summary").click()
        expect(chart.locator("tbody tr").first).to_be_visible()


def test_markup_in_letters_and_names_is_shown_and_not_run(page: Page) -> None:
    page.goto("/operate/notices")
    page.locator("a", has_text="<script>").click()
    expect(page.locator("h1")).to_contain_text("<script>")
    assert page.title().endswith("· Cleardance")
    assert page.title() != "run"


def guarded_routes() -> list[tuple[str, str, Permission]]:
    found = []
    for route in (route for router in ROUTERS for route in router.routes):
        assert isinstance(route, APIRoute)
        needed = [one.call for one in route.dependant.dependencies]
        for needing in (one for one in needed if isinstance(one, Needing)):
            found += [(method, route.path, needing.permission) for method in route.methods]
    return sorted(found, key=lambda one: (one[1], one[0]))


def test_every_page_of_the_console_and_the_desk_says_what_it_needs() -> None:
    paths = {
        route.path
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute) and route.path.startswith(("/operate", "/rights"))
    }
    guarded = {path for _, path, _ in guarded_routes()}
    assert {path for path in paths - guarded if "/review" not in path} == set()
    assert len(guarded) > 45


@pytest.mark.parametrize("role", list(PERSON_OF))
def test_a_role_sees_what_its_permissions_say_and_nothing_else(filled: Filled, role: Role) -> None:
    assert PEOPLE.get(PERSON_OF[role], (role,)) == (role,)
    with httpx.Client(base_url=filled.url, timeout=60) as client:
        token = enter_as(client, PERSON_OF[role])
        wrong = []
        for method, path, permission in guarded_routes():
            answer = client.request(method, filled_in(path), data={"csrf": token})
            may = permission in PERMISSIONS[role]
            if (answer.status_code == 403) is may:
                wrong.append((method, path, answer.status_code))
            assert answer.headers["x-frame-options"] == "DENY"
        seen = client.get("/operate/review").status_code
    assert wrong == []
    assert (seen == 200) is (Permission.READ_REVIEWS in PERMISSIONS[role])


def test_no_form_is_taken_without_our_token_and_nobody_is_let_in_unknown(filled: Filled) -> None:
    with httpx.Client(base_url=filled.url, timeout=60) as client:
        for method, path, _ in guarded_routes():
            answer = client.request(method, filled_in(path), data={})
            assert (answer.status_code, answer.headers["location"][:7]) == (303, "/signin"), path
        enter_as(client, "mara")
        for method, path, _ in guarded_routes():
            if method == "POST":
                for csrf in ("", "made-up"):
                    answer = client.post(filled_in(path), data={"csrf": csrf})
                    assert answer.status_code == 403, path


def enter_as(client: httpx.Client, name: str) -> str:
    """Sign a client in; return the token of its forms."""
    fields = {"csrf": token_in(client.get("/signin")), "name": name, "password": PASSWORD}
    assert client.post("/signin", data=fields).status_code == 303
    return token_in(client.get("/verify"))


def filled_in(path: str) -> str:
    """Ask for things that are not there; whether they may be asked for is answered first."""
    path = path.replace("{format_}", "json")
    for name in (
        *("task_id", "key_id", "notice_id", "complaint_id", "counter_id", "digest"),
        *("work_id", "licence_id", "request_id", "link_id"),
    ):
        path = path.replace("{" + name + "}", "7")
    return path


def test_reviews_are_decided_by_keys_alone_one_after_the_other(page: Page) -> None:
    page.goto("/operate/review")
    waiting = page.locator("[data-review]")
    expect(waiting).to_have_count(3)
    for name in waiting.locator("strong").all_inner_texts()[1:]:
        page.keyboard.press("j")
        expect(page.locator("#review h3").first).to_contain_text(name)
    page.keyboard.press("k")
    expect(page.locator(".pair img").first).to_be_visible()  # what was seen, what it matched
    decided = page.locator("[data-review][aria-current]").get_attribute("href")
    page.keyboard.press("2")
    page.keyboard.press("r")
    expect(page.locator("#toast")).to_have_text("Released.")
    expect(waiting).to_have_count(2)
    expect(page.locator("[data-waiting]")).to_have_text("2")
    page.reload()
    assert decided not in [one.get_attribute("href") for one in waiting.all()]


def test_the_theme_is_switched_once_by_one_click(page: Page) -> None:
    for path in ("/studio", "/operate/review", "/operate"):
        page.goto(path)
        before = page.evaluate("getComputedStyle(document.documentElement).colorScheme")
        page.click("[data-theme-switch]")
        assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") != before


def test_what_is_most_urgent_is_reached_by_keyboard_alone(page: Page) -> None:
    page.goto("/operate")
    first = page.locator(".need").first
    path = first.get_attribute("href")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # past the places
    page.keyboard.press("Tab")
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{path}")
