"""Colour modifiers: repaint the dominant fills of flat vector art, leave eyes and outlines alone.

Works in OKLCh, where lightness is what the eye calls lightness (B. Ottosson, "A perceptual color
space for image processing", 2020), so that shaded parts stay shaded.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleardance.world.scene import Colour
from cleardance.world.vocabulary import Kind


class Lch(NamedTuple):
    """Lightness 0 to 1, chroma 0 to about 0.32, hue in degrees."""

    lightness: float
    chroma: float
    hue_deg: float


PAINTS: Mapping[Colour, Lch] = {
    Colour.RED: Lch(0.60, 0.22, 27),
    Colour.ORANGE: Lch(0.73, 0.18, 55),
    Colour.YELLOW: Lch(0.88, 0.17, 97),
    Colour.GREEN: Lch(0.66, 0.19, 145),
    Colour.BLUE: Lch(0.58, 0.19, 256),
    Colour.PURPLE: Lch(0.53, 0.20, 303),
    Colour.PINK: Lch(0.77, 0.15, 355),
    Colour.BROWN: Lch(0.46, 0.085, 52),
    Colour.BLACK: Lch(0.33, 0.008, 280),
    Colour.WHITE: Lch(0.96, 0.004, 250),
    Colour.GREY: Lch(0.67, 0.006, 260),
    Colour.GOLDEN: Lch(0.80, 0.155, 84),
}

_SKIN = frozenset(
    {"ffc83d", "fcb100", "fdbb11", "f1a11e", "d37034", "ed9200", "f59f00", "d67d00", "ff8101"}
)
_GLASS = frozenset({"26c9fc", "00a6ed", "26eafc"})
_KEPT = {Kind.PERSON: _SKIN, Kind.VEHICLE: _GLASS}

_PAINT = re.compile(r'(?<=(?:fill|olor|roke)=")#([0-9a-fA-F]{3,6})(?=")')
_NEUTRAL, _INK, _PAPER = 0.04, 0.31, 0.9  # chroma below; lightness below; lightness above

_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def lch(paint: str) -> Lch:
    """Read ``rrggbb`` or ``rgb``."""
    digits = paint if len(paint) == 6 else "".join(2 * d for d in paint)
    srgb = np.array([int(digits[i : i + 2], 16) for i in (0, 2, 4)]) / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    light, a, b = _LAB @ np.cbrt(_LMS @ linear)
    return Lch(float(light), float(np.hypot(a, b)), float(np.degrees(np.arctan2(b, a))) % 360)


def paint(colour: Lch) -> str:
    """Write ``rrggbb``, with the chroma lowered as far as sRGB demands."""
    linear = _linear(colour)
    while colour.chroma > 1e-3 and (linear.min() < -1e-3 or linear.max() > 1.001):
        colour = colour._replace(chroma=colour.chroma * 0.95)
        linear = _linear(colour)
    linear = linear.clip(0, 1)
    srgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return "".join(f"{round(255 * float(c)):02x}" for c in srgb)


def tinted(body: str, pixels: NDArray[np.uint8], kind: Kind, colour: Colour) -> str:
    """Return SVG art with its dominant colour, and the shades of it, turned into another.

    ``pixels`` [N, 3] are the RGB values of the art's opaque pixels: they tell which fill dominates.
    Skin and window panes are never repainted.
    """
    fills = sorted({match.lower() for match in _PAINT.findall(body)} - _KEPT.get(kind, frozenset()))
    if not fills:
        return body
    colours = [lch(fill) for fill in fills]
    areas = _areas(fills, pixels)
    main = colours[int(np.argmax([a * _weight(c) for a, c in zip(areas, colours, strict=True)]))]
    swaps = {
        fill: paint(_moved(own, main, colour))
        for fill, own in zip(fills, colours, strict=True)
        if _kin(own, main)
    }
    return _PAINT.sub(lambda m: "#" + swaps.get(m[1].lower(), m[1]), body)


def _linear(colour: Lch) -> NDArray[np.float64]:
    hue = np.radians(colour.hue_deg)
    lab = [colour.lightness, colour.chroma * np.cos(hue), colour.chroma * np.sin(hue)]
    linear: NDArray[np.float64] = np.linalg.solve(_LMS, np.linalg.solve(_LAB, lab) ** 3)
    return linear


def _areas(fills: list[str], pixels: NDArray[np.uint8]) -> list[int]:
    """Count the pixels that show each fill unmixed."""
    wide = [fill if len(fill) == 6 else "".join(2 * d for d in fill) for fill in fills]
    rgb = np.array([list(bytes.fromhex(fill)) for fill in wide], dtype=np.int16)
    near = np.abs(pixels.astype(np.int16)[:, None] - rgb).max(axis=-1) <= 3
    return [int(count) for count in near.sum(axis=0)]


def _weight(own: Lch) -> float:
    """Colour counts before grey, grey before white, and all before ink."""
    if own.lightness < _INK:
        return 0.1
    if own.chroma >= _NEUTRAL:
        return 1.0
    return 0.4 if own.lightness > _PAPER else 0.6


def _kin(own: Lch, main: Lch) -> bool:
    """Whether a fill is a shade of the dominant one."""
    if own.lightness < _INK and main.lightness >= _INK:
        return False
    if main.chroma < _NEUTRAL:
        return own.chroma < 0.05 and (main.lightness > _PAPER or own.lightness <= _PAPER)
    return _turn(own, main) <= 38 and own.chroma >= 0.45 * main.chroma


def _turn(own: Lch, main: Lch) -> float:
    return abs((own.hue_deg - main.hue_deg + 180) % 360 - 180)


def _moved(own: Lch, main: Lch, colour: Colour) -> Lch:
    """Carry a shade's distance from the dominant colour over to the new one."""
    target = PAINTS[colour]
    contrast = 0.6 if target.lightness > _PAPER or target.lightness < 0.4 else 0.9
    light = target.lightness + contrast * (own.lightness - main.lightness)
    depth = np.clip(own.chroma / main.chroma, 0.6, 1.1) if main.chroma >= _NEUTRAL else 1.0
    return Lch(float(np.clip(light, 0.27, 0.98)), target.chroma * float(depth), target.hue_deg)
