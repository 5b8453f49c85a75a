"""Every page against the rules of axe-core, an outside checker of WCAG 2.2 A and AA."""

from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser
from tests.server.pages.conftest import Served
from tests.server.pages.test_journeys import enter

AXE = Path(__file__).parents[2] / "outside/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAGES = ["/verify", "/notices/new", "/signin", "/studio", "/operate/review"]
WIDTHS_PX = [390, 820, 1360]


@pytest.mark.skipif(not AXE.exists(), reason="there is no axe-core: ./dev outside")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_breaks_a_rule(
    chromium: Browser, served: Served, scheme: Literal["light", "dark"]
) -> None:
    with chromium.new_context(base_url=served.url, color_scheme=scheme) as context:
        page = context.new_page()
        enter(page, served)
        found = {}
        for path in PAGES:
            page.goto(path)
            page.evaluate(AXE.read_text("utf-8"))
            report = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
            assert len(report["passes"]) > 10
            found[path] = [broken["id"] for broken in report["violations"]]
    assert found == {path: [] for path in PAGES}


def test_no_page_is_wider_than_the_screen(chromium: Browser, served: Served) -> None:
    with chromium.new_context(base_url=served.url) as context:
        page = context.new_page()
        enter(page, served)
        for width_px in WIDTHS_PX:
            page.set_viewport_size({"width": width_px, "height": 800})
            for path in PAGES:
                page.goto(path)
                assert page.evaluate("document.documentElement.scrollWidth") <= width_px, path
