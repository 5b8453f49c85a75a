"""What flies by on a path of its own: fireflies, gusts of wind, leaves and sand.

Each is a small picture that is stamped into the frame where its curve has it at that time.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from cleardance.world.picture.light import Light
from cleardance.world.picture.paint import RGB, Canvas, Pixels, dim
from cleardance.world.scene import Place


@dataclass(frozen=True)
class Space:
    """The frame to be drawn into."""

    width_px: int
    height_px: int
    light: Light
    rng: np.random.Generator

    @property
    def wide(self) -> float:
        """Width in art units."""
        return 1000.0 * self.width_px / self.height_px


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
class Fireflies:
    """Glows that wander and blink low over the ground."""

    glows: tuple[Pixels, ...]  # from faint to bright
    seeds: list[list[float]]

    @classmethod
    def of(cls, space: Space) -> "Fireflies":
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
class Gusts:
    """Curled streaks that come and go across the frame."""

    streaks: tuple[Pixels, ...]  # from faint to bright
    seeds: list[list[float]]

    @classmethod
    def of(cls, space: Space) -> "Gusts":
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
class Leaves:
    """Leaves (sand grains) that tumble by on the wind."""

    shapes: tuple[tuple[Pixels, Pixels], ...]  # turned step by step: what is hidden, what is seen
    seeds: list[list[float]]

    @classmethod
    def of(cls, place: Place, space: Space) -> "Leaves":
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
