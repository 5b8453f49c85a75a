"""Flat shapes on premultiplied pixels.

Art units: 1000 is the frame height. x runs right from the middle of the frame, y runs down from
its top, both with the camera at rest. Drawing an opaque anti-aliased shape onto transparent black
blends colour and coverage alike, so that what OpenCV leaves behind is already premultiplied.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

RGB = tuple[float, float, float]
Pixels = NDArray[np.uint8]
Floats = NDArray[np.float64]
Curve = Callable[[Floats], Floats]
"""A line y(x): x [N] to y [N]."""

_SUBPIXEL_BITS = 4
_FINE_BELOW_PX = 320  # small frames are drawn at twice the size, then halved


def rgb(code: str) -> RGB:
    """Return the colour of a code like ``#3fa9f5``, each channel 0 to 255."""
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)


def mix(a: RGB, b: RGB, t: float) -> RGB:
    """Return ``a`` at t = 0, ``b`` at t = 1."""
    return a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t


def dim(colour: RGB, gain: float) -> RGB:
    """Scale a colour towards black (gain < 1), or towards white (gain > 1)."""
    if gain > 1.0:
        return mix(colour, (255.0, 255.0, 255.0), gain - 1.0)
    return colour[0] * gain, colour[1] * gain, colour[2] * gain


@dataclass(frozen=True)
class Frame:
    """The picture to be covered. ``margin`` is the camera's reach, in frame heights."""

    width_px: int
    height_px: int
    margin: float
    duration_s: float

    @property
    def half(self) -> float:
        """Half the frame's width, in art units."""
        return 500.0 * self.width_px / self.height_px


