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

from cleardance.world.picture.light import Light, light_of
from cleardance.world.picture.paint import RGB, Canvas, Pixels, dim, fineness, mix
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
    space = _Space(width_px, height_px, light_of(shot.time, shot.weather), rng)
    parts = [*_dwellers(shot, space), *_weather(shot, space)]

    def draw(frame: Pixels, time_s: float, camera_x: float) -> None:
        for part in parts:
            part(frame, time_s, camera_x)

    return draw


@dataclass(frozen=True)
class _Space:
    """The frame to be drawn into."""

    width_px: int
    height_px: int
    light: Light
    rng: np.random.Generator

    @property
    def wide(self) -> float:
        """Width in art units."""
        return 1000.0 * self.width_px / self.height_px


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


def _dwellers(shot: Shot, space: _Space) -> list[Air]:
    """Return what is in the air of a place in any weather."""
    medium = PLACES[shot.place].medium
    if medium is Medium.DEPTHS:
        return [_bubbles(space, 0.10, 11.0, 0.7), _bubbles(space, 0.17, 18.0, 1.15)]
    calm = shot.weather in (Weather.CLEAR, Weather.FOG)
    if shot.time is TimeOfDay.NIGHT and shot.place in _FIREFLIES_IN and calm:
        return [_Fireflies.of(space)]
    return []


def _weather(shot: Shot, space: _Space) -> list[Air]:
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
            _Gusts.of(space),
            _spindrift(space, 4.0, 0.8, 1.2),
        ]
    if shot.weather is Weather.WIND:
        leaves = [] if medium is Medium.WATER else [_Leaves.of(shot.place, space)]
        return [_Gusts.of(space), *leaves]
    return []


_FLAKES = ((4.2, 0.13, 0.4), (6.5, 0.20, 0.8), (9.5, 0.29, 1.2))


def _blank(space: _Space) -> Canvas:
    fine = fineness(space.height_px)
    shape = (space.height_px * fine, space.width_px * fine, 3)
    return Canvas(np.zeros(shape, np.uint8), fine * space.height_px / 1000.0, -space.wide / 2, 0.0)


def _finished(space: _Space, c: Canvas) -> Pixels:
    return c.pixels if fineness(space.height_px) == 1 else c.halved()


def _everywhere(space: _Space, count_per_height: int) -> list[list[float]]:
    """Return places (x, y) over the frame and two free numbers each, count per square of frame."""
    count = max(3, round(count_per_height * space.wide / 1000.0))
    x, y, u, v = space.rng.random((4, count))
    places: list[list[float]] = np.stack(
        ((x - 0.5) * space.wide, 1000.0 * y, u, v), axis=1
    ).tolist()
    return places


def _wrapped(space: _Space, x: float, y: float, reach: float) -> list[tuple[float, float]]:
    """Return where to draw a thing near an edge so that the sheet repeats."""
    half = space.wide / 2 + reach
    xs = [a for a in (x - space.wide, x, x + space.wide) if abs(a) < half]
    ys = [y + k * 1000.0 for k in (-1, 0, 1) if -reach < y + k * 1000.0 < 1000.0 + reach]
    return [(a, b) for a in xs for b in ys]


def _rain(space: _Space, length: float, fall: float, depth: float, count: int) -> _Sheet:
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


def _snow(space: _Space, size: float, fall: float, depth: float) -> _Sheet:
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


def _spindrift(space: _Space, size: float, speed: float, depth: float) -> _Sheet:
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


def _fog(space: _Space, drift: float, depth: float) -> _Sheet:
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


def _bubbles(space: _Space, rise: float, size: float, depth: float) -> _Sheet:
    c = _blank(space)
    for x, y, u, v in _everywhere(space, 7):
        r = size * (0.45 + 0.7 * u * v)
        for a, b in _wrapped(space, x, y, 40.0):
            c.disc(a, b, r, (58.0, 74.0, 78.0))
            c.disc(a, b, 0.82 * r, (18.0, 26.0, 28.0))
            c.disc(a - 0.3 * r, b - 0.34 * r, 0.26 * r, (120.0, 128.0, 130.0))
    return _Sheet(_finished(space, c), 0.0, -rise, depth, 0.012, 2.7)


