"""Three people and a notice, each in a browser of their own: taken down, objected to, brought back.

The sender is at the Rights desk, the maker in the Studio, the operator at the console.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect
from sqlalchemy import select, update
from tests.server.pages.conftest import Filled, sign_in, without_complaints
from tests.server.pages.filled import HOSTILE, PROMPTS
from tests.server.pages.letters import send_letter

from cleardance.clearance.service import open_service
from cleardance.store.tables import counter_notice, task, utc_text

STATED = (
    "mistake_under_penalty_of_perjury",
    "consent_to_jurisdiction",
    "accept_service_of_process",
)


@dataclass(frozen=True)
class Three:
    """Those who are at odds, and whoever decides; ``outputs`` are three of the maker."""

    sender: Page
    maker: Page
    operator: Page
    outputs: tuple[str, ...]
    notice: str


@pytest.fixture(scope="module")
def three(chromium: Browser, filled: Filled) -> Iterator[Three]:
    """A notice that the sender sent and the operator executed: three outputs are removed."""
    with (
        chromium.new_context(base_url=filled.url) as one,
        chromium.new_context(base_url=filled.url) as two,
        chromium.new_context(base_url=filled.url) as other,
        without_complaints(one.new_page()) as sender,
        without_complaints(two.new_page()) as maker,
        without_complaints(other.new_page()) as operator,
    ):
        for page, name in ((sender, "rights desk"), (maker, "jonas"), (operator, "mara")):
            sign_in(page, name)
            page.on("dialog", Dialog.accept)
            page.set_default_timeout(10_000)
        made = outputs_of(filled)
        outputs = tuple(made[prompt] for prompt in PROMPTS)
        notice = send(sender, outputs)
        operator.goto(f"/operate/notices/{notice}")
        expect(operator.locator("main")).to_contain_text("licence in force")  # so a person decides
        operator.fill("#reason", "The licence does not cover these.")
        operator.click("button[value=accept]")
        operator.click("text=Execute it")
        expect(operator.locator("main")).to_contain_text("What was done")
        yield Three(sender, maker, operator, outputs, notice)


def outputs_of(filled: Filled) -> dict[str, str]:
    """Return what was made of each prompt of the filled home."""
    with open_service(filled.home) as service, service.store.read() as session:
        rows = session.execute(select(task.c.id, task.c.request).where(task.c.status == "released"))
        return {row.request["prompt"]: row.id for row in rows if row.request}


def send(sender: Page, outputs: tuple[str, ...]) -> str:
    sender.goto("/notices/new?works=Harbour%20Lights")
    send_letter(sender, "\n".join(outputs), f"B. Counsel {HOSTILE}")
    return sender.locator("dd code").first.inner_text()


def fill_in(maker: Page, reason: str) -> None:
    for name, text in (
        ("name", f"Jonas {HOSTILE}"),
        ("phone", "+49 30 1"),
        ("address", "1 Kai, Hamburg"),
    ):
        maker.fill(f"#{name}", text)
    maker.fill("#reason", reason)
    for name in STATED:
        maker.check(f"[name={name}]")
    maker.fill("#signature", "/s/ Jonas")


def test_a_removed_output_says_why_and_a_counter_notice_lacks_nothing_that_the_law_asks(
    three: Three,
) -> None:
    maker, output = three.maker, three.outputs[0]
    maker.goto("/studio")
    maker.click("a.tile:has-text('A fox runs')")
    expect(maker.locator(".head")).to_contain_text("Removed")
    assert maker.request.get(f"/studio/{output}/poster.jpg").status == 451
    maker.click("text=Why, and what you can do")
    expect(maker.locator("main")).to_contain_text("The notice points at it.")
    expect(maker.locator("main")).to_contain_text("of Netflix")
    expect(maker.locator(".asked li")).to_have_count(6)
    expect(maker.locator(".asked .given")).to_have_count(1)  # what was removed
    form = {"csrf": maker.input_value("#objection [name=csrf]"), "name": "Jonas"}
    answer = maker.request.post(f"/studio/{output}/removal", form=form)
    assert answer.status == 400
    assert "under penalty of perjury" in answer.text()
    fill_in(maker, f"It is my own fox. {HOSTILE}")
    expect(maker.locator(".asked .given")).to_have_count(6)
    maker.click("text=Send the counter-notice")
    expect(maker.locator("[data-counter]")).to_contain_text("The sender was told")
    expect(maker.locator("[data-counter] [data-clock]")).to_contain_text("in 1")  # 10 business days
    assert maker.title() != "run"


def test_it_stays_removed_once_the_sender_went_to_court_until_the_court_decides(
    three: Three,
) -> None:
    sender, maker, operator = three.sender, three.maker, three.operator
    sender.goto(f"/rights/notices/{three.notice}")
    expect(sender.locator(".letter")).to_contain_text(f"It is my own fox. {HOSTILE}")
    sender.fill("input[name=case]", f"S.D.N.Y., 26-cv-1 {HOSTILE}")
    sender.click("text=It stays removed: we went to court")
    expect(sender.locator("main")).to_contain_text("Before a court")
    maker.reload()
    expect(maker.locator("[data-counter]")).to_contain_text("S.D.N.Y., 26-cv-1 <script>")
    assert maker.locator("#objection").count() == 0
    operator.goto(f"/operate/notices/{three.notice}")
    operator.click("text=The outputs come back")
    expect(operator.locator("main")).to_contain_text("Restored")
    maker.reload()
    expect(maker.locator("h1")).to_have_text("It came back")
    maker.goto(f"/studio/{three.outputs[0]}")
    expect(maker.locator(".player img")).to_have_js_property("complete", True)
    maker.click("text=It was removed, and came back")
    expect(maker.locator("[data-counter]")).to_contain_text("The court let it come back")
    assert {one.title() for one in (sender, maker, operator)} & {"run"} == set()


def test_ten_business_days_later_it_comes_back_and_all_of_it_works_by_keyboard(
    three: Three, filled: Filled
) -> None:
    maker = three.maker
    maker.goto(f"/studio/{three.outputs[1]}/removal")
    maker.focus("#name")
    for typed in ("Jonas", "+49 30 1", "1 Kai, Hamburg", "", "Rain is nobody's."):
        maker.keyboard.type(typed)
        maker.keyboard.press("Tab")
    for _ in STATED:
        maker.keyboard.press("Space")
        maker.keyboard.press("Tab")
    maker.keyboard.type("/s/ Jonas")
    maker.keyboard.press("Enter")
    expect(maker.locator("[data-counter]")).to_contain_text("The sender was told")
    three.operator.goto("/operate/notices")
    with three.operator.expect_navigation():
        three.operator.click("text=Bring back what is due")
    maker.reload()
    expect(maker.locator("h1")).to_have_text("Removed after a notice")  # not due yet
    waits = counter_notice.c.status == "forwarded"
    past = {"restore_from": utc_text(datetime.now(UTC) - timedelta(minutes=1))}
    with open_service(filled.home) as service, service.store.begin() as session:
        session.execute(update(counter_notice).where(waits).values(**past))
    button = three.operator.locator("button:has-text('Bring back what is due')")
    button.focus()
    with three.operator.expect_navigation():
        three.operator.keyboard.press("Enter")
    maker.reload()
    expect(maker.locator("[data-counter]")).to_contain_text("It came back")


def test_a_complaint_is_decided_by_somebody_else_and_brings_it_back(three: Three) -> None:
    maker, operator = three.maker, three.operator
    maker.goto(f"/studio/{three.outputs[2]}/removal")
    maker.click("text=Complain instead")
    maker.fill("#text", f"A sailboat is no lighthouse. {HOSTILE}")
    maker.click("text=Send the complaint")
    expect(maker.locator("[data-complaint]")).to_contain_text("A person decides")
    operator.goto(f"/operate/notices/{three.notice}")
    expect(operator.locator("main")).to_contain_text("A sailboat is no lighthouse. <script>")
    operator.fill("form [name=reason]:near(button:text-is('Uphold it'))", "It is no lighthouse.")
    operator.click("text=Uphold it")
    expect(operator.locator("main")).to_contain_text("Upheld")
    maker.reload()
    expect(maker.locator("h1")).to_have_text("It came back")
    expect(maker.locator("[data-complaint]")).to_contain_text("It is no lighthouse.")


def test_a_rejected_notice_is_complained_of_and_decided_anew(three: Three) -> None:
    sender, operator = three.sender, three.operator
    operator.goto("/operate/notices")
    operator.click("text=Somebody Else")
    here = operator.url
    operator.fill("#reason", "You do not speak for Netflix.")
    operator.focus("button[value=reject]")
    operator.keyboard.press("Enter")
    expect(operator.locator(".head")).to_contain_text("Rejected")
    sender.goto(here.replace("/operate/", "/rights/"))
    sender.fill("#text", "We are their heirs.")
    sender.click("text=Send the complaint")
    expect(sender.locator("main")).to_contain_text("Your complaint")
    operator.reload()
    operator.fill("form:has-text('Uphold it') textarea", "They are.")
    operator.click("text=Uphold it")
    operator.fill("#reason", "They showed the will.")
    operator.click("button[value=accept]")
    expect(operator.locator(".head")).to_contain_text("Accepted")
    operator.click("text=Execute it")
    expect(operator.locator(".head")).to_contain_text("Executed")
    operator.fill("#withdraw", "The heirs wrote that they take it back.")
    operator.click("text=Its sender takes it back")
    expect(operator.locator(".head")).to_contain_text("Withdrawn")
    sender.reload()
    expect(sender.locator(".head")).to_contain_text("Withdrawn")


def test_misuse_is_called_so_and_what_is_missing_is_asked_for(three: Three) -> None:
    sender, operator = three.sender, three.operator
    operator.goto("/operate/notices")
    operator.locator("a", has_text="<script>").first.click()
    operator.click("text=Execute it")
    expect(operator.locator(".head")).to_contain_text("Executed")
    operator.fill("#withdraw", "They own no fox.")
    operator.click("text=It is misuse")
    expect(operator.locator("[role=alert]")).to_have_count(0)
    operator.goto("/operate/notices")
    operator.locator("tr", has_text="Incomplete").locator("a").click()
    expect(operator.locator("main")).to_contain_text("Something is missing")
    assert operator.locator("text=Execute it").count() == 0
    sender.goto(operator.url.replace("/operate/", "/rights/"))
    expect(sender.locator("main")).to_contain_text("Something is missing")
    sender.click("text=Send it again, complete")
    expect(sender.locator("h1")).to_have_text("Send a notice")


def test_nobody_objects_for_another(three: Three) -> None:
    path = f"/studio/{three.outputs[0]}/removal"
    for page in (three.sender, three.operator):
        form = {"csrf": page.locator("[name=csrf]").first.input_value(), "text": "Mine."}
        for place in (path, f"{path}/check", f"{path}/complain"):
            assert page.request.post(place, form=form).status in (403, 404)
        assert page.request.get(path).status in (403, 404)
    assert three.maker.request.post(path, form={"csrf": "made-up"}).status == 403
