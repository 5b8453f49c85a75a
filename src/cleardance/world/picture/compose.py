"""Putting pictures on pictures: premultiplied alpha in 8-bit integers, on the touched area only."""

import math
from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Cut:
    """A premultiplied RGBA picture [h, w, 4] with its top left corner at (left, top)."""

    rgba: Pixels
    left: int
    top: int


def over(frame: Pixels, colour: Pixels, veil: Pixels) -> None:
    """Blend in place: frame = colour + frame * veil / 255. All uint8, same shape [h, w, C].

    ``colour`` is premultiplied; ``veil`` is 255 less its alpha, repeated for every channel.
    """
    cv2.multiply(frame, veil, dst=frame, scale=1 / 255)
    cv2.add(frame, colour, dst=frame)


def stick(frame: Pixels, cut: Cut) -> None:
    """Blend a cut that lies inside the frame [H, W, 3] onto it, in place."""
    height, width = cut.rgba.shape[:2]
    area = frame[cut.top : cut.top + height, cut.left : cut.left + width]
    over(area, cv2.cvtColor(cut.rgba, cv2.COLOR_RGBA2RGB), _veil(cut.rgba, 3))  # type: ignore[arg-type]


Affine = tuple[float, float, float, float, float, float]
"""Pixel centres u, v to a u + b v + c, d u + e v + f."""


def warped(rgba: Pixels, affine: Affine, width_px: int, height_px: int) -> Cut | None:
    """Return a picture as seen through an affine map, cut to the frame.

    None if nothing of it is in a frame of ``width_px`` by ``height_px``.
    """
    a, b, c, d, e, f = affine
    high, wide = rgba.shape[:2]
    left, right = _range(a, b, c, wide, high, width_px)
    top, bottom = _range(d, e, f, wide, high, height_px)
    if left >= right or top >= bottom:
        return None
    matrix = np.array(((a, b, c - left), (d, e, f - top)), np.float64)
    seen = cv2.warpAffine(rgba, matrix, (right - left, bottom - top), flags=cv2.INTER_LINEAR)
    return Cut(seen, left, top)  # type: ignore[arg-type]


def _range(a: float, b: float, c: float, wide: int, high: int, limit: int) -> tuple[int, int]:
    """Return the whole pixels that a u + b v + c covers over a picture and a pixel around it."""
    low = c + min(-a, a * wide) + min(-b, b * high)
    far = c + max(-a, a * wide) + max(-b, b * high)
    return max(math.floor(low), 0), min(math.ceil(far) + 1, limit)


@dataclass(frozen=True, eq=False)
class Sheet:
    """A layer made ready to be blended quickly, many times.

    ``solid`` is the first of the rows below which every pixel is opaque: those are copied.
    """

    colour: Pixels
    veil: Pixels
    solid: int

    @classmethod
    def of(cls, pixels: Pixels) -> tuple[Self, int] | None:
        """Return the sheet of RGB or premultiplied RGBA pixels, and how many empty rows it lost.

        None if nothing can be seen of it.
        """
        if pixels.shape[2] == 3:
            return cls(pixels, np.zeros_like(pixels), 0), 0
        seen = np.any(pixels[..., 3], axis=1)
        if not seen.any():
            return None
        first, last = int(np.argmax(seen)), len(seen) - int(np.argmax(seen[::-1]))
        pixels = np.ascontiguousarray(pixels[first:last])
        clear = np.any(pixels[..., 3] < 255, axis=1)
        solid = len(clear) - int(np.argmax(clear[::-1])) if clear.any() else 0
        colour = np.ascontiguousarray(pixels[..., :3])
        return cls(colour, _veil(pixels[: max(solid, 1)], 3), solid), first

    def put(self, frame: Pixels, left: float, top: int) -> None:
        """Blend onto a frame in place, at a column that may be fractional and a whole row."""
        column = int(np.floor(left))
        part = left - column
        self._put(frame, column, top, part if part > 0.02 else 0.0)

    def _put(self, frame: Pixels, left: int, top: int, part: float) -> None:
        rows, columns = frame.shape[0], frame.shape[1]
        x0, x1 = max(left + (part > 0), 0), min(left + self.colour.shape[1], columns)
        edge = top + self.solid
        y0, y1, y2 = max(top, 0), min(edge, rows), min(top + len(self.colour), rows)
        if x0 >= x1:
            return
        if y0 < y1:
            window = slice(y0 - top, y1 - top), slice(x0 - left, x1 - left)
            colour, veil = _slid(self.colour, window, part), _slid(self.veil, window, part)
            over(frame[y0:y1, x0:x1], colour, veil)
        if max(edge, 0) < y2:
            window = slice(max(edge, 0) - top, y2 - top), slice(x0 - left, x1 - left)
            frame[max(edge, 0) : y2, x0:x1] = _slid(self.colour, window, part)


def _slid(pixels: Pixels, window: tuple[slice, slice], part: float) -> Pixels:
    """Return a window of a picture that has slid right by a part of a pixel."""
    rows, columns = window
    here = pixels[rows, columns]
    if part == 0:
        return here
    before = pixels[rows, columns.start - 1 : columns.stop - 1]
    mixed: Pixels = cv2.addWeighted(here, 1 - part, before, part, 0)  # type: ignore[assignment]
    return mixed


def _veil(rgba: Pixels, channels: int) -> Pixels:
    clear = cv2.bitwise_not(cv2.extractChannel(rgba, 3))
    return np.asarray(cv2.merge([clear] * channels))


def flattened(sheets: list[tuple[Pixels, int, int]], width_px: int, height_px: int) -> Pixels:
    """Return premultiplied RGBA pictures (with left, top) laid over each other on a clear frame."""
    flat = np.zeros((height_px, width_px, 4), np.uint8)
    for rgba, left, top in sheets:
        x0, y0 = max(left, 0), max(top, 0)
        x1, y1 = min(left + rgba.shape[1], width_px), min(top + rgba.shape[0], height_px)
        if x0 < x1 and y0 < y1:
            part = np.ascontiguousarray(rgba[y0 - top : y1 - top, x0 - left : x1 - left])
            over(flat[y0:y1, x0:x1], part, _veil(part, 4))
    return flat
