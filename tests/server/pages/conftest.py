"""A real server and a real browser: Debian's Chromium, driven by Playwright."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    sync_playwright,
)
from tests.server.conftest import COLD
from tests.server.pages.filled import PASSWORD, fill

from cleardance.clearance.service import open_service

CHROMIUM = shutil.which("chromium")


@dataclass(frozen=True)
class Served:
    """A running server: where, with which home, and the code it printed."""

    url: str
    home: Path
    setup_code: str


@dataclass(frozen=True)
class Filled:
    """A running server with something on all its pages, beside which nothing works."""

    url: str
    home: Path


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("pages") / "home"
    with serving(home) as said:
        yield Served(home=home, **said)


@pytest.fixture(scope="session")
def filled_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that tests copy."""
    folder = tmp_path_factory.mktemp("filled")
    with open_service(folder / "home") as service:
        fill(service, folder)
    return folder / "home"


@pytest.fixture(scope="module")
def filled(filled_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    home = tmp_path_factory.mktemp("copy") / "home"
    shutil.copytree(filled_home, home)
    with serving(home, slots=0) as said:
        yield Filled(said["url"], home)


@contextmanager
def serving(home: Path, slots: int = 1) -> Iterator[dict[str, str]]:
    """Run a server of its own; give what it announced."""
    options = ["--home", str(home), "serve", "--port", "0", "--slots", str(slots)]
    command = [sys.executable, "-m", "cleardance.cli.main", *options]
    with (home.parent / "serve.log").open("w+") as log:
        process = subprocess.Popen(command, stderr=log, text=True, env=os.environ | COLD)
        try:
            yield _announced(process, home.parent / "serve.log", new=not home.exists())
        finally:
            process.terminate()
            process.wait(60)


def _announced(process: "subprocess.Popen[str]", log: Path, *, new: bool) -> dict[str, str]:
    deadline = time.monotonic() + 60.0
    while time.monotonic() < deadline and process.poll() is None:
        said = log.read_text("utf-8")
        url = re.search(r"Listening on (http://127\.0\.0\.1:\d+)", said)
        code = re.search(r"code=([A-Za-z0-9_-]+)", said)
        if url and (code or not new):
            return {"url": url[1]} | ({"setup_code": code[1]} if code else {})
        time.sleep(0.05)
    raise AssertionError(f"the server did not say where it is: {log.read_text('utf-8')}")


def sign_in(page: Page, name: str) -> None:
    """Come in as one of the people of the filled home."""
    page.goto("/signin")
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.locator("main form button").click()
    page.wait_for_url(lambda url: "/signin" not in url)


@contextmanager
def signed_in(chromium: Browser, filled: Filled, name: str) -> Iterator[Page]:
    """A page of one of the people of the filled home, who says yes to whatever it asks."""
    with (
        chromium.new_context(base_url=filled.url) as context,
        without_complaints(context.new_page()) as page,
    ):
        sign_in(page, name)
        page.on("dialog", Dialog.accept)
        yield page


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no Chromium: apt install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser, served: Served) -> Iterator[BrowserContext]:
    with chromium.new_context(base_url=served.url, viewport={"width": 1360, "height": 900}) as made:
        yield made


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    with without_complaints(context.new_page()) as page:
        yield page


@contextmanager
def without_complaints(page: Page) -> Iterator[Page]:
    """A page that must not complain: what is on the console, or fails to load, fails the test."""
    said = list[str]()

    def hear(message: ConsoleMessage) -> None:
        refused = re.search("status of 4(?:00|03|22)", message.text)  # what a test may be about
        left = re.match("htmx:(?:afterRequest|sendAbort), ", message.text)  # the page, meanwhile
        # Pictures of a review are gone with its decision, and may be on their way to the page then.
        gone = "status of 404" in message.text and re.search(
            r"/operate/review/[^/]+/pictures/", message.location["url"]
        )
        if message.type in ("error", "warning") and not (refused or left or gone):
            said.append(f"{message.text} {message.location['url']}")

    page.on("console", hear)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    assert said == []
