"""Movement from one flat picture: legs that swing, wings that beat, tails that sway.

Legs are found in the picture: what hangs below the belly and reaches the ground. Each is cut out,
turned about its hip and put behind the body again. Everything else bends the picture smoothly.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from math import cos, pi, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from cleardance.world.picture import wings
from cleardance.world.vocabulary import Gait

Pixels = NDArray[np.uint8]
Grid = NDArray[np.float32]
Offsets = NDArray[np.floating]

MARGIN = 0.15  # around the picture at rest, as a fraction of its height

_SWING_RAD = 0.38  # of a leg, each way
_ROCK_RAD = 0.07  # of a picture whose legs cannot be told apart
_LIFT = 0.16  # of a leg, as a fraction of its length
_COARSE = 8  # pixels between the nodes that a bend is worked out at
_BOB = 0.025  # of the body, as a fraction of the height


@dataclass(frozen=True)
class _Leg:
    """A leg's pixels on a full canvas, where it hangs, how long it is and how it stands."""

    rgba: Pixels
    hip: tuple[float, float]
    length: float
    sole: tuple[float, float]  # its ends, from the hip to the right
    lean_rad: float  # from the common hip to the foot; positive when the foot is to the right
    swing_rad: float  # as far as its build allows

    @property
    def strides(self) -> bool:
        """Whether it is drawn in full stride, and thin enough to be carried to the other side."""
        return abs(self.lean_rad) > 0.15 and self.swing_rad > 0.92 * _SWING_RAD


def articulated(
    rgba: Pixels, gait: Gait, faces: str, perched: bool = False
) -> tuple[Callable[[float], Pixels], int]:
    """Return a gait as a function of its phase, in turns, and how wide a margin its pictures have.

    Phase 0 is a contact or a down-stroke. ``rgba`` [H, W, 4] is premultiplied; pictures have the
    margin on all sides. Who is drawn ``perched``, its wings folded, gets wings to fly with.
    """
    margin = round((wings.MARGIN if perched else MARGIN) * rgba.shape[0])
    canvas = np.pad(rgba, ((margin, margin), (margin, margin), (0, 0)))
    canvas = np.ascontiguousarray(canvas[:, ::-1] if faces == "right" else canvas)
    made = wings.winged if perched else partial(_mover, gait)
    pose, side = made(canvas, faces, margin), -1 if faces == "right" else 1
    return lambda turns: np.ascontiguousarray(pose(2 * pi * turns)[:, ::side]), margin


def _mover(gait: Gait, canvas: Pixels, faces: str, margin: int) -> Callable[[float], Pixels]:
    """Return the gait as a function of its phase in radians, for art that looks left."""
    if gait is Gait.LEGS and faces == "front":  # seen from above: it scuttles
        return lambda phase: _rocked(canvas, margin, phase)
    if gait in (Gait.LEGS, Gait.BIPED):
        return _walker(canvas, gait, faces, margin)
    bends = {
        Gait.WINGS: _flutter if faces == "front" else _flap,
        Gait.FINS: _pulse if faces == "front" else _sway,
        Gait.SLITHER: _slither,
        Gait.ROTOR: _rotor,
    }
    bend = bends[gait]
    u, v = _coordinates(canvas, margin, 1 if gait is Gait.ROTOR else _COARSE)  # blades have edges
    return lambda phase: _bent(canvas, margin, bend(u, v, phase))


# Legs


def _walker(canvas: Pixels, gait: Gait, faces: str, margin: int) -> Callable[[float], Pixels]:
    ground, most = (0.93 if faces == "front" else 0.72), (2 if gait is Gait.BIPED else 8)
    body, top, legs = _dissected(canvas, margin, ground, most)
    height = canvas.shape[0] - 2 * margin
    if len(legs) < 2:
        return lambda phase: _rocked(canvas, margin, phase)
    long = min(leg.length for leg in legs) > 0.2 * height
    striding = gait is Gait.BIPED and faces != "front" and long and all(g.strides for g in legs)
    marching = gait is Gait.BIPED and faces == "front"

    def pose(phase: float) -> Pixels:
        bob = _BOB * height * (1 - cos(2 * phase)) / 2
        out = _shifted(body, bob)
        lower = np.zeros_like(out[top:])
        for i, leg in enumerate(legs):
            own = phase + pi * (i % 2)
            lift = _LIFT * max(0.0, -sin(own))
            swing = 0.0 if marching else leg.swing_rad * cos(own)
            swing = leg.lean_rad * (1 - cos(phase)) if striding else swing
            lower = wings.behind(_swung(leg, swing, 2 * lift if marching else lift, bob), lower)
        out[top:] = wings.behind(out[top:], lower)
        return out

    return pose


