"""Pictures of pages, small: taken, kept in docs/, and compared with what was kept."""

import io
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image
from playwright.sync_api import Page

FOLDER = Path(__file__).parents[3] / "docs" / "images" / "pages"
SIZES_PX = {390: 844, 820: 1000, 1360: 900}
"""Widths of screens, and how much of a page is kept from its top."""
SCALE = 0.5
COLOURS = 48
TOLERANCE = 0.04
"""How much of a picture may differ: clocks, ids and charts do, and fonts between machines."""
_DIFFERS = 40  # of 255, after the picture was shrunk so far that letters are grey
_COARSE = 0.25

Pixels = npt.NDArray[np.uint8]


def take(page: Page, width_px: int) -> Pixels:
    """Return the page at a width as it is kept: half its size, RGB."""
    page.set_viewport_size({"width": width_px, "height": SIZES_PX[width_px]})
    png = np.frombuffer(page.screenshot(animations="disabled"), np.uint8)
    pixels = cv2.imdecode(png, cv2.IMREAD_COLOR_RGB)
    assert pixels is not None
    small = cv2.resize(pixels, None, fx=SCALE, fy=SCALE, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def keep(name: str, width_px: int, pixels: Pixels) -> None:
    """Write a picture to docs/."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    few = Image.fromarray(pixels).quantize(COLOURS, dither=Image.Dither.NONE)
    data = io.BytesIO()
    few.save(data, "PNG", optimize=True)
    (FOLDER / f"{name}-{width_px}.png").write_bytes(data.getvalue())


def difference(name: str, width_px: int, pixels: Pixels) -> float:
    """Return which part of a picture, 0 to 1, is not as it was kept. FileNotFoundError."""
    with Image.open(FOLDER / f"{name}-{width_px}.png") as kept:
        before = np.asarray(kept.convert("RGB"), np.uint8)
    if before.shape != pixels.shape:
        return 1.0
    apart = np.abs(_coarse(before) - _coarse(pixels)).max(axis=2)
    return float((apart > _DIFFERS).mean())


def _coarse(pixels: Pixels) -> npt.NDArray[np.float32]:
    small = cv2.resize(pixels, None, fx=_COARSE, fy=_COARSE, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32)