def _stamp(frame: Pixels, light: Pixels, x: float, y: float) -> None:
    """Add a small picture of light, its middle at a pixel position, where it is in the frame."""
    rows, cols, x0, y0 = _window(frame, light, x, y)
    part = frame[rows, cols]
    if part.size:
        cv2.add(
            part,
            light[rows.start - y0 : rows.stop - y0, cols.start - x0 : cols.stop - x0],
            dst=part,
        )


def _window(frame: Pixels, cut: Pixels, x: float, y: float) -> tuple[slice, slice, int, int]:
    height, width = cut.shape[:2]
    x0, y0 = round(x - width / 2), round(y - height / 2)
    rows = slice(min(max(y0, 0), frame.shape[0]), max(0, min(y0 + height, frame.shape[0])))
    cols = slice(min(max(x0, 0), frame.shape[1]), max(0, min(x0 + width, frame.shape[1])))
    return rows, cols, x0, y0


@dataclass(frozen=True)
class _Fireflies:
    """Glows that wander and blink low over the ground."""

    glows: tuple[Pixels, ...]  # from faint to bright
    seeds: list[list[float]]

    @classmethod
    def of(cls, space: _Space) -> "_Fireflies":
        """Return as many as the frame is wide."""
        side = max(3, round(0.034 * space.height_px)) | 1
        line = np.linspace(-1.0, 1.0, side)
        soft = np.clip(1.0 - np.hypot(line[:, None], line[None, :]), 0.0, 1.0)
        glow = (np.minimum(soft**2 * 1.9, 1.0))[..., None] * np.array((225.0, 235.0, 110.0))
        seeds = space.rng.random((max(3, round(6 * space.wide / 1000.0)), 5)).tolist()
        return cls(tuple((glow * k / 7).astype(np.uint8) for k in range(1, 8)), seeds)

    def __call__(self, frame: Pixels, time_s: float, camera_x: float) -> None:
        """Draw those that shine now."""
        height, width = frame.shape[:2]
        for a, b, c, d, f in self.seeds:
            lit = math.sin(2.0 * math.pi * (time_s / (2.2 + 2.0 * c) + d))
            if lit > 0.05:
                x = a * width + height * (
                    0.05 * math.sin(time_s * (0.5 + f) + 9.0 * d) - 0.6 * camera_x
                )
                y = height * (0.55 + 0.33 * b + 0.03 * math.sin(time_s * (0.8 + c) + 7.0 * f))
                _stamp(frame, self.glows[int(lit * 6.99)], x % width, y)


@dataclass(frozen=True)
class _Gusts:
    """Curled streaks that come and go across the frame."""

    streaks: tuple[Pixels, ...]  # from faint to bright
    seeds: list[list[float]]

    @classmethod
    def of(cls, space: _Space) -> "_Gusts":
        """Return five gusts a frame's height of width."""
        height = space.height_px
        size = (max(2, round(0.075 * height)), max(4, round(0.42 * height)))
        fine = np.zeros((4 * size[0], 4 * size[1], 3), np.uint8)
        t = np.linspace(0.0, 1.0, 40)
        x = t * 3.8 * size[1] + 0.1 * size[1]
        y = (0.55 + 0.22 * np.sin(4.4 * t + 0.3)) * fine.shape[0]
        wide = np.sin(np.pi * t) * max(3.0, 0.0028 * height * 4)
        shape = np.concatenate(
            [np.column_stack([x, y - wide / 2]), np.column_stack([x, y + wide / 2])[::-1]]
        )
        cv2.fillPoly(
            fine, [np.rint(shape * 16).astype(np.int32)], (255.0, 255.0, 255.0), cv2.LINE_AA, 4
        )
        streak = np.asarray(cv2.resize(fine, size[::-1], interpolation=cv2.INTER_AREA), np.float32)
        bright = 0.16 if space.light.dark else 0.34
        seeds = space.rng.random((max(2, round(3.2 * space.wide / 1000.0)), 4)).tolist()
        return cls(tuple((streak * bright * k / 6).astype(np.uint8) for k in range(1, 7)), seeds)

    def __call__(self, frame: Pixels, time_s: float, camera_x: float) -> None:
        """Draw those that blow now."""
        height, width = frame.shape[:2]
        for a, b, c, d in self.seeds:
            life_s = 1.5 + 1.2 * c
            turn = time_s / life_s + d
            phase, lap = turn % 1.0, math.floor(turn)
            strength = math.sin(math.pi * phase)
            if strength > 0.15:
                start = (a + 0.618 * lap) % 1.0
                x = start * width + height * (1.1 * phase - 0.55 - 0.5 * camera_x)
                y = height * (0.1 + 0.72 * ((b + 0.382 * lap) % 1.0))
                _stamp(frame, self.streaks[int(strength * 5.99)], x, y)


