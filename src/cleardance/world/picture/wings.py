"""Wings for birds that are drawn perched: feathers in their own colours, beaten as they fly."""

from collections.abc import Callable, Sequence
from math import cos, sin

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Points = NDArray[np.float64]

MARGIN = 0.42  # around the picture at rest, as a fraction of its height

_UP, _DOWN = 1.25, -0.75  # radians above a wing's rest, straight away from the body
_SUBPIXEL_BITS = 4
_WING = np.column_stack(
    (
        (0, 0.3, 0.65, 0.9, 1, 0.84, 0.88, 0.66, 0.68, 0.45, 0.44, 0.2, 0),
        (-0.16, -0.25, -0.21, -0.09, 0.05, 0.06, 0.15, 0.13, 0.23, 0.18, 0.28, 0.2, 0.16),
    )
)
"""Outline: from the shoulder outwards and down, in lengths of the wing."""


def winged(canvas: Pixels, faces: str, margin: int) -> Callable[[float], Pixels]:
    """Return the beat of wings that a bird is given, as a function of its phase in radians.

    ``canvas`` [H, W, 4] is premultiplied, looks left or to the front, and has ``margin`` pixels
    around it. Phase 0 is the end of a down-stroke.
    """
    return _abreast(canvas, margin) if faces == "front" else _astern(canvas, margin)


def _astern(canvas: Pixels, margin: int) -> Callable[[float], Pixels]:
    """Beat one wing before the body and one behind it."""
    near, far = _shoulder(canvas, margin, 0.46, 0.5), _shoulder(canvas, margin, 0.4, 0.46)
    colour = _colour(canvas, near, round(0.08 * (canvas.shape[0] - 2 * margin)))
    length = 0.62 * (canvas.shape[0] - 2 * margin)

    def pose(phase: float) -> Pixels:
        out = np.zeros_like(canvas)
        _draw(out, far, 0.92 * length, _raised(phase - 0.35) + 0.22, 1.0, (0.6 * colour,))
        out = behind(canvas, out)
        _draw(out, near, length, _raised(phase), 1.0, (0.8 * colour, 0.93 * colour))
        return out

    return pose


def _abreast(canvas: Pixels, margin: int) -> Callable[[float], Pixels]:
    """Beat a wing on either side, behind the body, as dark as its brow."""
    sides = [(_shoulder(canvas, margin, u, 0.48), side) for u, side in ((0.2, -1.0), (0.8, 1.0))]
    reach = round(0.05 * (canvas.shape[0] - 2 * margin))
    colour = _colour(canvas, _shoulder(canvas, margin, 0.5, 0.12), reach)
    length = 0.6 * (canvas.shape[0] - 2 * margin)

    def pose(phase: float) -> Pixels:
        out = np.zeros_like(canvas)
        for shoulder, side in sides:
            _draw(out, shoulder, length, _raised(phase), side, (0.82 * colour, colour))
        return behind(canvas, out)

    return pose


def _raised(phase: float) -> float:
    return (_UP + _DOWN) / 2 - (_UP - _DOWN) / 2 * cos(phase)


def _shoulder(canvas: Pixels, margin: int, u: float, v: float) -> tuple[float, float]:
    """Return the pixel at fractions of the picture at rest."""
    high, wide = canvas.shape[0] - 2 * margin, canvas.shape[1] - 2 * margin
    return margin + u * wide, margin + v * high


def _colour(canvas: Pixels, at: tuple[float, float], reach: int) -> Points:
    """Return the median colour about a pixel, RGB 0 to 255."""
    x, y = round(at[0]), round(at[1])
    around = canvas[y - reach : y + reach + 1, x - reach : x + reach + 1].reshape(-1, 4)
    solid = around[around[:, 3] == 255]
    colour: Points = np.median(solid[:, :3] if len(solid) else around[:, :3], axis=0)
    return colour


def _draw(
    out: Pixels,
    shoulder: tuple[float, float],
    length: float,
    raised: float,
    side: float,
    colours: Sequence[Points],
) -> None:
    """Draw a wing, raised by an angle (radians), to the right (side 1) or left (-1) of a shoulder.

    Level, it points at us and is seen short. A second colour is that of its smaller feathers.
    """
    c, s = cos(raised), sin(raised)
    along = length * (0.6 + 0.4 * abs(s))
    for size, colour in zip((1.0, 0.62), colours, strict=False):
        x, y = _WING[:, 0] * along * size, _WING[:, 1] * length * size
        points = np.column_stack((side * (c * x + s * y), c * y - s * x)) + shoulder
        fixed = np.rint(points * (1 << _SUBPIXEL_BITS)).astype(np.int32)
        paint = (*(float(value) for value in colour), 255.0)
        cv2.fillPoly(out, [fixed], paint, cv2.LINE_AA, _SUBPIXEL_BITS)


def behind(front: Pixels, back: Pixels) -> Pixels:
    """Composite premultiplied pictures (Porter and Duff, 1984)."""
    clear = cv2.merge([cv2.bitwise_not(cv2.extractChannel(front, 3))] * 4)
    return np.asarray(cv2.add(front, cv2.multiply(back, clear, scale=1 / 255)), np.uint8)
