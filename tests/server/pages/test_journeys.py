"""Whole journeys in a real browser, on a real server with its worker."""

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from playwright.sync_api import BrowserContext, Page, expect
from tests.server.pages.conftest import PASSWORD, Served

from cleardance.clearance.service import open_service
from cleardance.ledger.check_record import check_media, check_record
from cleardance.ledger.note import PublicKey
from cleardance.media import write_png
from cleardance.rights.grant import parse_grant
from cleardance.rights.licence_requests import accept, requests_of


def enter(page: Page, served: Served, name: str = "mara") -> None:
    """Come in: as the first operator, or by signing in again."""
    page.goto(f"/welcome?code={served.setup_code}")
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.locator("main form button").click()
    page.wait_for_url("**/studio")


def make_still(page: Page, prompt: str) -> None:
    page.goto("/studio")
    page.fill("#prompt", prompt)
    page.check("[name=still]")
    page.select_option("#resolution", "480p")
    page.click("[data-submit]")
    page.wait_for_url("**/studio/cgt-*")


def test_from_the_first_start_to_a_file_that_anybody_verifies(
    page: Page, context: BrowserContext, served: Served, tmp_path: Path
) -> None:
    enter(page, served)
    page.fill("#prompt", "A ball like in Brigerton, in a moonlit garden")
    expect(page.locator("#clearance")).to_contain_text("registered by Netflix")
    make_still(page, "A fox runs over a meadow at dusk")
    expect(page.locator(".player img")).to_be_visible(timeout=90_000)  # it reloads by itself
    with page.expect_download() as download:
        page.click("text=Download")
    download.value.save_as(tmp_path / "made.png")
    with page.expect_download() as download:
        page.click("text=Clearance record")
    download.value.save_as(tmp_path / "record.pdf")
    assert (tmp_path / "record.pdf").read_bytes().startswith(b"%PDF-")
    with page.expect_download() as download:
        page.click("text=As data")
    download.value.save_as(tmp_path / "record.json")
    record = json.loads((tmp_path / "record.json").read_text())
    check_media(
        check_record(record, [PublicKey.parse(record["ledger_key"])]), tmp_path / "made.png"
    )
    page.click("text=Sign out")

    page.goto("/verify")
    page.set_input_files("#file", tmp_path / "made.png")
    page.get_by_role("button", name="Verify", exact=True).click()
    expect(page.locator("#report")).to_contain_text("byte for byte", timeout=60_000)
    expect(page.locator("#report")).to_contain_text("Trusted")
    expect(page.locator("[data-proof-answer]")).to_contain_text("Proved in this browser")
    expect(page.locator("#report")).not_to_contain_text("meadow")  # prompts are their authors'


def test_a_denied_prompt_says_why_and_can_be_appealed_once(page: Page, served: Served) -> None:
    enter(page, served)
    make_still(page, "Squid Game guards in a hall, cinematic")
    expect(page.locator("main")).to_contain_text("Not cleared")
    page.fill("#reason", "These are my own costumes.")
    page.click("text=Send the appeal")
    expect(page.locator("main")).to_contain_text("A person has to look")
    page.click("text=Review")
    expect(page.locator("main")).to_contain_text("These are my own costumes.")
    page.keyboard.press("d")  # asks for a reason first
    expect(page.locator("#reason")).to_be_focused()
    page.keyboard.type("They are the series' own.")
    page.click("button[value=deny]")
    expect(page.locator("[role=alert]")).to_contain_text("somebody else reviews it")


def test_a_licence_is_asked_for_and_clears_it_once_it_is_granted(
    page: Page, served: Served
) -> None:
    enter(page, served)
    make_still(page, "Squid Game guards in a hall, cinematic")
    expect(page.locator("main")).to_contain_text("A licence for Squid Game")
    page.fill("#message-1", "A parody for a school play.")
    page.click("text=Request a licence")
    expect(page.locator("main")).to_contain_text("Waits for an answer")
    with open_service(served.home) as service:
        with service.store.read() as session:
            (asked,) = requests_of(session, "mara")
        given = {"works": [asked.work.id], "to": "account:mara", "uses": [asked.use]}
        now = datetime.now(UTC)
        accept(service.store, asked.id, parse_grant(given), by="netflix", now=now)
    page.reload()
    expect(page.locator("main")).to_contain_text("Granted")
    page.click("text=Make again")
    expect(page.locator(".player img")).to_be_visible(timeout=90_000)
    expect(page.locator("main")).to_contain_text("Rests on licence")