def _dissected(
    canvas: Pixels, margin: int, ground: float, most: int
) -> tuple[Pixels, int, list[_Leg]]:
    """Cut the legs off: the body without them, and the legs from left to right.

    A leg ends below ``ground``, a fraction of the height; the ``most`` longest count. The legs'
    pictures begin at the row returned with them.
    """
    height = canvas.shape[0] - 2 * margin
    alpha = canvas[..., 3] > 127
    row = _belly(alpha[margin:-margin, margin:-margin], ground)
    if row is None:
        return canvas, 0, []
    belly, overlap = margin + round(row * height), round(0.07 * height)
    parts = _hanging(alpha[belly : margin + height], (ground - row) * height, margin)
    parts = sorted(parts, key=lambda part: -int(part.any(axis=1).sum()))[:most]
    middle = float(np.mean([np.flatnonzero(part[0]).mean() for part in parts]))
    body, legs, top = canvas.copy(), [], belly - 2 * overlap
    for part in parts:
        mask = np.zeros(alpha.shape, bool)
        mask[belly : margin + height] = cv2.dilate(part.astype(np.uint8), np.ones((3, 3), np.uint8))
        body[mask] = 0
        legs.append(_leg(canvas, mask, belly, overlap, top, middle))
    return body, top, sorted(legs, key=lambda leg: leg.hip[0])


