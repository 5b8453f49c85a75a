"""Subjects as pictures: vector art to pixels, at the size, colour and phase of gait asked for.

Art is rasterised at certain heights (`_level`), and kept; whoever draws a sprite scales it down
from the next larger one.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import overload

import cv2
import numpy as np
import resvg_py

from cleardance.world.picture.articulation import Pixels, articulated
from cleardance.world.picture.tint import tinted
from cleardance.world.scene import Colour
from cleardance.world.shelf import Shelf
from cleardance.world.vocabulary import Gait, Subject, subjects

MIN_HEIGHT_PX, MAX_HEIGHT_PX = 16, 2048
FINE_ABOVE_PX = 256
_KEPT_BYTES = 256 * 2**20
_ICON = 32  # units: the side of the art's own square
_AROUND, _PROBE_PX = 8, 4  # units around it while it is measured; pixels a unit then
_TINT_PX = 128  # height of the art whose areas of colour are counted

_PERCHED = frozenset({"bird", "crow", "owl", "parrot"})
_RIGID = frozenset({Gait.NONE, Gait.WHEELS, Gait.BOAT, Gait.JET, Gait.HOP})


@dataclass(frozen=True, eq=False)
class Sprite:
    """A picture to be drawn at any height up to its own.

    ``pixels`` are RGBA uint8 [H, W, 4], premultiplied, read-only. ``height_px`` is the visible
    height of the subject at rest; draw with the factor wanted / ``height_px``. ``anchor`` is the
    pixel position (x, y) of the bottom centre of the subject at rest, the point that touches the
    ground; a gait's frames have margins around it.
    """

    pixels: Pixels
    height_px: int
    anchor: tuple[float, float]


class Turn(Sequence[Sprite]):
    """One turn of a gait, in equal steps; each is drawn when it is first asked for."""

    def __init__(self, steps: int, draw: Callable[[float], Sprite]) -> None:
        self._draw = draw
        self._drawn: list[Sprite | None] = [None] * steps

    def __len__(self) -> int:
        return len(self._drawn)

    @overload
    def __getitem__(self, step: int) -> Sprite: ...
    @overload
    def __getitem__(self, step: slice) -> Sequence[Sprite]: ...
    def __getitem__(self, step: int | slice) -> Sprite | Sequence[Sprite]:
        if isinstance(step, slice):
            return [self[i] for i in range(*step.indices(len(self)))]
        found = self._drawn[step]
        if found is None:
            found = self._drawn[step] = self._draw(step / len(self))
        return found


Frames = Sequence[Sprite]


def _size(frames: Frames) -> int:
    """Return the bytes that frames take once all of them have been drawn."""
    return len(frames) * frames[0].pixels.nbytes


_shelf: Shelf[Frames] = Shelf(_KEPT_BYTES, _size)


def sprite(key: str, height_px: int, colour: Colour | None = None) -> Sprite:
    """Return a subject standing still, facing as its art does (``Subject.faces``).

    The sprite's ``height_px`` is at or above the one asked for, within ``MIN_HEIGHT_PX`` and
    ``MAX_HEIGHT_PX``: a power of two up to `FINE_ABOVE_PX`, then at most a quarter more.

    Raises:
        KeyError: no such subject.
    """
    level = _level(height_px)
    return _shelf.get((key, level, colour), lambda: (_drawn(key, level, colour),))[0]


def gait_frames(key: str, height_px: int, colour: Colour | None, phases: int) -> Frames:
    """Return one turn of a subject's gait in ``phases`` steps, the first a contact or down-stroke.

    Sizes are as in ``sprite``. Subjects without moving parts come as that many times the same
    sprite.

    Raises:
        KeyError: no such subject.
        ValueError: fewer than one phase.
    """
    if phases < 1:
        raise ValueError("a gait has at least one phase")
    if subjects()[key].gait in _RIGID:
        return (sprite(key, height_px, colour),) * phases
    level = _level(height_px)
    return _shelf.get((key, level, colour, phases), lambda: _moving(key, level, colour, phases))


@cache
def aspect(key: str) -> float:
    """Return visible width / visible height of a subject at rest.

    Raises:
        KeyError: no such subject.
    """
    _, _, width, height = _box(key)
    return width / height


def _moving(key: str, level: int, colour: Colour | None, phases: int) -> Frames:
    subject, still = subjects()[key], sprite(key, level, colour)
    pose, margin = articulated(still.pixels, subject.gait, subject.faces, key in _PERCHED)
    anchor = (still.anchor[0] + margin, still.anchor[1] + margin)
    return Turn(phases, lambda turns: Sprite(_frozen(pose(turns)), level, anchor))


def _drawn(key: str, level: int, colour: Colour | None) -> Sprite:
    x, y, width, height = _box(key)
    width_px = max(1, round(level * width / height))
    body = _body(subjects()[key]) if colour is None else _tinted(key, colour)
    straight = _raster(body, (x, y, width, height), width_px, level)
    return Sprite(_frozen(_premultiplied(straight)), level, (width_px / 2, float(level)))


@cache
def _tinted(key: str, colour: Colour) -> str:
    subject = subjects()[key]
    pixels = sprite(key, _TINT_PX).pixels
    opaque = pixels[pixels[..., 3] == 255][:, :3]
    return tinted(_body(subject), opaque, subject.kind, colour)


@cache
def _box(key: str) -> tuple[float, float, float, float]:
    """Measure the visible part of the art: x, y, width, height in icon units."""
    seen = _probe(key)[..., 3] > 127
    columns, rows = np.flatnonzero(seen.any(axis=0)), np.flatnonzero(seen.any(axis=1))
    left, top = columns[0] / _PROBE_PX - _AROUND, rows[0] / _PROBE_PX - _AROUND
    width, height = len(range(columns[0], columns[-1] + 1)), len(range(rows[0], rows[-1] + 1))
    return float(left), float(top), width / _PROBE_PX, height / _PROBE_PX


def _probe(key: str) -> Pixels:
    units = _ICON + 2 * _AROUND
    side_px = units * _PROBE_PX
    return _raster(_body(subjects()[key]), (-_AROUND, -_AROUND, units, units), side_px, side_px)


def _body(subject: Subject) -> str:
    body, middle = _icons()[subject.icon], _ICON / 2
    if not subject.turn_deg:
        return body
    return f'<g transform="rotate({subject.turn_deg} {middle} {middle})">{body}</g>'


@cache
def _icons() -> Mapping[str, str]:
    """Read the art: what others drew under their licence, and what was drawn for this project."""
    data, icons = files("cleardance.world").joinpath("data"), dict[str, str]()
    for name in ("art.json", "drawn.json"):
        icons |= json.loads(data.joinpath(name).read_text(encoding="utf-8"))["icons"]
    return icons


def _raster(
    body: str, box: tuple[float, float, float, float], width_px: int, height_px: int
) -> Pixels:
    """Draw part of an icon: straight RGBA [height_px, width_px, 4]."""
    view = " ".join(f"{value:.3f}" for value in box)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}" preserveAspectRatio="none" '
        f'width="{width_px}" height="{height_px}">{body}</svg>'
    )
    png = resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True)
    bgra = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
    assert bgra is not None
    return np.ascontiguousarray(bgra[..., (2, 1, 0, 3)], dtype=np.uint8)


def _premultiplied(straight: Pixels) -> Pixels:
    colour = straight[..., :3].astype(np.uint16) * straight[..., 3:]
    return np.dstack([((colour + 127) // 255).astype(np.uint8), straight[..., 3]])


def _frozen(rgba: Pixels) -> Pixels:
    rgba.flags.writeable = False
    return rgba


def _level(height_px: int) -> int:
    """Return the height to rasterise at: doubling each time, but in quarters when it is large."""
    if FINE_ABOVE_PX < height_px < MAX_HEIGHT_PX:
        step = 1 << (height_px - 1).bit_length() - 3
        return -(-height_px // step) * step
    return min(MAX_HEIGHT_PX, max(MIN_HEIGHT_PX, 1 << max(0, height_px - 1).bit_length()))