@dataclass(frozen=True)
class _Leaves:
    """Leaves (sand grains) that tumble by on the wind."""

    shapes: tuple[tuple[Pixels, Pixels], ...]  # turned step by step: what is hidden, what is seen
    seeds: list[list[float]]

    @classmethod
    def of(cls, place: Place, space: _Space) -> "_Leaves":
        """Return some, in colours that suit the place."""
        side = max(4, round(0.04 * space.height_px))
        shapes = []
        for code in _BLOWN.get(place, _BLOWN_GREEN):
            colour = space.light.lit(code)
            shapes += [_leaf(side, colour, step / 12.0) for step in range(12)]
        seeds = space.rng.random((max(2, round(5.5 * space.wide / 1000.0)), 5)).tolist()
        return cls(tuple(shapes), seeds)

    def __call__(self, frame: Pixels, time_s: float, camera_x: float) -> None:
        """Draw all of them."""
        height, width = frame.shape[:2]
        period = width + 0.2 * height
        for a, b, c, d, f in self.seeds:
            way = time_s * (0.55 + 0.4 * c) - 0.9 * camera_x
            x = (a * period + way * height) % period - 0.1 * height
            y = height * (0.22 + 0.62 * b + 0.05 * math.sin(time_s * (1.6 + d) + 9.0 * f))
            step = int(12.0 * (time_s * (0.5 + d) + c)) % 12
            hidden, seen = self.shapes[(12 * int(f * 97.0) + step) % len(self.shapes)]
            rows, cols, x0, y0 = _window(frame, seen, x, y)
            part = frame[rows, cols]
            if part.size:
                inner = (
                    slice(rows.start - y0, rows.stop - y0),
                    slice(cols.start - x0, cols.stop - x0),
                )
                cv2.subtract(part, hidden[inner], dst=part)
                cv2.add(part, seen[inner], dst=part)


def _leaf(side: int, colour: RGB, turn: float) -> tuple[Pixels, Pixels]:
    """Return a leaf turned by some turns: white where it hides, and in its colour."""
    big = np.zeros((4 * side, 4 * side, 4), np.uint8)
    c = Canvas(big, 4.0 * side, -0.5, -0.5)
    t = np.linspace(0.0, 1.0, 9)
    bow = 0.2 * np.sin(np.pi * t) * (0.35 + 0.65 * abs(math.cos(3.0 * math.pi * turn)))
    along = 0.8 * (t - 0.5)
    angle = 2.0 * math.pi * turn
    spin = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    spine = np.column_stack([along, 0.0 * along])
    upper, lower = np.column_stack([along, -bow]), np.column_stack([along, bow])
    c.polygon(np.concatenate([upper, spine[::-1]]) @ spin, colour)
    c.polygon(np.concatenate([lower, spine[::-1]]) @ spin, dim(colour, 0.8))
    small = cv2.resize(big, (side, side), interpolation=cv2.INTER_AREA)
    hidden = cv2.merge([small[..., 3]] * 3)
    return np.asarray(hidden, np.uint8), np.ascontiguousarray(small[..., :3])


_BLOWN_GREEN = ("#8fc95c", "#e9b44c", "#d9743f")
_BLOWN: dict[Place, tuple[str, ...]] = {
    Place.FOREST: ("#d9743f", "#e9b44c", "#b9553a"),
    Place.DESERT: ("#c9a06a", "#b98a58"),
    Place.BEACH: ("#e8cf9a", "#8fc06a"),
    Place.SKY: ("#ffffff", "#f2f7fd"),
}
