"""Sheets of a stage while it is being painted, and what they become."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cleardance.world.picture.light import Light
from cleardance.world.picture.paint import RGB, Canvas, Frame, Pixels, fineness, mix

_SKY_ROWS = 48  # the sky is smooth: computed small, then enlarged
_SUN_REACH = 0.34  # of its glow, in frame heights


@dataclass(frozen=True)
class Layer:
    """One parallax layer.

    ``pixels`` are RGB [H, W, 3] (opaque) or premultiplied RGBA [H, W, 4]. ``depth`` is 0 infinitely
    far, 1 the actors' plane, more in front of it. At time t, with the camera at (x, y) stage units
    (y up), its top left corner lies at column ``left_px + drift_px_s * t - depth * x * height_px``
    and row ``top_px + depth * y * height_px`` of a frame ``height_px`` high, at zoom 1.
    """

    pixels: Pixels
    depth: float
    left_px: float
    top_px: float
    drift_px_s: float


@dataclass(frozen=True)
class Stage:
    """A painted place. ``back`` is painted before the actors, ``front`` after them, in order.

    ``tint`` is the light on the actors: a gain (r, g, b), each in (0, 1]. ``shadow`` is the
    strength of the soft shadow under them, 0 to 1.
    """

    back: tuple[Layer, ...]
    front: tuple[Layer, ...]
    tint: RGB
    shadow: float


@dataclass(frozen=True)
class _Sheet:
    canvas: Canvas
    depth: float
    left_px: int
    top_px: int
    drift_px_s: float


class Easel:
    """Hands out canvases that are just large enough for the camera's reach.

    ``rng`` must be drawn from in an order that does not depend on the frame, so that a seed is the
    same landscape at every size and shape.
    """

    def __init__(self, frame: Frame, light: Light, rng: np.random.Generator) -> None:
        self.frame, self.light, self.rng = frame, light, rng
        self._scale = frame.height_px / 1000.0
        self._fine = fineness(frame.height_px)
        self._sky: Pixels | None = None
        self._back: list[_Sheet] = []
        self._front: list[_Sheet] = []

    @property
    def small(self) -> bool:
        """Whether fine detail would be lost."""
        return self.frame.height_px < 200

    def sky(self, sun_x: float, horizon: float, sun: float = 1.0) -> Canvas:
        """Paint the backmost layer and return its canvas, for stars, the sun and the like.

        ``sun_x`` is where the light comes from, as a fraction of the half width; ``horizon`` is
        where the gradient ends (art units); ``sun`` is how much of the glow is seen.
        """
        frame, light = self.frame, self.light
        x, y = sun_x * frame.half, (1.0 - light.sun_height) * horizon
        low = _sky_gradient(frame, light, horizon)
        low = _with_glow(low, frame, (x, y), light, sun * light.sun_seen)
        size = (frame.width_px, frame.height_px)
        big = cv2.resize(low, size, interpolation=cv2.INTER_LINEAR)
        self._sky = _dithered(np.asarray(big, np.float32))
        return Canvas(self._sky, self._scale, -frame.half, 0.0)

    def sheet(
        self,
        depth: float,
        top: float,
        bottom: float = 1000.0,
        drift: float = 0.0,
        front: bool = False,
    ) -> Canvas:
        """Return a canvas for a layer that holds something between two heights, with slack below.

        ``drift`` is in art units a second, to the right. ``bottom`` is where a nearer layer takes
        over when the camera is at rest; the camera's reach is added.
        """
        frame, k = self.frame, self._scale
        reach = 500.0 * frame.margin
        lowest = 1000.0 + reach * depth
        low = lowest if bottom >= 1000.0 else min(bottom + reach * abs(1.0 - depth), lowest)
        first, last = math.floor(max(top, -reach * depth) * k), math.ceil(low * k)
        pad = math.ceil(frame.margin * depth * frame.height_px)
        travel = math.ceil(abs(drift) * k * frame.duration_s)
        left = pad + (travel if drift > 0.0 else 0)
        width = frame.width_px + 2 * pad + travel
        pixels = np.zeros((max(1, last - first) * self._fine, width * self._fine, 4), np.uint8)
        lo = -frame.half - left / k
        canvas = Canvas(pixels, k * self._fine, lo, first / k)
        (self._front if front else self._back).append(
            _Sheet(canvas, depth, -left, first, drift * k)
        )
        return canvas

    def stage(self, shadow: float, tint: RGB | None = None) -> Stage:
        """Return what has been painted."""
        if self._sky is None:
            raise ValueError("a stage needs a sky")
        self._sky.setflags(write=False)
        back = Layer(self._sky, 0.0, 0.0, 0.0, 0.0)
        return Stage(
            back=(back, *(self._layer(s) for s in self._back)),
            front=tuple(self._layer(s) for s in self._front),
            tint=tint or self.light.actors,
            shadow=shadow,
        )

    def _layer(self, sheet: _Sheet) -> Layer:
        pixels = sheet.canvas.pixels if self._fine == 1 else sheet.canvas.halved()
        seen = np.asarray(pixels[..., 3].any(axis=1))
        first = int(np.argmax(seen))
        last = max(len(seen) - int(np.argmax(seen[::-1])), first + 1) if seen.any() else first + 1
        inked = np.ascontiguousarray(pixels[first:last]) if last - first < len(seen) else pixels
        inked.setflags(write=False)  # stages may be shared
        return Layer(inked, sheet.depth, sheet.left_px, sheet.top_px + first, sheet.drift_px_s)


def _sky_gradient(frame: Frame, light: Light, horizon: float) -> NDArray[np.float32]:
    y = (np.arange(_SKY_ROWS) + 0.5) * (1000.0 / _SKY_ROWS)
    stops = [0.0, 0.5 * horizon, horizon]
    columns = [np.interp(y, stops, [c[i] for c in light.sky]) for i in range(3)]
    wide = max(2, round(_SKY_ROWS * frame.width_px / frame.height_px))
    rows = np.stack(columns, axis=-1)[:, None, :].astype(np.float32)
    return np.repeat(rows, wide, axis=1)


def _with_glow(
    low: NDArray[np.float32],
    frame: Frame,
    sun: tuple[float, float],
    light: Light,
    strength: float,
) -> NDArray[np.float32]:
    rows, cols = low.shape[:2]
    y = (np.arange(rows) + 0.5) / rows - sun[1] / 1000.0
    x = ((np.arange(cols) + 0.5) / cols * 2.0 - 1.0) * frame.half / 1000.0 - sun[0] / 1000.0
    r = np.hypot(x[None, :], y[:, None]) / _SUN_REACH
    soft = (np.exp(-(r**1.3)) * strength * (0.3 if light.dark else 0.75))[..., None]
    glow = np.array(mix(light.sun, light.sky[2], 0.15), np.float32)
    return np.asarray(low + (glow - low) * soft, np.float32)


def _dithered(big: NDArray[np.float32]) -> Pixels:
    """Round to 8 bits, half a step of fixed noise first: no bands in slow gradients."""
    height, width = big.shape[:2]
    tile = np.tile(_NOISE, (height // 64 + 1, width // 64 + 1))[:height, :width, None]
    big += tile
    return np.asarray(np.clip(big, 0.0, 255.0), np.uint8)


_NOISE = np.random.default_rng(64).random((64, 64), dtype=np.float32)
