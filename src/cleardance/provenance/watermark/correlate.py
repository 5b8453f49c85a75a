"""Where in a folded tile the fixed chips are: phase-only correlation.

C. Kuglin and D. Hines, The phase correlation image alignment method, IEEE Cybernetics and Society
(1975): every frequency counts the same, so content that repeats does not drown the mark.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .geometry import FOLD, SAMPLES, Lie, Plane, folded
from .layout import Chips
from .tile import SIDE, tile_layout

Spectrum = NDArray[np.complex64]  # [128, 65]


@dataclass(frozen=True)
class Peak:
    """One place where the fixed chips may lie; ``height`` is in standard deviations of chance."""

    height: float
    lie: Lie
    row: int  # samples
    column: int
    flipped: bool


def whitened(tile: Plane) -> Spectrum:
    """Return the phases of a folded tile's spectrum, below the chips' own limit."""
    spectrum = np.fft.rfft2(tile)
    size = np.abs(spectrum)
    phases: Spectrum = (spectrum / (size + np.float32(1e-9))).astype(np.complex64)
    return phases * _PULSE


def peaks(phases: Spectrum, key: bytes, lie: Lie, count: int = 1) -> list[Peak]:
    """Return the highest peaks for a tile as it is and mirrored, the highest first."""
    found: list[Peak] = []
    for flipped in (False, True):
        surface = np.fft.irfft2(phases * _sync_spectrum(key, flipped), s=(FOLD, FOLD))
        surface /= surface.std() + 1e-12
        found += _highest(surface.astype(np.float32), lie, flipped, count)
    return sorted(found, key=lambda peak: -peak.height)


def best(residual: Plane, key: bytes, lie: Lie) -> Peak:
    """Return the highest peak of a residual for one lie."""
    return peaks(whitened(folded(residual, lie)), key, lie)[0]


def chips_at(phases: Spectrum, peak: Peak) -> Chips:
    """Return the chips of a whitened tile, from the tile's start, mirrored back if need be."""
    samples = np.fft.irfft2(phases * _PULSE, s=(FOLD, FOLD)).astype(np.float32)
    placed = np.roll(samples, (-peak.row, -peak.column), (0, 1))
    if peak.flipped:
        placed = np.roll(placed[:, ::-1], 1, 1)
    chips: Chips = placed[::SAMPLES, ::SAMPLES]
    return chips


def _highest(surface: Plane, lie: Lie, flipped: bool, count: int) -> list[Peak]:
    found = []
    for place in np.argpartition(surface.ravel(), -count)[-count:].tolist():
        row, column = divmod(place, FOLD)
        found.append(Peak(float(surface[row, column]), lie, row, column, flipped))
    return found


@lru_cache(maxsize=32)
def _sync_spectrum(key: bytes, flipped: bool) -> Spectrum:
    fine = np.zeros((FOLD, FOLD), np.float32)
    fine[::SAMPLES, ::SAMPLES] = tile_layout(key).sync
    if flipped:
        fine = np.roll(fine[:, ::-1], 1, 1)
    conjugate: Spectrum = (np.conj(np.fft.rfft2(fine)) * _PULSE).astype(np.complex64)
    return conjugate


def _pulse() -> NDArray[np.float32]:
    """Return how strongly a linearly interpolated chip shows at each frequency."""
    down = np.sinc(np.fft.fftfreq(FOLD) * SAMPLES) ** 2
    across = np.sinc(np.fft.rfftfreq(FOLD) * SAMPLES) ** 2
    return np.asarray(down[:, None] * across, np.float32)


_PULSE = _pulse()
assert SIDE * SAMPLES == FOLD