def test_references_are_chips_with_a_role_and_shots_are_added_by_a_button(
    page: Page, served: Served, tmp_path: Path
) -> None:
    enter(page, served)
    write_png(tmp_path / "mine.png", np.full((64, 64, 3), 90, np.uint8))
    page.fill("#prompt", "A fox runs")
    page.click("[data-add-shot]")
    assert page.input_value("#prompt") == "Shot 1: A fox runs\nShot 2: "
    page.set_input_files("#files", tmp_path / "mine.png")
    page.get_by_label("What @Image1 is for").select_option("first_frame")
    page.get_by_role("button", name="@Image1", exact=True).click()
    assert page.input_value("#prompt").endswith("Shot 2: @Image1 ")
    with page.expect_response("**/studio") as answered:
        page.click("[data-submit]")
    assert answered.value.status == 400  # the only model here takes none, and says so
    expect(page.locator("[role=alert]")).to_contain_text("cannot use mine.png as a first frame")
    assert page.input_value("#prompt").startswith("Shot 1: A fox runs")


def test_an_output_is_gone_on_from_its_last_picture(page: Page, served: Served) -> None:
    enter(page, served)
    make_still(page, "A lighthouse by the sea at night")
    expect(page.locator(".player img")).to_be_visible(timeout=90_000)
    page.click("text=Extend")
    expect(page.locator("[data-kept]")).to_contain_text("@Image1, the last picture of cgt-")
    assert page.input_value("#model") == "pocket"  # the first that begins with a picture
    with page.expect_response("**/studio") as answered:
        page.click("[data-submit]")
    assert answered.value.status == 400  # its weights are not here, and it says so
    expect(page.locator("[role=alert]")).to_contain_text("no weights of the model 'pocket'")
    expect(page.locator("[data-kept]")).to_be_visible()
    page.get_by_label("Begin anew").click()
    expect(page.locator("[data-kept]")).to_have_count(0)
    assert page.request.get("/studio?after=cgt-none").status == 404


def test_what_is_being_made_is_seen_while_it_is(page: Page, served: Served) -> None:
    enter(page, served)
    page.fill("#prompt", "A red ball bounces in a meadow")
    page.select_option("#resolution", "480p")
    page.fill("#duration", "4")
    page.click("[data-submit]")
    page.wait_for_url("**/studio/cgt-*")
    expect(page.locator(".preview img")).to_be_visible(timeout=60_000)
    expect(page.locator(".player video")).to_be_visible(timeout=90_000)
    answer = page.request.get(f"{page.url}/preview.jpg")
    assert (answer.status, answer.body()) == (204, b"")


def test_markup_in_a_prompt_is_shown_and_not_run(page: Page, served: Served) -> None:
    enter(page, served)
    hostile = '<script>document.title="run"</script><img src=x onerror=alert(1)>'
    make_still(page, f"A fox {hostile}")
    expect(page.locator("main")).to_contain_text("<script>")
    page.goto("/studio")
    expect(page.locator(".tiles")).to_contain_text("<img src=x")
    assert page.title() == "Studio · Cleardance"


def test_a_notice_without_what_the_law_asks_is_answered_with_what_is_missing(page: Page) -> None:
    page.goto("/notices/new")
    page.fill("#works", "Lighthouse of Kelp")
    page.fill("#sender_name", "Ada Rook")
    page.fill("#sender_email", "ada@rights.example")
    page.wait_for_load_state("networkidle")  # what it is told of it while it is written
    page.click("text=Send the notice")
    expect(page.locator("main")).to_contain_text("Your notice was received")
    expect(page.locator("main")).to_contain_text("Something is missing")


def test_pages_work_by_keyboard_alone(page: Page, served: Served) -> None:
    enter(page, served)
    page.goto("/studio")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the page"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "page"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "prompt"
