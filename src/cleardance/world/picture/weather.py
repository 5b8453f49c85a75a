"""What moves in the air: rain, snow, fog, wind, bubbles, fireflies.

Everything is closed form in time: particles lie on sheets that repeat in both directions and are
slid over the finished frame, or follow known curves. Light is added with saturation, so that it
costs one pass over the touched pixels in 8 bits.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cleardance.world.picture.flying import Fireflies, Gusts, Leaves, Space
from cleardance.world.picture.light import light_of
from cleardance.world.picture.paint import Canvas, Pixels, dim, fineness, mix
from cleardance.world.places import PLACES, Medium
from cleardance.world.scene import Place, Shot, TimeOfDay, Weather

Air = Callable[[Pixels, float, float], None]
"""Draw into a frame [H, W, 3] in place, at a time (s), with the camera at x (frame heights)."""

_OUTDOORS = (Medium.LAND, Medium.WATER, Medium.AIR)
_FIREFLIES_IN = (Place.MEADOW, Place.FOREST, Place.LAKE, Place.FARM)


def air(shot: Shot, width_px: int, height_px: int, seed: int) -> Air:
    """Return what draws the air of a shot onto its finished frames; nothing may be drawn at all.

    It keeps no state: the same time gives the same picture. Raises ValueError without a size.
    """
    if min(width_px, height_px) < 1:
        raise ValueError("air needs a frame")
    rng = np.random.default_rng((seed, 0xA1))
    space = Space(width_px, height_px, light_of(shot.time, shot.weather), rng)
    parts = [*_dwellers(shot, space), *_weather(shot, space)]

    def draw(frame: Pixels, time_s: float, camera_x: float) -> None:
        for part in parts:
            part(frame, time_s, camera_x)

    return draw


@dataclass(frozen=True)
class _Sheet:
    """Light that repeats every frame, sliding at a velocity (frame heights a second)."""

    pixels: Pixels
    vx: float
    vy: float
    depth: float
    sway: float = 0.0  # of a snowflake, frame heights
    sway_s: float = 1.0
    top: int = 0  # row of the frame where it begins; what does not fall may be less high

    def __call__(self, frame: Pixels, time_s: float, camera_x: float) -> None:
        """Add to a frame, wrapped around its edges."""
        height, width = frame.shape[:2]
        sway = self.sway * math.sin(2.0 * math.pi * time_s / self.sway_s)
        x = round((self.vx * time_s + sway - self.depth * camera_x) * height) % width
        y = round(self.vy * time_s * height) % height
        high, y = len(self.pixels), y + self.top
        for rows, from_rows in (
            (slice(y, min(y + high, height)), slice(0, height - y)),
            (slice(0, max(y + high - height, 0)), slice(height - y, high)),
        ):
            for cols, from_cols in (
                (slice(x, width), slice(0, width - x)),
                (slice(0, x), slice(width - x, width)),
            ):
                part = frame[rows, cols]
                if part.size:
                    cv2.add(part, self.pixels[from_rows, from_cols], dst=part)


def _dwellers(shot: Shot, space: Space) -> list[Air]:
    """Return what is in the air of a place in any weather."""
    medium = PLACES[shot.place].medium
    if medium is Medium.DEPTHS:
        return [_bubbles(space, 0.10, 11.0, 0.7), _bubbles(space, 0.17, 18.0, 1.15)]
    calm = shot.weather in (Weather.CLEAR, Weather.FOG)
    if shot.time is TimeOfDay.NIGHT and shot.place in _FIREFLIES_IN and calm:
        return [Fireflies.of(space)]
    return []


def _weather(shot: Shot, space: Space) -> list[Air]:
    medium = PLACES[shot.place].medium
    open_air = medium in _OUTDOORS and shot.place is not Place.ROOM
    if shot.weather is Weather.FOG and shot.place is not Place.ROOM:
        return [_fog(space, 0.035, 0.5), _fog(space, -0.02, 1.0)]
    if shot.weather is Weather.SNOW and shot.place is not Place.ROOM:
        slow = 0.4 if medium in (Medium.DEPTHS, Medium.VOID) else 1.0
        return [_snow(space, size, fall * slow, depth) for size, fall, depth in _FLAKES]
    if not open_air:
        return []
    if shot.weather is Weather.RAIN:
        return [_rain(space, 26.0, 1.5, 0.5, 40), _rain(space, 44.0, 2.1, 1.1, 26)]
    if shot.weather is Weather.WIND and shot.place is Place.SNOWFIELD:
        return [
            _spindrift(space, 2.6, 0.55, 0.9),
            Gusts.of(space),
            _spindrift(space, 4.0, 0.8, 1.2),
        ]
    if shot.weather is Weather.WIND:
        leaves = [] if medium is Medium.WATER else [Leaves.of(shot.place, space)]
        return [Gusts.of(space), *leaves]
    return []


_FLAKES = ((4.2, 0.13, 0.4), (6.5, 0.20, 0.8), (9.5, 0.29, 1.2))


def _blank(space: Space) -> Canvas:
    fine = fineness(space.height_px)
    shape = (space.height_px * fine, space.width_px * fine, 3)
    return Canvas(np.zeros(shape, np.uint8), fine * space.height_px / 1000.0, -space.wide / 2, 0.0)


def _finished(space: Space, c: Canvas) -> Pixels:
    return c.pixels if fineness(space.height_px) == 1 else c.halved()


def _everywhere(space: Space, count_per_height: int) -> list[list[float]]:
    """Return places (x, y) over the frame and two free numbers each, count per square of frame."""
    count = max(3, round(count_per_height * space.wide / 1000.0))
    x, y, u, v = space.rng.random((4, count))
    places: list[list[float]] = np.stack(
        ((x - 0.5) * space.wide, 1000.0 * y, u, v), axis=1
    ).tolist()
    return places


def _wrapped(space: Space, x: float, y: float, reach: float) -> list[tuple[float, float]]:
    """Return where to draw a thing near an edge so that the sheet repeats."""
    half = space.wide / 2 + reach
    xs = [a for a in (x - space.wide, x, x + space.wide) if abs(a) < half]
    ys = [y + k * 1000.0 for k in (-1, 0, 1) if -reach < y + k * 1000.0 < 1000.0 + reach]
    return [(a, b) for a in xs for b in ys]


def _rain(space: Space, length: float, fall: float, depth: float, count: int) -> _Sheet:
    c, slant = _blank(space), -0.16
    bright = 46.0 if space.light.dark else 58.0
    for x, y, u, v in _everywhere(space, count):
        tall, w = (
            length * (0.7 + 0.6 * u),
            max(1.1, 900.0 / space.height_px * 0.8) * (0.7 + 0.4 * depth),
        )
        tone = bright * (0.7 + 0.5 * v) * (0.75 + 0.3 * depth)
        for a, b in _wrapped(space, x, y, 80.0):
            tail = a - slant * tall
            c.polygon(
                [
                    (a - w / 2, b),
                    (a + w / 2, b),
                    (tail + w / 4, b - tall),
                    (tail - w / 4, b - tall),
                ],
                (tone, tone * 1.05, tone * 1.12),
            )
    return _Sheet(_finished(space, c), slant * fall, fall, depth)


def _snow(space: Space, size: float, fall: float, depth: float) -> _Sheet:
    c = _blank(space)
    tone = (105.0 if space.light.dark else 150.0) * (0.62 + 0.3 * depth)
    for x, y, u, v in _everywhere(space, round(40 - 22 * depth)):
        r = max(size * (0.65 + 0.6 * u), 1.25 * 500.0 / space.height_px)
        for a, b in _wrapped(space, x, y, 20.0):
            c.disc(a, b, r, dim((tone, tone, tone * 1.04), 0.75 + 0.25 * v))
            c.disc(a, b, 0.6 * r, (tone * 1.25, tone * 1.25, tone * 1.3))
    soft = cv2.GaussianBlur(c.pixels, (0, 0), max(0.4, 0.28 * size * c.scale))
    c.pixels = np.asarray(soft, np.uint8)
    return _Sheet(
        _finished(space, c), 0.02 * depth, fall, depth, 0.012 + 0.008 * depth, 3.1 - depth
    )


def _spindrift(space: Space, size: float, speed: float, depth: float) -> _Sheet:
    """Powder off the ground, carried along by the wind: the lower, the denser."""
    c, tone = _blank(space), 36.0 if space.light.dark else 58.0
    for x, y, u, v in _everywhere(space, 42):
        thick, long = max(size * (0.6 + 0.6 * u), 1000.0 / space.height_px), 4.0 + 9.0 * v
        for a, b in _wrapped(space, x, 950.0 - 440.0 * (y / 1000.0) ** 1.5, 60.0):
            c.oval(a, b, size * long, 0.5 * thick, (tone, tone, 1.06 * tone))
    c.pixels = np.asarray(cv2.GaussianBlur(c.pixels, (0, 0), 2.4 * c.scale + 0.2), np.uint8)
    pixels = _finished(space, c)
    top = int(np.argmax(pixels.any(axis=(1, 2))))
    return _Sheet(pixels[top:], speed, 0.0, depth, 0.012, 2.3, top)


def _fog(space: Space, drift: float, depth: float) -> _Sheet:
    """Drifting banks, thicker low down, as light to be added."""
    low = _periodic(space.rng, 36, max(8, round(36 * space.wide / 1000.0)))
    y = np.linspace(0.0, 1.0, len(low), dtype=np.float32)[:, None]
    low = low * np.exp(-(((y - (0.56 + 0.2 * depth)) / 0.24) ** 2))
    padded = np.pad(low, 4, mode="wrap")
    k = space.height_px / len(low)
    size = (round(k * padded.shape[1]), round(k * padded.shape[0]))
    big = cv2.resize(padded, size, interpolation=cv2.INTER_LINEAR)
    edge = round(4 * k)
    veil = big[edge:, edge:][: space.height_px, : space.width_px]
    tone = mix(space.light.haze, (255.0, 255.0, 255.0), 0.3)
    gain = (0.07 if space.light.dark else 0.1) * np.array(tone, np.float32)
    return _Sheet((veil[..., None] * gain).astype(np.uint8), drift, 0.0, depth)


def _periodic(rng: np.random.Generator, rows: int, cols: int) -> NDArray[np.float32]:
    """Return smooth noise in 0..1 [rows, cols], wider than high, that repeats at its edges."""
    y, x = np.mgrid[0:rows, 0:cols] * 2.0 * np.pi
    total = np.zeros((rows, cols))
    for across, down in ((1, 2), (2, 3), (1, -4), (3, 5), (2, -7)):
        turn = across * x / cols + down * y / rows + rng.uniform(0.0, 2.0 * np.pi)
        total += np.sin(turn) / math.hypot(across, 0.5 * down)
    total = (total - total.min()) / np.ptp(total)
    return np.asarray(total**1.3, np.float32)


def _bubbles(space: Space, rise: float, size: float, depth: float) -> _Sheet:
    c = _blank(space)
    for x, y, u, v in _everywhere(space, 7):
        r = size * (0.45 + 0.7 * u * v)
        for a, b in _wrapped(space, x, y, 40.0):
            c.disc(a, b, r, (58.0, 74.0, 78.0))
            c.disc(a, b, 0.82 * r, (18.0, 26.0, 28.0))
            c.disc(a - 0.3 * r, b - 0.34 * r, 0.26 * r, (120.0, 128.0, 130.0))
    return _Sheet(_finished(space, c), 0.0, -rise, depth, 0.012, 2.7)
