"""Where in a folded tile the fixed chips are: phase-only correlation.

C. Kuglin and D. Hines, The phase correlation image alignment method, IEEE Cybernetics and Society
(1975): every frequency counts the same, so content that repeats does not drown the mark.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from .geometry import Evidence, Lie, Plane
from .layout import Chips
from .tile import LONGEST_CYCLES, SIDE, tile_layout

Spectrum = NDArray[np.complex64]  # [side, side / 2 + 1] of a folded tile

FINE = 2  # samples a chip, each way, for reading
ROUGH = 1  # for looking
_COARSE_CYCLES = 18.0  # a tile


@dataclass(frozen=True)
class Peak:
    """One place where the fixed chips may lie; ``height`` is in standard deviations of chance."""

    height: float
    lie: Lie
    row: int  # samples
    column: int
    flipped: bool
    coarse: bool  # seen in long waves alone, which coarse quantisation leaves


def peaks(evidence: Evidence, key: bytes, lie: Lie, samples: int, count: int = 1) -> list[Peak]:
    """Return the highest peaks for a tile as it is and mirrored, the highest first."""
    phases = _phases(evidence.folded(lie, samples))
    found: list[Peak] = []
    for flipped, coarse in product((False, True), (False, True)):
        surface = _real(phases * _sync_spectrum(key, flipped, coarse, samples))
        surface /= surface.std() + np.float32(1e-12)
        found += _highest(surface, lie, flipped, coarse, count)
    return sorted(found, key=lambda peak: -peak.height)


def chips_at(evidence: Evidence, peak: Peak) -> Chips:
    """Return the chips at a `FINE` peak, from the tile's start, mirrored back if need be."""
    phases = _phases(evidence.folded(peak.lie, FINE))
    samples = _real(phases * _pulse(FINE) * _waves(FINE, peak.coarse))
    placed = np.roll(samples, (-peak.row, -peak.column), (0, 1))
    if peak.flipped:
        placed = np.roll(placed[:, ::-1], 1, 1)
    chips: Chips = placed[::FINE, ::FINE]
    return chips


def _phases(tile: Plane) -> Spectrum:
    """Return the phases of a folded tile's spectrum."""
    spectrum = np.asarray(np.fft.rfft2(tile), np.complex64)
    return np.asarray(spectrum / (np.abs(spectrum) + np.float32(1e-9)), np.complex64)


def _real(spectrum: Spectrum) -> Plane:
    return np.asarray(np.fft.irfft2(spectrum), np.float32)


def _highest(surface: Plane, lie: Lie, flipped: bool, coarse: bool, count: int) -> list[Peak]:
    flat = surface.ravel()
    places = [int(flat.argmax())] if count == 1 else np.argpartition(flat, -count)[-count:].tolist()
    side = len(surface)
    return [
        Peak(float(flat[place]), lie, place // side, place % side, flipped, coarse)
        for place in places
    ]


@lru_cache(maxsize=64)
def _sync_spectrum(key: bytes, flipped: bool, coarse: bool, samples: int) -> Spectrum:
    fine = np.zeros((SIDE * samples, SIDE * samples), np.float32)
    fine[::samples, ::samples] = tile_layout(key).sync
    if flipped:
        fine = np.roll(fine[:, ::-1], 1, 1)
    weight = _pulse(samples) ** 2 * _waves(samples, coarse)
    return np.asarray(np.conj(np.fft.rfft2(fine)) * weight, np.complex64)


@lru_cache(maxsize=4)
def _waves(samples: int, coarse: bool) -> NDArray[np.float32]:
    """Return 1 for the waves that are looked at, 0 for the others."""
    side = SIDE * samples
    down, across = np.fft.fftfreq(side, 1 / side), np.fft.rfftfreq(side, 1 / side)
    cycles = np.hypot(down[:, None], across)
    shortest = _COARSE_CYCLES if coarse else np.inf
    seen: NDArray[np.float32] = ((cycles >= LONGEST_CYCLES) & (cycles < shortest)).astype("f4")
    return seen


@lru_cache(maxsize=2)
def _pulse(samples: int) -> NDArray[np.float32]:
    """Return how strongly a linearly interpolated chip shows at each frequency."""
    side = SIDE * samples
    down = np.sinc(np.fft.fftfreq(side) * samples) ** 2
    across = np.sinc(np.fft.rfftfreq(side) * samples) ** 2
    return np.asarray(down[:, None] * across, np.float32)
