"""The rights-holder's journeys, in a real browser; and what they never see."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import cv2
import httpx
import numpy as np
import pytest
from playwright.sync_api import Browser, Dialog, Page, expect
from tests.server.pages.conftest import Filled, signed_in
from tests.server.pages.filled import HOSTILE
from tests.server.pages.letters import send_letter
from tests.server.pages.test_console import enter_as
from tests.server.pages.test_guarding import token_in

from cleardance.rights.row import RegistryRow, WorkKind

HARBOUR = RegistryRow(name="Harbour Lights", kind=WorkKind.SERIES, owner="Netflix").id
PERSON = RegistryRow(name="Ada Quill", kind=WorkKind.PERSON, owner="Netflix").id
NOT_THEIRS = RegistryRow(name="The Tin Roof", kind=WorkKind.FILM, owner="Kelp Films").id


@pytest.fixture
def page(chromium: Browser, filled: Filled) -> Iterator[Page]:
    with signed_in(chromium, filled, "rights desk") as page:
        yield page


def picture(filled: Filled, number: int) -> Path:
    """A picture that the filled home's outputs were made as."""
    pixels = np.random.default_rng(number).integers(0, 255, (240, 320, 3), np.uint8)
    path = filled.home.parent / f"picture-{number}.png"
    assert cv2.imwrite(str(path), cv2.resize(pixels, (640, 480)))
    return path


def test_a_hostile_name_is_registered_shown_and_changed_with_a_picture(
    page: Page, filled: Filled
) -> None:
    page.goto("/rights/works/new")
    page.fill("#name", f"Velvet Orchard {HOSTILE}")
    page.fill("#aliases", "rain")
    expect(page.locator("#checked")).to_contain_text("made of everyday words")
    page.set_input_files("#files", picture(filled, 1))
    expect(page.locator("#tried")).to_contain_text("640 \u00d7 480 pixels", timeout=60_000)
    page.click("text=Register it")
    expect(page.locator("h1")).to_have_text(f"Velvet Orchard {HOSTILE}")
    expect(page.locator(".thumbs img")).to_have_count(1)
    expect(page.locator(".thumbs img")).to_have_js_property("naturalWidth", 320)
    assert page.title() != "run"
    page.click("a.button:has-text('Change')")
    expect(page.locator("#checked")).to_contain_text("everyday words")
    page.fill("#aliases", "The Velvet Orchard")
    page.check("[name=drop]")
    expect(page.locator("#checked")).to_contain_text("harm nobody")
    page.click("text=Save the changes")
    expect(page.locator(".timeline li").first).to_contain_text("aliases")
    expect(page.locator(".thumbs img")).to_have_count(0)
    page.goto("/rights?q=velvet")
    expect(page.locator("tbody")).to_contain_text("<script>")


def test_what_cannot_be_registered_is_said_and_nothing_typed_is_lost(
    page: Page, filled: Filled
) -> None:
    page.goto("/rights/works/new")
    page.fill("#name", "Harbour Lights")
    page.select_option("#kind", "series")
    page.fill("#aliases", "A Second Harbour")
    page.click("text=Register it")
    expect(page.locator("[role=alert]")).to_contain_text("registered already")
    assert page.input_value("#aliases") == "A Second Harbour"
    blank = filled.home.parent / "blank.png"
    assert cv2.imwrite(str(blank), np.full((200, 200, 3), 128, np.uint8))
    page.set_input_files("#files", blank)
    expect(page.locator("#tried")).to_contain_text("blank", timeout=60_000)


def test_what_touches_a_work_is_shown_without_saying_who(page: Page) -> None:
    page.goto(f"/rights/works/{HARBOUR}/cases")
    expect(page.locator("mark")).to_have_text(re.compile("Harbour Lights"))
    expect(page.locator("article").first).to_contain_text("account-")
    assert "jonas" not in page.inner_text("main")
    page.click("text=Look through everything")
    expect(page.locator("#past")).to_contain_text("2 requests touch it", timeout=60_000)
    expect(page.locator("#past")).to_contain_text("Released 1")  # made before it was registered


