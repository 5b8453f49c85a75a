"""Letters of rights-holders, as they write them into the public form."""

from playwright.sync_api import Page, expect


def send_letter(sender: Page, located: str, name: str = "B. Counsel") -> None:
    """Fill in a whole notice about Harbour Lights, and send it."""
    sender.select_option("#work_kind", "series")
    sender.fill("#located", located)
    sender.fill("#sender_name", name)
    sender.fill("#sender_email", "b@netflix.example")
    sender.fill("#sender_on_behalf_of", "Netflix")
    for statement in ("good_faith", "accurate_under_penalty_of_perjury"):
        sender.check(f"[name={statement}]")
    sender.fill("#signature", f"/s/ {name}")
    expect(sender.locator("#asked")).to_contain_text("It has all that is asked of it")
    sender.click("text=Send the notice")