def _belly(alpha: NDArray[np.bool_], ground: float) -> float | None:
    """Find the row, as a fraction, below which most legs hang longest; None without legs."""
    size = (max(8, round(96 * alpha.shape[1] / alpha.shape[0])), 96)
    small = cv2.resize(alpha.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    best, most = None, 0.0
    for row in np.linspace(0.5, 0.95, 28):
        found = _hanging(small[round(row * 96) :], (ground - row) * 96, 0)
        worth = min(len(found), 4) ** 0.7 * (1.02 - float(row))
        if len(found) >= 2 and worth > most:
            best, most = float(row), worth
    return best


def _hanging(lower: NDArray[np.bool_], bottom: float, margin: int) -> list[NDArray[np.bool_]]:
    """Tell the legs in what is below the belly apart, each a mask of its own.

    Legs whose feet touch are parted half-way between their tops.
    """
    count, labels = cv2.connectedComponents(lower.astype(np.uint8), connectivity=4)
    limit = 0.42 * (lower.shape[1] - 2 * margin)
    columns = np.arange(lower.shape[1])
    legs: list[NDArray[np.bool_]] = []
    for label in range(1, count):
        part = labels == label
        edges = np.flatnonzero(np.diff(np.pad(part[0].astype(np.int8), 1)))
        starts, ends = edges[::2], edges[1::2]
        cuts = [-1.0, *((ends[:-1] + starts[1:]) / 2), float(len(columns))]
        legs += [part & (columns >= low) & (columns < high) for low, high in pairwise(cuts)]
    return [leg for leg in legs if _is_leg(leg, bottom, limit)]


def _is_leg(part: NDArray[np.bool_], bottom: float, limit: float) -> bool:
    """Whether a part begins at the belly, ends near the ground, and is not a whole body."""
    rows = np.flatnonzero(part.any(axis=1))
    return bool(part[0].any() and rows[-1] >= bottom and part[0].sum() <= limit)


def _leg(
    canvas: Pixels, below: NDArray[np.bool_], belly: int, overlap: int, top: int, middle: float
) -> _Leg:
    """Cut one leg out, with a piece of the body above it that stays behind the body."""
    rows, thigh = np.flatnonzero(below.any(axis=1)), np.flatnonzero(below[belly])
    sole = np.flatnonzero(below[rows[-1 - len(rows) // 6]])
    mask = below.copy()
    mask[belly - overlap : belly, thigh[0] + 1 : thigh[-1]] = True
    rgba = np.where(mask[top:, :, None], canvas[top:], 0).astype(np.uint8)
    hip = (float(thigh.mean()), float(belly - top))
    length = float(rows[-1] + 1 - belly)
    slender = min(1.0, length / (1.4 * len(thigh)))
    lean = float(np.clip(np.arctan2(sole.mean() - middle, length), -0.45, 0.45))
    ends = (float(sole[0]) - hip[0], float(sole[-1]) - hip[0])
    return _Leg(rgba, hip, length, ends, lean, _SWING_RAD * slender)


def _swung(leg: _Leg, angle_rad: float, lift: float, bob: float) -> Pixels:
    """Turn a leg about its hip (positive: foot forward, to the left); its sole keeps its height."""
    c, s = cos(angle_rad), sin(angle_rad)
    x, y = leg.hip
    reach = leg.length + bob - max(s * end for end in leg.sole)
    k = float(np.clip(reach / (c * leg.length), 0.6, 1.3)) * (1 - lift)
    matrix = np.array([[c, -s * k, 0.0], [s, c * k, 0.0]])
    matrix[:, 2] = (x - c * x + s * k * y, y - bob - s * x - c * k * y)
    return _warped(leg.rgba, matrix)


def _rocked(canvas: Pixels, margin: int, phase: float) -> Pixels:
    """Rock the whole picture, for those whose legs cannot be told apart."""
    height, width = canvas.shape[0] - 2 * margin, canvas.shape[1] - 2 * margin
    angle = _ROCK_RAD * cos(phase)
    c, s = cos(angle), sin(angle)
    x, y = margin + width / 2, margin + float(height)
    up = 0.3 * width * abs(s) + _BOB * height * (1 - cos(2 * phase)) / 2
    matrix = np.array([[c, s, x - c * x - s * y], [-s, c, y + s * x - c * y - up]])
    return _warped(canvas, matrix)


# Bends: where each pixel comes from, as offsets in units of the height


Bend = tuple[Offsets, Offsets]


def _coordinates(canvas: Pixels, margin: int, coarse: int) -> tuple[Grid, Grid]:
    """Give places in the picture at rest, 0 to 1 from the left and from the top, on a grid.

    It has a node every ``coarse`` pixels, in the middle of what it stands for.
    """
    high, wide = canvas.shape[:2]
    rows, columns = max(round(high / coarse), 2), max(round(wide / coarse), 2)
    x = (np.arange(columns, dtype=np.float32) + 0.5) * (wide / columns) - 0.5
    y = (np.arange(rows, dtype=np.float32) + 0.5) * (high / rows) - 0.5
    u, v = (x - margin) / (wide - 2 * margin), (y - margin) / (high - 2 * margin)
    return np.tile(u, (rows, 1)), np.tile(v[:, None], (1, columns))


def _smooth(x: Grid, low: float, high: float) -> Grid:
    t: Grid = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def _flutter(u: Grid, v: Grid, phase: float) -> Bend:
    """Fold the wings of something seen from above."""
    fold = 1 - 0.5 * (1 - cos(phase)) / 2
    return (u - 0.5) * (1 / fold - 1) * _smooth(np.abs(u - 0.5), 0.04, 0.2), 0 * v


def _flap(u: Grid, v: Grid, phase: float) -> Bend:
    """Beat the upper back, and let the body answer."""
    reach = _smooth(u, 0.25, 0.9) * _smooth(1 - v, 0.25, 0.8)
    beat = sin(phase)
    return 0.05 * beat * reach, 0.03 * beat - (0.17 * beat + 0.03) * reach


def _sway(u: Grid, v: Grid, phase: float) -> Bend:
    """Send a wave from the head to the tail."""
    reach = 0.02 + 0.1 * _smooth(u, 0.25, 1.0)
    return 0.06 * sin(phase) * _smooth(u, 0.55, 1.0), reach * np.sin(phase - 3.2 * u) + 0 * v


def _pulse(u: Grid, v: Grid, phase: float) -> Bend:
    """Draw the arms together and spread them."""
    narrow = 1 - 0.3 * _smooth(v, 0.35, 1.0) * (1 - cos(phase)) / 2
    return (u - 0.5) * (1 / narrow - 1), -0.05 * (1 - cos(phase)) / 2 * _smooth(v, 0.3, 1.0)


def _slither(u: Grid, v: Grid, phase: float) -> Bend:
    """Ripple along the body, the ground side still."""
    reach = 0.035 * _smooth(1 - v, 0.0, 0.5)
    return 0.04 * np.sin(phase + 4 * v) * _smooth(1 - v, 0, 0.6), reach * np.sin(phase - 6 * u)


def _rotor(u: Grid, v: Grid, phase: float) -> Bend:
    """Foreshorten the blades, which are the topmost sixth."""
    hub, end = 0.45, 0.78
    shift = (u - hub) * (1 / (0.35 + 0.65 * abs(cos(phase))) - 1)
    blades = (v < 0.12) & (u < end)
    return np.where(u + shift > end, 9.0, shift) * blades, 0 * v


def _bent(canvas: Pixels, margin: int, bend: Bend) -> Pixels:
    """Fetch every pixel from as far away as a bend, worked out on a grid, says."""
    high, wide = canvas.shape[:2]
    x = _spread(bend[0] * (wide - 2 * margin), (wide, high))
    y = _spread(bend[1] * (high - 2 * margin), (wide, high))
    x += np.arange(wide, dtype=np.float32)
    y += np.arange(high, dtype=np.float32)[:, None]
    return np.asarray(cv2.remap(canvas, x, y, cv2.INTER_LINEAR), np.uint8)


def _spread(offsets: Offsets, size: tuple[int, int]) -> Grid:
    grid = np.asarray(offsets, np.float32)
    if grid.shape == size[::-1]:
        return grid
    return np.asarray(cv2.resize(grid, size, interpolation=cv2.INTER_LINEAR), np.float32)


def _shifted(rgba: Pixels, up: float) -> Pixels:
    return _warped(rgba, np.array([[1.0, 0.0, 0.0], [0.0, 1.0, -up]]))


def _warped(rgba: Pixels, matrix: NDArray[np.float64]) -> Pixels:
    size = (rgba.shape[1], rgba.shape[0])
    out: Pixels = cv2.warpAffine(rgba, matrix, size, flags=cv2.INTER_LINEAR).astype(np.uint8)
    return out