def test_a_licence_is_asked_for_granted_handed_out_and_revoked(page: Page, tmp_path: Path) -> None:
    page.goto("/rights/licences")
    page.click("a:text-is('Grant')")
    assert page.input_value("#to_name") == "jonas"
    page.uncheck("[value=output]")
    page.check("[value=prompt]")
    page.click("button:has-text('Grant it')")
    expect(page.locator("[role=alert]")).to_contain_text("asks for the use output")
    page.check("[value=output]")
    (tmp_path / "contract <b>.pdf").write_bytes(b"%PDF-1.7 signed")
    page.set_input_files("#evidence", tmp_path / "contract <b>.pdf")
    page.click("button:has-text('Grant it')")
    expect(page.locator("h1")).to_have_text("Licence: jonas")
    expect(page.locator(".facts")).to_contain_text("contract b.pdf")
    with page.expect_download() as download:
        page.click("text=ODRL")
    policy = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert policy["@type"] == "Agreement"
    page.fill("#why", "The film was cut.")
    page.click("button:text-is('Revoke')")
    expect(page.locator("main")).to_contain_text("The film was cut.")
    page.goto("/rights/licences")
    expect(page.locator("text=Asked for")).to_have_count(0)


def test_a_person_grants_and_withdraws_by_their_link_until_it_is_ended(
    page: Page, chromium: Browser, filled: Filled
) -> None:
    page.goto(f"/rights/works/{PERSON}")
    page.click("text=Make a link")
    link = page.inner_text("[data-copy]")
    with chromium.new_context(base_url=filled.url) as context:
        theirs = context.new_page()
        theirs.on("dialog", Dialog.accept)
        theirs.goto(link)
        assert theirs.url == f"{filled.url}/person"  # the secret stays in no address bar
        expect(theirs.locator("h1")).to_have_text("Ada Quill")
        theirs.fill("#to_name", "jonas")
        theirs.check("[value=voice]")
        theirs.fill("#signature", f"Ada Quill {HOSTILE}")
        theirs.click("text=I agree")
        expect(theirs.locator("article").first).to_contain_text("My voice")
        theirs.locator("article").first.locator("text=Withdraw it").click()
        expect(theirs.locator("article").first).to_contain_text("Revoked")
        page.goto(f"/rights/works/{PERSON}")
        page.locator("button:has-text('End it')").last.click()
        answer = theirs.goto("/person")
        assert answer is not None
        assert answer.status == 404
        answer = theirs.goto(link)
        assert answer is not None
        assert answer.status == 404


def test_a_notice_is_ticked_sent_followed_by_its_secret_and_brought_to_the_desk(
    page: Page, chromium: Browser, filled: Filled
) -> None:
    with chromium.new_context(base_url=filled.url) as context:
        sender = context.new_page()
        sender.goto("/notices/new?works=Harbour%20Lights")
        expect(sender.locator("#asked .given")).to_have_count(2)  # the works, and nothing denied
        send_letter(sender, "#harbour")
        reference, secret = sender.locator("dd code").all_inner_texts()[:2]
        sender.click("text=Follow it")
        sender.fill("#reference", reference)
        sender.fill("#secret", "a guess")
        sender.click("text=Look")
        expect(sender.locator("[role=alert]")).to_contain_text("No notice has")
        sender.fill("#secret", secret)
        sender.click("text=Look")
        expect(sender.locator("h1")).to_contain_text(reference)
    page.goto("/rights/notices")
    page.click("summary")
    page.fill("#reference", reference)
    page.fill("#secret", secret)
    page.click("text=Bring it here")
    expect(page.locator("h1")).to_have_text("Harbour Lights")
    page.click("summary:has-text('Take it back')")
    page.fill("#why", "A mistake of ours.")
    page.click("text=Withdraw it")
    expect(page.locator(".head")).to_contain_text("Withdrawn")


def test_the_report_is_handed_out_in_every_form_and_names_nobody(filled: Filled) -> None:
    with httpx.Client(base_url=filled.url, timeout=60) as client:
        enter_as(client, "rights desk")
        notices = client.get("/rights/notices").text
        found = dict(
            re.findall(r"(?s)href=\"/rights/notices/(ntc-[^\"]+)\".*?chip \w*\">(\w+)", notices)
        )
        executed = next(id_ for id_, status in found.items() if status == "Executed")
        waiting = next(id_ for id_, status in found.items() if status == "Accepted")
        for form in ("json", "csv", "html"):
            answer = client.get(f"/rights/notices/{executed}/report.{form}")
            assert answer.status_code == 200
            assert "attachment" in answer.headers["content-disposition"]
            assert "jonas" not in answer.text
        assert client.get(f"/rights/notices/{waiting}/report.json").status_code == 404


