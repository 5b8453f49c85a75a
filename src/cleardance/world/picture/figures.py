"""Actors on screen: a performance and its art become one cut picture a frame, and a shadow."""

import math
from functools import cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from cleardance.world.motion.actions import STRIDERS
from cleardance.world.picture import sprites
from cleardance.world.picture.compose import Cut, Pixels, warped
from cleardance.world.places import Medium
from cleardance.world.scene import Colour, Relation
from cleardance.world.shelf import Shelf
from cleardance.world.take import Floats, Poses, Take, View
from cleardance.world.vocabulary import subjects

PHASES = 16
"""Pictures of one turn of a gait."""

_THINNEST = 0.07  # of its width, seen edge-on while it turns round
_SUBMERGED = 0.38  # of its opacity, what can be seen of a body under the water line
_SOLID = 128
_KEPT_UP_TO_PX = 64  # pictures for training are drawn again and again
_AS_DRAWN = 0.79  # of the art's size: no smaller, it is warped straight from the art
_GROWN = 1.2  # ratio of sizes beyond which a figure is redrawn at its size of the moment


class _Picture(NamedTuple):
    """Art at the size it is drawn at: pixels, height in pixels, the point that touches ground."""

    pixels: Pixels
    height_px: float
    anchor_x: float
    anchor_y: float


class Figure:
    """One actor of a take, at given times, in a frame of ``width_px`` by ``height_px``.

    ``cut(k)`` gives its picture at the k-th time and its mask with it (the alpha channel), so
    labels come from the very pixels that are shown. ``ground_px`` is the row of the ground (or
    water) line at each time.
    """

    def __init__(
        self,
        take: Take,
        index: int,
        times_s: Floats,
        frame_px: tuple[int, int],
        tint: tuple[float, float, float],
    ) -> None:
        actor = take.performances[index].actor
        self._frame_px, self._tint = frame_px, tint
        self._key, self._colour = actor.subject, actor.colour
        self._rides = actor.relation is Relation.ON
        poses, view = take.performances[index].poses(times_s), take.view(times_s)
        tall = poses.height * view.zoom * frame_px[1]
        self._steady_px = math.ceil(tall.max()) if tall.max() < _GROWN * tall.min() else None
        turns = np.rint(poses.gait * PHASES).astype(np.int64) % PHASES
        self._phases: list[int | None] = [None] * len(turns)
        if np.ptp(poses.gait) > 0:
            self._phases = turns.tolist()
        self.ground_px: list[float] = (frame_px[1] * (0.5 + view.y * view.zoom)).tolist()
        self._size_px, self._pictures = 0, dict[int | None, _Picture]()
        self._place(poses, view, tall)

    def _place(self, poses: Poses, view: View, tall: Floats) -> None:
        """Work out, for all times at once, where the middle is and how the art is stretched."""
        drawn = subjects()[self._key].faces
        turn = {"left": -poses.facing, "right": poses.facing, "front": np.abs(poses.facing)}[drawn]
        thin = np.where(turn < 0, -1.0, 1.0) * np.maximum(np.abs(turn), _THINNEST)
        half = tall * poses.squash / 2
        (width, height), scale = self._frame_px, view.zoom * self._frame_px[1]
        x = width / 2 + (poses.x - view.x) * scale
        y = height / 2 - (poses.y - view.y) * scale - half
        turned = np.cos(poses.angle_rad), np.sin(poses.angle_rad)
        each = (tall, thin / poses.squash, poses.squash, half, x, y, *turned)
        self._rows: list[list[float]] = np.stack(each, axis=1).tolist()

    def cut(self, k: int) -> Cut | None:
        """Return the picture at the k-th time, or None when it is out of the frame."""
        tall, stretch_x, stretch_y, half, x, y, cos, sin = self._rows[k]
        art = self._picture(self._phases[k], tall)
        sx, sy = stretch_x * tall / art.height_px, stretch_y * tall / art.height_px
        # From art to the upright figure about its middle, then turned counter-clockwise; both art
        # and frame are sampled at pixel centres, half a pixel from their corners.
        right, down = sx * (0.5 - art.anchor_x), sy * (0.5 - art.anchor_y) + half
        to_x = x + cos * right + sin * down - 0.5
        to_y = y - sin * right + cos * down - 0.5
        affine = (cos * sx, sin * sy, to_x, -sin * sx, cos * sy, to_y)
        return warped(art.pixels, affine, *self._frame_px)

    def shade(self, frame: Pixels, k: int, strength: float) -> None:
        """Darken the ground under it in place: smaller and fainter the higher it is."""
        if self._rides or strength <= 0:
            return
        tall, stretch_x, _, half, x, y, _, _ = self._rows[k]
        near = 1 / (1 + 2.5 * max(self.ground_px[k] - y - half, 0.0) / max(tall, 1.0))
        half_px = 0.5 * sprites.aspect(self._key) * abs(stretch_x) * tall * near
        _soften(frame, x, self.ground_px[k], half_px, strength * near)

    def _picture(self, phase: int | None, tall_px: float) -> _Picture:
        size_px = self._steady_px
        if size_px is None:  # it grows, or is zoomed: sizes in steps of a quarter
            size_px = math.ceil(1.25 ** math.ceil(math.log(max(tall_px, 8.0), 1.25)))
        if size_px <= _KEPT_UP_TO_PX:
            kept = (self._key, self._colour, phase, size_px, self._tint)
            return _shelf.get(kept, lambda: _drawn(*kept))
        if size_px != self._size_px:
            self._size_px, self._pictures = size_px, {}
        if phase not in self._pictures:
            drawn = _drawn(self._key, self._colour, phase, size_px, self._tint)
            self._pictures[phase] = drawn
        return self._pictures[phase]


