"""How tiles lie, from their repetition alone: no scale, angle or squeeze has to be guessed.

The autocorrelation of a picture that repeats has peaks at the steps from tile to tile (M. Kutter,
Watermarking resisting to translation, rotation, and scaling, SPIE 3528, 1998).
"""

from collections.abc import Iterator
from itertools import product
from math import radians, tan

import cv2
import numpy as np
from numpy.typing import NDArray

from .geometry import Lie, Plane, lie_of
from .tile import SIDE

_SCALES = (0.48, 2.1)  # of the pitch a picture of this size would be marked with
_MAX_TILT = tan(radians(8.0))
_STEPS_EACH_WAY = 4
_SMOOTH = 31  # frequencies over which content's spectrum is levelled
Vector = NDArray[np.float64]  # x, y in pixels


def lattice_lies(residual: Plane, pitch_px: float) -> Iterator[Lie]:
    """Yield lies that the repetition of a residual suggests, the most marked first."""
    reach = int(_SCALES[1] * SIDE * pitch_px) + 2
    surface = _autocorrelation(residual, reach)
    across = _steps(surface, reach, pitch_px, upright=False)
    down = _steps(surface, reach, pitch_px, upright=True)
    pairs = [(a + d, v, w) for (a, v), (d, w) in product(across, down)]
    pairs += [(2 * a - 1, v, np.array([-v[1], v[0]])) for a, v in across]
    pairs += [(2 * d - 1, np.array([w[1], -w[0]]), w) for d, w in down]
    for _, v, w in sorted(pairs, key=lambda pair: -pair[0]):
        yield lie_of(np.column_stack([v, w]) / SIDE)


def _autocorrelation(residual: Plane, reach: int) -> Plane:
    """Return it in standard deviations of chance, for shifts of -reach..reach each way."""
    height, width = residual.shape
    reach_y, reach_x = min(reach, height - 1), min(reach, width - 1)
    size = cv2.getOptimalDFTSize(height + reach_y), cv2.getOptimalDFTSize(width + reach_x)
    spectrum = np.fft.rfft2(residual, s=size)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
    level = cv2.blur(power, (_SMOOTH, _SMOOTH))
    flat = np.fft.irfft2(power / np.maximum(level, 1e-12), s=size)
    shifts_y, shifts_x = np.arange(-reach_y, reach_y + 1), np.arange(-reach_x, reach_x + 1)
    near = flat[np.ix_(shifts_y, shifts_x)].astype(np.float32)
    overlap = (height - abs(shifts_y))[:, None] * (width - abs(shifts_x))
    surface = cv2.GaussianBlur(near, (0, 0), 1.0)
    surface -= cv2.blur(surface, (_SMOOTH, _SMOOTH))
    whole: Plane = np.zeros((2 * reach + 1, 2 * reach + 1), np.float32)
    place = np.s_[reach - reach_y : reach + reach_y + 1, reach - reach_x : reach + reach_x + 1]
    whole[place] = surface / np.sqrt(overlap / (height * width))
    return whole


def _steps(
    surface: Plane, reach: int, pitch_px: float, *, upright: bool
) -> list[tuple[float, Vector]]:
    """Return the likeliest steps (height of the peak, vector) across or down."""
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
    along, aside = (y, x) if upright else (x, y)
    low, high = (scale * SIDE * pitch_px for scale in _SCALES)
    allowed = (along >= low) & (along <= high) & (abs(aside) <= _MAX_TILT * along)
    allowed &= surface != 0
    if not allowed.any():
        return []
    heights = np.where(allowed, surface / (surface[allowed].std() + 1e-12), -np.inf)
    found = []
    for _ in range(_STEPS_EACH_WAY):
        row, column = np.unravel_index(int(heights.argmax()), heights.shape)
        height = float(heights[row, column])
        if not np.isfinite(height):
            break
        found.append((height, _centred(surface, int(row), int(column)) - reach))
        heights[max(0, row - 4) : row + 5, max(0, column - 4) : column + 5] = -np.inf
    return found


def _centred(surface: Plane, row: int, column: int) -> Vector:
    """Return (x, y) of a peak between pixels, from the parabola through its neighbours."""
    place = []
    for line, at in ((surface[row], column), (surface[:, column], row)):
        if not 0 < at < len(line) - 1:
            place.append(float(at))
            continue
        before, here, after = (float(value) for value in line[at - 1 : at + 2])
        bend = before - 2 * here + after
        place.append(at + (0.5 * (before - after) / bend if bend < 0 else 0.0))
    return np.array(place)
