"""Where in a folded tile it starts, from the phases of the fixed waves.

C. Kuglin and D. Hines, The phase correlation image alignment method, IEEE Cybernetics and Society
(1975): every wave counts the same, so content that repeats does not drown the mark.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .geometry import Plane, TileSpectrum
from .tile import Place, Spectrum, Waves

_SIDE = 128  # places looked at, each way
_FINE = 8  # steps between two of them


@dataclass(frozen=True)
class Sight:
    """A place where the tile may start, counted from the picture's centre."""

    place: Place
    flipped: bool
    height: float  # of the fixed waves, in standard deviations of chance


def sights(spectrum: TileSpectrum, known: Waves, count: int) -> list[Sight]:
    """Return the likeliest places of a tile as it is and mirrored, the best first."""
    phases = [_sync(spectrum, known, flipped=flipped) for flipped in (False, True)]
    peaks = [
        (height, flipped, place)
        for flipped in (False, True)
        for height, place in _peaks(_surface(phases[flipped], known), count)
    ]
    found = []
    for _, flipped, place in sorted(peaks, reverse=True)[:count]:
        near, height = _refined(phases[flipped], known, place)
        found.append(Sight(near, flipped, height))
    return found


def carriers(spectrum: TileSpectrum, known: Waves, place: Place, *, flipped: bool) -> Spectrum:
    """Return the carrying waves [n] of unit size, as they are from the tile's start."""
    seen = _picked(spectrum, known.down, known.across, flipped=flipped)
    unit = seen / (np.abs(seen) + np.float32(1e-12))
    turns = known.down * place[0] + known.across * place[1]
    return np.asarray(unit * np.exp(-2j * np.pi * turns), np.complex64)


def _picked(
    spectrum: TileSpectrum, down: NDArray[np.intp], across: NDArray[np.intp], *, flipped: bool
) -> Spectrum:
    """Return waves of a tile, or of its mirror image."""
    return np.conj(spectrum[-down, across]) if flipped else spectrum[down, across]


def _sync(spectrum: TileSpectrum, known: Waves, *, flipped: bool) -> Spectrum:
    """Return by how much each fixed wave is turned."""
    seen = _picked(spectrum, known.sync_down, known.sync_across, flipped=flipped)
    unit = seen / (np.abs(seen) + np.float32(1e-12))
    return np.asarray(unit * np.conj(known.sync_phases), np.complex64)


def _surface(phases: Spectrum, known: Waves) -> Plane:
    spectrum = np.zeros((_SIDE, _SIDE // 2 + 1), np.complex64)
    spectrum[known.sync_down, known.sync_across] = np.conj(phases)
    return np.asarray(np.fft.irfft2(spectrum), np.float32)


def _peaks(surface: Plane, count: int) -> list[tuple[float, Place]]:
    """Return the highest peaks, each with its height and place."""
    around = np.pad(surface, 1, mode="wrap")
    highest = cv2.dilate(around, np.ones((3, 3), np.uint8))[1:-1, 1:-1]
    flat = np.where(surface >= highest, surface, -np.inf).ravel()
    best = np.argpartition(flat, -count)[-count:].tolist()
    return [(float(flat[n]), (n // _SIDE / _SIDE, n % _SIDE / _SIDE)) for n in best]


def _refined(phases: Spectrum, known: Waves, place: Place) -> tuple[Place, float]:
    steps = np.arange(-_FINE, _FINE + 1) / (_FINE * _SIDE)
    near = np.stack(np.meshgrid(steps, steps, indexing="ij"), -1).reshape(-1, 2) + place
    heights = _height(phases, known, near)
    best = int(heights.argmax())
    return (float(near[best, 0]), float(near[best, 1])), float(heights[best])


def _height(phases: Spectrum, known: Waves, places: NDArray[np.float64]) -> NDArray[np.float64]:
    turns = places @ np.stack([known.sync_down, known.sync_across])
    heights: NDArray[np.float64] = (np.exp(-2j * np.pi * turns) @ phases).real
    scaled: NDArray[np.float64] = heights / np.sqrt(len(phases) / 2)
    return scaled
