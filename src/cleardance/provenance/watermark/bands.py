"""The sound's grid: 64 cells of time by 24 bands of frequency, repeated, a chip in each."""

import numpy as np
from numpy.typing import NDArray

from .code import coded_length, encode
from .layout import Chips, Layout, layout_of, stream
from .payload import unpacked

RATE_HZ = 48_000
WINDOW = 2048  # samples of a spectrum
HOP = WINDOW // 2
HOPS_PER_CELL = 2  # 43 ms
CELLS = 64
BANDS = 24
SOUND_BITS = 32
CODED_BITS = coded_length(SOUND_BITS)

BIN_HZ = RATE_HZ / WINDOW
EDGES_HZ = np.geomspace(500.0, 7500.0, BANDS + 1)  # what telephones and low bit rates leave

Powers = NDArray[np.float32]  # [..., 1025] of a spectrum, or [..., 24] of bands


def sound_layout(key: bytes) -> Layout:
    """Return the layout of a key's grid, [64, 24]."""
    return layout_of(key, "sound", CELLS, BANDS, CODED_BITS)


def grid(key: bytes, index: int) -> Chips:
    """Return the grid that carries a ledger index, from where it starts in a sound track."""
    chips = sound_layout(key).chips(encode(unpacked(index, SOUND_BITS)))
    return np.roll(chips, -(stream(key, f"sound start {index}", 1)[0] % CELLS), 0)


def edges(stretch: float = 1.0) -> NDArray[np.intp]:
    """Return the first bin of each band and the one after the last, [25]."""
    return np.round(EDGES_HZ * stretch / BIN_HZ).astype(np.intp)


def band_powers(powers: Powers, stretch: float = 1.0) -> Powers:
    """Return the mean power in each band, [..., 24], of spectra whose pitch was stretched."""
    bounds = edges(stretch)
    sums = np.add.reduceat(powers[..., : bounds[-1]], bounds[:-1], axis=-1)
    return np.asarray(sums / np.diff(bounds), np.float32)
