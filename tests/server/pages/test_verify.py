"""Verify, in a real browser: its reader of Content Credentials agrees with ours."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import cv2
import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from tests.clearance.asking import make, request
from tests.server.pages.conftest import Filled, without_complaints

from cleardance.clearance.service import open_service
from cleardance.server.pages.render import static_bytes, static_url

OUTSIDE = Path(__file__).parents[2] / "outside/node_modules/@contentauth/c2pa-wasm/pkg"


@pytest.fixture(scope="module")
def clip(filled: Filled, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A released video with sound."""
    path = tmp_path_factory.mktemp("clip") / "fox.mp4"
    with open_service(filled.home) as service:
        assert make(service, path, request(still=False)).status == "released"
    return path


@pytest.fixture
def page(chromium: Browser, filled: Filled) -> Iterator[Page]:
    with (
        chromium.new_context(base_url=filled.url) as context,
        without_complaints(context.new_page()) as page,
    ):
        page.goto("/verify")
        yield page


def read(page: Page, path: Path) -> tuple[str, str]:
    """Choose a file, wait for the browser's reader, then ask the server; what both say."""
    page.set_input_files("#file", path)
    answer = page.locator("[data-reader-answer]")
    expect(answer).not_to_have_class("chip busy", timeout=60_000)
    page.get_by_role("button", name="Verify", exact=True).click()
    expect(page.locator("[data-reader-agrees]")).to_be_visible(timeout=60_000)
    return answer.inner_text(), page.locator("[data-reader-agrees]").inner_text()


def test_browser_and_server_say_the_same_of_a_released_video(page: Page, clip: Path) -> None:
    said, agrees = read(page, clip)
    assert "signed by an authority that this server names" in said
    assert agrees == "The server reads the same: Trusted."
    expect(page.locator("[data-reader-card]")).to_contain_text("algorithmicMedia")
    expect(page.locator("[data-proof-answer]")).to_contain_text("Proved in this browser")


def test_both_see_that_one_byte_of_it_was_changed(page: Page, clip: Path, tmp_path: Path) -> None:
    data = bytearray(clip.read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "changed.mp4").write_bytes(data)
    said, agrees = read(page, tmp_path / "changed.mp4")
    assert said == "Changed since it was signed, or signed wrongly"
    assert agrees == "The server reads the same: Invalid."


def test_both_see_that_a_frame_of_it_has_no_credentials(
    page: Page, clip: Path, tmp_path: Path
) -> None:
    there, frame = cv2.VideoCapture(str(clip)).read()
    assert there
    cv2.imwrite(str(tmp_path / "frame.png"), frame)
    said, agrees = read(page, tmp_path / "frame.png")
    assert said == "There are no Content Credentials in this file"
    assert agrees == "The server reads the same: None."


def test_the_reader_is_loaded_only_once_a_file_is_chosen(page: Page, clip: Path) -> None:
    asked: list[str] = []
    page.context.on("request", lambda one: asked.append(one.url))
    page.reload()
    page.wait_for_load_state("networkidle")
    assert not any("c2pa" in url for url in asked)
    page.set_input_files("#file", clip)
    expect(page.locator("[data-reader-answer]")).to_contain_text("Intact", timeout=60_000)


def test_webassembly_runs_in_the_readers_worker_and_in_no_page(filled: Filled) -> None:
    worker = httpx.get(filled.url + static_url("c2pa_worker.js"))
    assert "'wasm-unsafe-eval'" in worker.headers["content-security-policy"]
    for path in ("/verify", "/signin", static_url("verify.js")):
        assert "wasm" not in httpx.get(filled.url + path).headers["content-security-policy"]


@pytest.mark.skipif(not OUTSIDE.exists(), reason="there is no c2pa-wasm: ./dev outside")
def test_the_reader_is_the_one_that_its_makers_published() -> None:
    published = (OUTSIDE / "c2pa_bg.wasm").read_bytes()
    assert gzip.decompress(static_bytes("c2pa.wasm.gz")) == published
    assert static_bytes("c2pa.js") == (OUTSIDE / "c2pa.js").read_bytes()
