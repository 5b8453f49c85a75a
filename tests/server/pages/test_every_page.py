"""Every page: by the rules of axe-core, at three widths, in both schemes, and as it looked."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from tests.server.pages import pictures
from tests.server.pages.conftest import Filled, sign_in, without_complaints
from tests.server.pages.shown import PAGES, Shown

AXE = Path(__file__).parents[2] / "outside/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def contexts(chromium: Browser, filled: Filled) -> Iterator[dict[str | None, BrowserContext]]:
    """A browser for whoever looks at any page, signed in once."""
    found: dict[str | None, BrowserContext] = {}
    for who in {one.who for one in PAGES}:
        # Scripts of ours are put into pages here: that is what the policy forbids.
        found[who] = chromium.new_context(
            base_url=filled.url, bypass_csp=True, reduced_motion="reduce"
        )
        if who is not None:
            sign_in(found[who].new_page(), who)
    yield found
    for context in found.values():
        context.close()


@pytest.fixture
def page(contexts: dict[str | None, BrowserContext], shown: Shown) -> Iterator[Page]:
    with without_complaints(contexts[shown.who].new_page()) as page:
        shown.open(page)
        yield page
        page.close()


@pytest.mark.skipif(not AXE.exists(), reason="there is no axe-core: ./dev outside")
@pytest.mark.parametrize("shown", PAGES, ids=lambda one: one.name)
def test_it_breaks_no_rule_of_accessibility_in_either_scheme(page: Page) -> None:
    page.evaluate(AXE.read_text("utf-8"))
    report = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
    assert len(report["passes"]) > 10
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate("axe.run({runOnly: {type: 'rule', values: ['color-contrast']}})")
    found = [*report["violations"], *dark["violations"]]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []


@pytest.mark.parametrize("shown", PAGES, ids=lambda one: one.name)
def test_it_fits_every_screen_and_looks_as_it_did(
    page: Page, shown: Shown, rewrite_goldens: bool
) -> None:
    apart = {}
    for width_px in pictures.SIZES_PX:
        taken = pictures.take(page, width_px)
        assert page.evaluate("document.documentElement.scrollWidth") <= width_px
        if rewrite_goldens:
            pictures.keep(shown.name, width_px, taken)
        apart[width_px] = pictures.difference(shown.name, width_px, taken)
    assert max(apart.values()) <= pictures.TOLERANCE, apart


def test_a_page_without_its_style_is_seen_to_be_another(
    contexts: dict[str | None, BrowserContext],
) -> None:
    page = contexts[None].new_page()
    page.goto("/verify")
    page.evaluate("document.querySelectorAll('link[rel=stylesheet]').forEach(l => l.remove())")
    for width_px in pictures.SIZES_PX:
        taken = pictures.take(page, width_px)
        assert pictures.difference("verify", width_px, taken) > 2 * pictures.TOLERANCE
    page.close()


def test_no_picture_is_of_a_page_that_is_gone() -> None:
    wanted = {f"{one.name}-{width_px}.png" for one in PAGES for width_px in pictures.SIZES_PX}
    assert {path.name for path in pictures.FOLDER.iterdir()} == wanted