def test_what_is_not_theirs_is_as_if_it_were_not_there(filled: Filled) -> None:
    with httpx.Client(base_url=filled.url, timeout=60) as client:
        token = enter_as(client, "rights desk")
        asked = re.findall(r"/rights/notices/ntc-[^\"]+", client.get("/rights/notices").text)
        licences = re.findall(r"/rights/licences/lic-[^\"]+", client.get("/rights/licences").text)
        assert "The Tin Roof" not in client.get("/rights").text
        for path in (f"/rights/works/{NOT_THEIRS}", f"/rights/works/{NOT_THEIRS}/cases",
                     f"/rights/licences/new?work={NOT_THEIRS}"):  # fmt: skip
            there = client.get(path)
            assert (there.status_code, "Kelp" in there.text) == (404, False), path
        for path in ("edit", "remove", "links", "cases/past"):
            answer = client.post(f"/rights/works/{NOT_THEIRS}/{path}", data={"csrf": token})
            assert answer.status_code == 404, path
        row = {"csrf": token, "name": "Old Harbour", "kind": "film", "owner": "Kelp Films"}
        assert "no others" in client.post("/rights/works", data=row).text
        whole = {"csrf": token, "name": "A Part", "kind": "film", "owner": "Netflix"}
        answer = client.post("/rights/works", data=whole | {"belongs_to": NOT_THEIRS})
        assert "no such work" in answer.text
        grant = {"csrf": token, "work": NOT_THEIRS, "to_kind": "everyone", "uses": "prompt"}
        assert client.post("/rights/licences/new", data=grant).status_code == 404
    with httpx.Client(base_url=filled.url, timeout=60) as client:
        enter_as(client, "ada quill")  # tied to one person, and to nobody's letters
        for path in asked:
            assert client.get(path).status_code == 404
        seen = {client.get(path).status_code for path in licences}
        assert seen == {200, 404}  # her consents, and not the licences of works
        assert client.get(f"/rights/works/{HARBOUR}").status_code == 404


def test_a_persons_page_takes_no_form_of_another_site_and_no_guess(filled: Filled) -> None:
    with httpx.Client(base_url=filled.url, timeout=60) as client:
        assert client.get("/person?key=guess").status_code == 404
        client.cookies.set("cleardance_person", "guess")
        assert client.get("/person").status_code == 404
        for path in ("consents", "consents/lic-1/withdraw", "leave"):
            answer = client.post(f"/person/{path}", data={"csrf": "made-up"})
            assert answer.status_code == 403, path
        token = token_in(client.get("/verify"))
        answer = client.post("/person/consents", data={"csrf": token, "to_kind": "everyone"})
        assert answer.status_code == 404


def test_the_desk_works_by_keyboard_alone(page: Page) -> None:
    page.goto("/rights?q=Harbour")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # past the places
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Harbour Lights":
            break
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Harbour Lights")


def test_what_an_owner_asks_in_return_is_edited_and_what_words_would_cost_is_said(
    page: Page,
) -> None:
    page.goto("/rights/works/new")
    page.fill("#name", "Kelp Lantern")
    expect(page.locator("#credit")).to_be_hidden()
    page.select_option("#policy", "allow")
    page.fill("#allowed_in", "de, fr")
    page.fill("#allowed_until", "2031-12-31")
    page.fill("#credit", f"Kelp {HOSTILE}")
    page.check("[name=no_persons]")
    page.select_option("#otherwise", "review")
    page.fill("#descriptors", "A happy fuzzy panda playing guitar nearby a campfire")
    costs = page.locator(".costs tbody tr")
    expect(costs.filter(has_text="Kelp Lantern")).to_contain_text("2.3")  # none of 1,279
    expect(page.locator(".costs .costly")).to_contain_text("Description")
    page.click("text=Register it")
    expect(page.locator("main")).to_contain_text(
        "in DE, FR; until 2031-12-31; without a registered"
    )
    expect(page.locator("main")).to_contain_text("Kelp <script>")
    page.click("a.button:has-text('Change')")
    assert page.input_value("#allowed_in") == "DE FR"
    assert page.input_value("#otherwise") == "review"
    page.fill("#credit", "")
    page.click("text=Save the changes")
    expect(page.locator(".timeline li").first).to_contain_text("conditions")
