"""A real server and a real browser: Debian's Chromium, driven by Playwright."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

CHROMIUM = shutil.which("chromium")
PASSWORD = "a sentence nobody guesses"


@dataclass(frozen=True)
class Served:
    """A running server: where, with which home, and the code it printed."""

    url: str
    home: Path
    setup_code: str


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("pages") / "home"
    command = [
        sys.executable,
        "-m",
        "cleardance.cli.main",
        "--home",
        str(home),
        "serve",
        "--port",
        "0",
    ]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        yield Served(home=home, **_announced(process))
    finally:
        process.terminate()
        process.wait(20)
        assert process.stderr is not None
        process.stderr.close()


def _announced(process: "subprocess.Popen[str]") -> dict[str, str]:
    assert process.stderr is not None
    found: dict[str, str] = {}
    for line in process.stderr:
        if address := re.search(r"http://127\.0\.0\.1:\d+", line):
            found["url"] = address[0]
        if code := re.search(r"code=([A-Za-z0-9_-]+)", line):
            found["setup_code"] = code[1]
        if len(found) == 2:
            return found
    raise AssertionError("the server ended without saying where it is")


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
    """A page that must not complain: what is on the console, or fails to load, fails the test."""
    page, said = context.new_page(), list[str]()

    def hear(message: ConsoleMessage) -> None:
        refused = "status of 403" in message.text  # what a test may be about
        if message.type in ("error", "warning") and not refused:
            said.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    assert said == []
