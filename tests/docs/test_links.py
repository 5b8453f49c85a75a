"""Every link between our own pages leads somewhere, and every page is reached."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
LINK = re.compile(r"\]\(([^)#\s]+)(#[^)]*)?\)")


def local_links(page: Path) -> list[Path]:
    targets = [match[1] for match in LINK.finditer(page.read_text(encoding="utf-8"))]
    return [(page.parent / target).resolve() for target in targets if "://" not in target]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    assert [target for target in local_links(page) if not target.exists()] == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    todo = [ROOT / "README.md"]
    while todo:
        page = todo.pop()
        if page not in seen:
            seen.add(page)
            todo += [target for target in local_links(page) if target.suffix == ".md"]
            todo += [
                p for target in local_links(page) if target.is_dir() for p in target.glob("*.md")
            ]
    assert {page.resolve() for page in PAGES} <= {page.resolve() for page in seen}
