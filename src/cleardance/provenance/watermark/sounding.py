"""Putting the grid into sound: each cell of time and frequency a little louder or softer.

The change is a share of what sounds there already, so silence stays silent, and it is shaped by
what the ear would notice: least on pure tones, most under a louder neighbour (simultaneous
masking; E. Zwicker and H. Fastl, Psychoacoustics, chapters 4 and 7).
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from cleardance.media import Samples

from .bands import BANDS, CELLS, HOP, HOPS_PER_CELL, WINDOW, Powers, band_powers, edges, grid
from .layout import Chips

_NOISE_STEP = 0.13  # nepers on noise-like sound: 1.1 dB
_TONE_SHARE = 0.3  # of that on pure tones: 0.35 dB, below what is heard of slow tremolo
_MASKED_GAIN = 1.8  # where a neighbour covers the band
_TONAL, _NOISY = 0.08, 0.4  # spectral flatness of the one and the other
_NEAR_BINS = 17  # over which flatness is measured
_COVER_DB = 16.0  # by which a neighbour must be louder, in the next band
_SLOPE_DB = (4.0, 10.0)  # per band that masking falls off towards higher and lower bands
_SINE = np.sin(np.pi * (np.arange(WINDOW) + 0.5) / WINDOW).astype(np.float32)


def embed_sound(blocks: Iterator[Samples], key: bytes, index: int) -> Iterator[Samples]:
    """Yield marked sound [N, 2] at 48 kHz, as long in all as the blocks given.

    Windowed spectra overlap by half and add up to the sound itself where nothing is changed. The
    result does not depend on how the sound was cut into blocks.
    """
    chips = grid(key, index)
    ahead = np.zeros((HOP, 2), np.float32)  # the first window reaches half back before the start
    overlap = np.zeros((HOP, 2), np.float32)
    silence = np.zeros((2 * WINDOW, 2), np.float32)  # flushes what is still held back
    hop = taken = given = 0
    for block in _and_silence(blocks):
        taken += len(block) if block is not None else 0
        ahead = np.concatenate([ahead, silence if block is None else block])
        while len(ahead) >= WINDOW:
            marked = _marked(ahead[:WINDOW], chips[hop // HOPS_PER_CELL % CELLS])
            ready, overlap = overlap + marked[:HOP], marked[HOP:]
            ahead, hop = ahead[HOP:], hop + 1
            if hop > 1 and given < taken:  # the first half window lies before the start
                piece = ready[: taken - given]
                given += len(piece)
                yield np.clip(piece, -1.0, 1.0)


def _and_silence(blocks: Iterator[Samples]) -> Iterator[Samples | None]:
    yield from blocks
    yield None


def _marked(window: Samples, chips: Chips) -> Samples:
    """Return one window [2048, 2] with its bands changed, windowed for adding up."""
    spectrum = np.fft.rfft(window * _SINE[:, None], axis=0)
    powers = (spectrum.real**2 + spectrum.imag**2).sum(axis=1).astype(np.float32)
    gains = np.exp(chips * _steps(powers))
    bounds = edges()
    whole = np.ones(len(powers), np.float32)
    whole[bounds[0] : bounds[-1]] = np.repeat(gains, np.diff(bounds))
    back = np.fft.irfft(spectrum * whole[:, None], axis=0)
    marked: Samples = (back * _SINE[:, None]).astype(np.float32)
    return marked


def _steps(powers: Powers) -> NDArray[np.float32]:
    """Return by how many nepers each band may change, [24]."""
    bounds = edges()
    floored = powers + 1e-12
    flatness = np.exp(_near_mean(np.log(floored))) / _near_mean(floored)
    share = np.clip((flatness - _TONAL) / (_NOISY - _TONAL), _TONE_SHARE, 1.0)
    loud = np.add.reduceat((share * floored)[: bounds[-1]], bounds[:-1])
    whole = np.add.reduceat(floored[: bounds[-1]], bounds[:-1])
    steps = _NOISE_STEP * loud / whole
    covered = 10 * np.log10(band_powers(floored)) < _cover_db(floored)
    return np.where(covered, _MASKED_GAIN * steps, steps).astype(np.float32)


def _near_mean(values: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.convolve(values, np.ones(_NEAR_BINS) / _NEAR_BINS, "same")


def _cover_db(powers: Powers) -> NDArray[np.float64]:
    """Return the level below which each band is masked by its neighbours, in dB."""
    level = 10 * np.log10(band_powers(powers))
    distance = np.arange(BANDS)[:, None] - np.arange(BANDS)  # masked less masking
    fall = np.where(distance > 0, _SLOPE_DB[0] * distance, -_SLOPE_DB[1] * distance)
    cover = np.where(distance == 0, -np.inf, level - _COVER_DB - fall)
    highest: NDArray[np.float64] = cover.max(axis=1)
    return highest
