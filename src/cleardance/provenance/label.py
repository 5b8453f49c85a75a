"""A label people can see, drawn before the mark when the request or the settings ask for one.

``eu``: "AI GENERATED" in a corner for the whole video (AI Act, article 50(4); the law sets no
size). ``cn``: "AI生成", at least 5 % of the shorter side high and for at least 2 s from the start
(GB 45438-2025, 5.1), together with the implicit label in the file's metadata (`aigc`).

The few letters are drawn from strokes of our own, so that no font is needed anywhere.
"""

import json
import struct
import zlib
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import resvg_py
from numpy.typing import NDArray

from cleardance.media import Frame

CN_SHOWN_S = 3.0
_TEXT_SHARE = {"eu": 0.035, "cn": 0.06}  # height of the ink, of the shorter side
_MARGIN_SHARE = 0.03
_WHITE, _BLACK, _GREY = 235.0, 16.0, 128.0  # limited range

# Strokes in a box of 100 x 100, whose ink reaches from 10 to 90; then the advance.
_STROKES: dict[str, tuple[str, int]] = {
    "A": ("M10 90 L40 10 L70 90 M22 62 L58 62", 86),
    "D": ("M14 10 L14 90 L36 90 Q70 90 70 50 Q70 10 36 10 Z", 86),
    "E": ("M62 10 L14 10 L14 90 L62 90 M14 49 L54 49", 78),
    "G": ("M70 24 Q58 10 42 10 Q10 10 10 50 Q10 90 42 90 Q70 90 70 68 L70 54 L46 54", 86),
    "I": ("M20 10 L20 90", 46),
    "N": ("M14 90 L14 10 L66 90 L66 10", 84),
    "R": ("M14 90 L14 10 L42 10 Q66 10 66 31 Q66 52 42 52 L14 52 M40 52 L68 90", 84),
    "T": ("M8 10 L72 10 M40 10 L40 90", 82),
    "生": ("M28 12 Q25 30 12 42 M24 33 L84 33 M22 60 L80 60 M8 90 L94 90 M52 10 L52 90", 108),
    "成": (
        "M18 29 L90 29 M20 29 L20 54 Q20 76 8 90 M20 50 L45 50 Q45 70 40 82 L31 77 "
        "M56 10 Q58 62 84 88 Q90 90 93 72 M80 45 Q70 72 44 90 M70 11 L80 20",
        108,
    ),
    " ": ("", 40),
}


class Label(StrEnum):
    """Which label is drawn; the rules it follows are in the module's text."""

    EU = "eu"
    CN = "cn"

    @property
    def text(self) -> str:
        """What it says."""
        return "AI GENERATED" if self is Label.EU else "AI生成"


@dataclass(frozen=True)
class Overlay:
    """A label for frames of one size and rate."""

    label: Label
    width_px: int
    height_px: int
    fps: int

    def draw(self, planes: NDArray[np.uint8], index: int) -> None:
        """Draw into frame ``index``: planes of 4:2:0, uint8 [H * 3 / 2, W], limited range."""
        if not self.is_shown(index):
            return
        ink, cover = _stamp(self.label, min(self.width_px, self.height_px))
        top, left = self._corner(ink)
        flat, area = planes.reshape(-1), self.height_px * self.width_px
        luma = flat[:area].reshape(self.height_px, self.width_px)
        _blend(luma, top, left, _BLACK + ink * (_WHITE - _BLACK), cover)
        half = _halved(cover)
        for plane in (0, 1):
            start = area + plane * (area // 4)
            chroma = flat[start : start + area // 4].reshape(self.height_px // 2, -1)
            _blend(chroma, top // 2, left // 2, np.full_like(half, _GREY), half)

    def draw_still(self, frame: Frame) -> Frame:
        """Return a copy of an RGB frame [H, W, 3] with the label."""
        ink, cover = _stamp(self.label, min(self.width_px, self.height_px))
        top, left = self._corner(ink)
        drawn = frame.copy()
        for channel in range(3):
            _blend(drawn[..., channel], top, left, ink * 255.0, cover)
        return drawn

    def is_shown(self, index: int) -> bool:
        """Whether frame ``index`` bears the label."""
        return self.label is Label.EU or index < CN_SHOWN_S * self.fps

    def _corner(self, ink: NDArray[np.float32]) -> tuple[int, int]:
        """Return top and left, both even: below on the right, or above on the left for China."""
        margin = round(_MARGIN_SHARE * min(self.width_px, self.height_px)) // 2 * 2
        if self.label is Label.CN:
            return margin, margin
        height, width = ink.shape
        return (self.height_px - height - margin) // 2 * 2, (
            self.width_px - width - margin
        ) // 2 * 2


def aigc(producer: str, output_id: str) -> str:
    """Return the implicit label of GB 45438-2025, annex E: the JSON under the key ``AIGC``.

    ``Label`` 1 says that the content is generated. Who made it is also who spreads it first.
    """
    fields = {
        "Label": "1",
        "ContentProducer": producer,
        "ProduceID": output_id,
        "ContentPropagator": producer,
        "PropagateID": output_id,
    }
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


def tag_png(path: Path, key: str, text: str) -> None:
    """Add a text chunk (iTXt, UTF-8) to a PNG, after its header."""
    data = path.read_bytes()
    body = b"iTXt" + key.encode("latin-1") + b"\0\0\0\0\0" + text.encode()
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    header_end = 8 + 25  # signature, IHDR
    path.write_bytes(data[:header_end] + chunk + data[header_end:])


def _blend(
    plane: NDArray[np.uint8],
    top: int,
    left: int,
    colour: NDArray[np.float32],
    cover: NDArray[np.float32],
) -> None:
    height, width = cover.shape
    under = plane[top : top + height, left : left + width]
    seen = cover[: under.shape[0], : under.shape[1]]
    over = colour[: under.shape[0], : under.shape[1]]
    under[:] = np.round(under * (1 - seen) + over * seen).astype(np.uint8)


@lru_cache(maxsize=8)
def _stamp(label: Label, short_side_px: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return (ink, cover) [h, w], both 0 to 1, of even size: the letters, and what they hide."""
    ink_px = max(5, _TEXT_SHARE[label] * short_side_px)
    scale = ink_px / 80  # strokes reach from 10 to 90
    advance = sum(_STROKES[letter][1] for letter in label.text)
    width_px, height_px = (_even(scale * (advance + 46)), _even(scale * 140))
    glyphs, left = [], 25
    for letter in label.text:
        path, step = _STROKES[letter]
        glyphs.append(f'<path transform="translate({left} 20)" d="{path}"/>')
        left += step
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width_px}" height="{height_px}" '
        f'viewBox="0 0 {width_px / scale} {height_px / scale}">'
        '<rect width="100%" height="100%" rx="24" fill="#000" fill-opacity="0.65"/>'
        '<g fill="none" stroke="#fff" stroke-width="11" stroke-linecap="round" '
        f'stroke-linejoin="round">{"".join(glyphs)}</g></svg>'
    )
    png = np.frombuffer(resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True), np.uint8)
    decoded = cv2.imdecode(png, cv2.IMREAD_UNCHANGED)  # [h, w, BGRA]
    assert decoded is not None  # resvg just wrote it
    pixels = decoded.astype(np.float32) / 255
    return np.ascontiguousarray(pixels[..., 0]), np.ascontiguousarray(pixels[..., 3])


def _halved(cover: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean of every 2 x 2 of [h, w], as chroma has it."""
    height, width = cover.shape
    mean = cover.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3))
    return np.asarray(mean, np.float32)


def _even(length: float) -> int:
    return round(length / 2) * 2