def _drawn(
    key: str,
    colour: Colour | None,
    phase: int | None,
    size_px: int,
    tint: tuple[float, float, float],
) -> _Picture:
    """Scale and light one picture; a strider's lowest foot is what touches the ground."""
    if phase is None:
        art = sprites.sprite(key, size_px, colour)
    else:
        art = sprites.gait_frames(key, size_px, colour, PHASES)[phase]
    factor = min(size_px / art.height_px, 1.0)
    height, width = art.pixels.shape[:2]
    to, pixels = (width, height), art.pixels
    if factor < _AS_DRAWN:
        to = max(round(width * factor), 1), max(round(height * factor), 1)
        pixels = np.asarray(cv2.resize(pixels, to, interpolation=cv2.INTER_AREA), np.uint8)
    lit = _lit(pixels, tint)
    across, down = to[0] / width, to[1] / height
    sole = art.anchor[1] * down
    if phase is not None and subjects()[key].gait in STRIDERS:
        sole = float(np.flatnonzero(lit[..., 3].max(axis=1) >= _SOLID)[-1] + 1)
    return _Picture(lit, art.height_px * down, art.anchor[0] * across, sole)


_shelf: Shelf[_Picture] = Shelf(96 * 2**20, lambda picture: picture.pixels.nbytes)


def submerge(cut: Cut, water_px: float) -> Cut:
    """Return a cut whose part below the water line (a row of the frame) is veiled by the water."""
    row = max(round(water_px) - cut.top, 0)
    if row >= len(cut.rgba):
        return cut
    dim = cv2.convertScaleAbs(cut.rgba[row:], alpha=_SUBMERGED)
    return Cut(np.concatenate((cut.rgba[:row], dim)), cut.left, cut.top)


def in_water(take: Take, medium: Medium, index: int) -> bool:
    """Return whether the water line crosses an actor: riders sit above it."""
    return medium is Medium.WATER and take.performances[index].actor.relation is not Relation.ON


def _lit(rgba: Pixels, tint: tuple[float, float, float]) -> Pixels:
    if tint == (1.0, 1.0, 1.0):
        return rgba
    levels = np.arange(256)[:, None] * np.array((*tint, 1.0)) + 0.5
    return np.asarray(cv2.LUT(rgba, levels.astype(np.uint8)[None]), np.uint8)


def _soften(frame: Pixels, x: float, y: float, half_px: float, strength: float) -> None:
    """Darken a soft ellipse around (x, y), ``half_px`` wide to either side, in place."""
    blob = _blob()
    scale = 2 * half_px / blob.shape[1]
    matrix = np.array([[scale, 0, x - half_px], [0, 0.22 * scale, y - 0.22 * half_px]])
    left, right = max(int(x - half_px) - 1, 0), min(int(x + half_px) + 2, frame.shape[1])
    deep = 0.22 * half_px
    top, bottom = max(int(y - deep) - 1, 0), min(int(y + deep) + 2, frame.shape[0])
    if left >= right or top >= bottom:
        return
    matrix[:, 2] -= left, top
    dark = cv2.warpAffine(blob, matrix, (right - left, bottom - top), flags=cv2.INTER_LINEAR)
    veil = cv2.bitwise_not(cv2.convertScaleAbs(dark, alpha=strength))
    area = frame[top:bottom, left:right]
    cv2.multiply(area, cv2.merge([veil] * 3), dst=area, scale=1 / 255)


@cache
def _blob() -> NDArray[np.uint8]:
    """Return a round soft spot, 255 in the middle and 0 at the rim."""
    side = np.linspace(-1, 1, 96)
    out = np.clip(1 - np.hypot(side[:, None], side[None, :]), 0, 1)
    return np.asarray(np.rint(255 * (out * out * (3 - 2 * out))), np.uint8)