class Canvas:
    """A window onto the art, drawn into with opaque shapes, later ones over earlier ones.

    ``lo`` and ``hi`` bound its x, ``top`` and ``bottom`` its y, in art units.
    """

    def __init__(self, pixels: Pixels, scale: float, lo: float, top: float) -> None:
        self.pixels = pixels
        self.scale = scale  # pixels per art unit
        self.lo, self.top = lo, top
        self.hi = lo + pixels.shape[1] / scale
        self.bottom = top + pixels.shape[0] / scale
        self._gain = scale * (1 << _SUBPIXEL_BITS)
        middle = 0.5 * (1 << _SUBPIXEL_BITS)  # OpenCV's whole numbers are the middles of pixels
        self._shift = np.array([-lo * self._gain - middle, -top * self._gain - middle])

    def _fixed(self, points: ArrayLike) -> NDArray[np.int32]:
        at = np.array(points, np.float64)
        at *= self._gain
        at += self._shift
        return at.astype(np.int32)

    def polygon(self, points: ArrayLike, colour: RGB) -> None:
        """Fill a closed polygon; points [N, 2]."""
        cv2.fillPoly(
            self.pixels, [self._fixed(points)], (*colour, 255.0), cv2.LINE_AA, _SUBPIXEL_BITS
        )

    def rects(self, boxes: ArrayLike, colour: RGB) -> None:
        """Fill boxes [N, 4] (left, top, right, bottom) that do not overlap."""
        box = np.asarray(boxes, np.float64).reshape(-1, 4)
        corners = self._fixed(box[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 4, 2))
        if len(corners):
            cv2.fillPoly(self.pixels, list(corners), (*colour, 255.0), cv2.LINE_AA, _SUBPIXEL_BITS)

    def rect(self, left: float, top: float, right: float, bottom: float, colour: RGB) -> None:
        """Fill one upright box."""
        self.polygon([(left, top), (right, top), (right, bottom), (left, bottom)], colour)

    def band(self, top: float, bottom: float, colour: RGB) -> None:
        """Fill from side to side between two heights."""
        self.rect(self.lo - 9.0, top, self.hi + 9.0, bottom, colour)

    def floor(self, top: float, colour: RGB) -> None:
        """Fill everything below a height."""
        self.band(top, self.bottom + 9.0, colour)

    def disc(self, x: float, y: float, r: float, colour: RGB) -> None:
        """Fill a circle."""
        self.oval(x, y, r, r, colour)

    def oval(self, x: float, y: float, rx: float, ry: float, colour: RGB) -> None:
        """Fill an upright ellipse."""
        self.polygon(_circle(max(rx, ry) * self.scale) * (rx, ry) + (x, y), colour)

    def dome(self, x: float, y: float, r: float, base: float, colour: RGB) -> None:
        """Fill the part of a circle that is above a height."""
        rim = _circle(r * self.scale) * r + (x, y)
        rim[:, 1] = np.minimum(rim[:, 1], base)
        self.polygon(rim, colour)

    def ground(self, top: Curve, colour: RGB, below: float | None = None) -> None:
        """Fill everything under a line y(x), or down to ``below`` under that line."""
        x = np.arange(self.lo - 8.0, self.hi + 16.0, max(6.0, 2.0 / self.scale))
        y = top(x)
        foot = np.array([[x[-1], self.bottom + 9.0], [x[0], self.bottom + 9.0]])
        under = foot if below is None else np.column_stack([x, y + below])[::-1]
        self.polygon(np.concatenate([np.column_stack([x, y]), under]), colour)

    def erase(self, points: ArrayLike) -> None:
        """Cut a polygon out, to full transparency."""
        cv2.fillPoly(
            self.pixels, [self._fixed(points)], (0.0, 0.0, 0.0, 0.0), cv2.LINE_AA, _SUBPIXEL_BITS
        )

    def wash(self, points: ArrayLike, colour: RGB, opacity: float, fading: bool = False) -> None:
        """Fill a polygon translucently over what is there; ``fading`` to nothing at its foot.

        Transparent parts take it as haze.
        """
        fixed = self._fixed(points)
        x, y, w, h = cv2.boundingRect(fixed >> _SUBPIXEL_BITS)
        rows, cols = (
            slice(max(y - 2, 0), max(y + h + 2, 0)),
            slice(max(x - 2, 0), max(x + w + 2, 0)),
        )
        under = self.pixels[rows, cols]
        if under.size == 0:
            return
        origin = np.array((cols.start, rows.start), np.int32) << _SUBPIXEL_BITS
        mask = np.zeros(under.shape[:2], np.uint8)
        local = (fixed - origin).astype(np.int32)
        cv2.fillPoly(mask, [local], (255.0,), cv2.LINE_AA, _SUBPIXEL_BITS)
        strength = mask * np.float32(opacity / 255.0)
        if fading:
            strength *= np.clip(
                (y + h - np.arange(rows.start, rows.start + len(mask))) / h, 0.0, 1.0
            )[:, None]
        light = np.array((*colour, 255.0)[: under.shape[2]], np.float32)
        under[:] = (under + (light - under) * strength[..., None] + 0.5).astype(np.uint8)

    def glow(self, x: float, y: float, r: float, colour: RGB, strength: float) -> None:
        """Blend a soft round light over what is there (transparent parts take it as haze)."""
        side = max(2, round(2.0 * r * self.scale))
        col = round((x - self.lo - r) * self.scale)
        row = round((y - self.top - r) * self.scale)
        height, width = self.pixels.shape[:2]
        rows = slice(max(row, 0), max(0, min(row + side, height)))
        cols = slice(max(col, 0), max(0, min(col + side, width)))
        under = self.pixels[rows, cols]
        if under.size == 0:
            return
        soft = cv2.resize(_GLOW, (side, side), interpolation=cv2.INTER_LINEAR)
        soft = soft[rows.start - row : rows.stop - row, cols.start - col : cols.stop - col, None]
        light = np.array((*colour, 255.0)[: self.pixels.shape[2]], np.float32)
        self.pixels[rows, cols] = (under + (light - under) * (soft * strength) + 0.5).astype(
            np.uint8
        )

    def mist(self, top: float, bottom: float, colour: RGB, amount: float) -> None:
        """Fade what is drawn towards a colour: not at all at ``top``, by amount at ``bottom``."""
        first = max(0, math.floor((top - self.top) * self.scale))
        part = self.pixels[first:]
        if part.size == 0 or amount <= 0.0:
            return
        ys = (np.arange(first, first + len(part)) + 0.5) / self.scale + self.top
        ramp = (np.clip((ys - top) / (bottom - top), 0.0, 1.0) * amount).astype(np.float32)
        target = part[..., 3:] * (np.array((*colour, 255.0), np.float32) / 255.0)
        part[:] = (part + (target - part) * ramp[:, None, None] + 0.5).astype(np.uint8)

    def thin(self, heights: Sequence[float], opacities: Sequence[float]) -> None:
        """Make all of it translucent, from opacity to opacity between the given heights."""
        ys = (np.arange(len(self.pixels)) + 0.5) / self.scale + self.top
        gain = np.interp(ys, heights, opacities).astype(np.float32)
        self.pixels[:] = (self.pixels * gain[:, None, None] + 0.5).astype(np.uint8)

    def halved(self) -> Pixels:
        """Return the pixels at half the size, for canvases that were drawn twice as fine."""
        height, width = self.pixels.shape[:2]
        return np.asarray(
            cv2.resize(self.pixels, (width // 2, height // 2), interpolation=cv2.INTER_AREA),
            np.uint8,
        )


class Waves:
    """A smooth random line within -1..1: sines of given wavelengths, weights 1, 1/2, 1/3 …"""

    def __init__(self, rng: np.random.Generator, *wavelengths: float) -> None:
        spread = rng.uniform(0.8, 1.25, len(wavelengths))
        self._turns = 2.0 * np.pi / (np.array(wavelengths) * spread)
        self._phases = rng.uniform(0.0, 2.0 * np.pi, len(wavelengths))
        weights = 1.0 / np.arange(1, len(wavelengths) + 1)
        self._weights = weights / weights.sum()

    def __call__(self, x: Floats) -> Floats:
        """Return heights at x [N], [N]."""
        y: Floats = np.sin(x[:, None] * self._turns + self._phases) @ self._weights
        return y

    def under(self, y: float, rise: float, slide: float = 0.0, stretch: float = 1.0) -> Curve:
        """Return the line drawn about y (down), ``rise`` high, taken from further along it."""
        return lambda x: y - rise * self(x * stretch + slide)

    def at(self, x: float) -> float:
        """Return the height at one x."""
        return float(self(np.array([x]))[0])


@dataclass(frozen=True)
class Spot:
    """A place for one thing, with three free numbers in 0..1."""

    x: float
    u: float
    v: float
    w: float


class Scatter:
    """Things strewn along x, about ``step`` apart: the same things however wide the view is."""

    def __init__(self, rng: np.random.Generator, step: float, jitter: float = 0.8) -> None:
        self._table = rng.random((61, 4))
        self._step, self._jitter = step, jitter

    def within(self, lo: float, hi: float) -> Iterator[Spot]:
        """Yield the spots with lo <= x <= hi, from left to right but for jitter."""
        for i in range(math.ceil(lo / self._step) - 1, math.floor(hi / self._step) + 2):
            offset, u, v, w = self._table[i % len(self._table)].tolist()
            x = (i + self._jitter * (offset - 0.5)) * self._step
            if lo <= x <= hi:
                yield Spot(x, u, v, w)


def fineness(height_px: int) -> int:
    """Return how many times finer than the frame its layers are drawn."""
    return 2 if height_px < _FINE_BELOW_PX else 1


def bent(points: Sequence[tuple[float, float]], x: float, y: float, size: float) -> Floats:
    """Return unit-sized points (y up) placed at x, y (y down), ``size`` art units per unit."""
    at: Floats = np.asarray(points, np.float64) * (size, -size) + (x, y)
    return at


def _circle(radius_px: float) -> Floats:
    return _CIRCLES[1 if radius_px < 6.0 else 2 if radius_px < 60.0 else 4]


def _unit_circle(corners: int) -> Floats:
    turn = np.arange(corners) * (2.0 * np.pi / corners)
    return np.column_stack([np.cos(turn), np.sin(turn)])


def _unit_glow(side: int) -> NDArray[np.float32]:
    line = np.linspace(-1.0, 1.0, side)
    r = np.minimum(np.hypot(line[:, None], line[None, :]), 1.0)
    return ((1.0 - r) ** 2.2).astype(np.float32)


_CIRCLES = {k: _unit_circle(16 * k) for k in (1, 2, 4)}
_GLOW = _unit_glow(128)
