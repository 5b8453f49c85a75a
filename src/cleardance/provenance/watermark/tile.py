"""The tile: 64 x 64 chips that repeat over every picture.

Where the tile starts depends on the payload, so that two marks in one picture do not cover each
other, and so that averaging many files does not bring out the fixed chips.
"""

import numpy as np

from .code import coded_length, encode
from .layout import Chips, Layout, layout_of, stream
from .payload import PAYLOAD_BITS, payload_bits

SIDE = 64  # chips
CHIPS_PER_SHORT_SIDE = 160  # of a picture: the mark scales with it
MIN_CHIP_PX = 2.2  # in small pictures, or nothing would be left after compression
LONGEST_CYCLES = 4.0  # a tile: longer waves would be seen as clouds
_PEAK = 2.0  # standard deviations
CODED_BITS = coded_length(PAYLOAD_BITS)


def chip_px(height: int, width: int) -> float:
    """Return the side of a chip in a picture that is marked at this size."""
    return max(min(height, width) / CHIPS_PER_SHORT_SIDE, MIN_CHIP_PX)


def tile_layout(key: bytes) -> Layout:
    """Return the layout of a key's tile."""
    return layout_of(key, "tile", SIDE, SIDE, CODED_BITS)


def tile(key: bytes, index: int) -> Chips:
    """Return the tile that carries a ledger index, from its own start."""
    return tile_layout(key).chips(encode(payload_bits(key, index)))


def shaped(chips: Chips) -> Chips:
    """Return a tile with as much energy in each octave, and none in waves as long as content.

    Short waves survive cuts and single frames, long ones coarse quantisation and a quarter of the
    size. Readers look at phases alone, which this leaves as they are. The mean square is 1.
    """
    cycles = np.hypot(np.fft.fftfreq(SIDE, 1 / SIDE)[:, None], np.fft.rfftfreq(SIDE, 1 / SIDE))
    share = np.where(cycles < LONGEST_CYCLES, 0.0, 1 / np.maximum(cycles, 1.0))
    waves = np.fft.irfft2(np.fft.rfft2(chips) * share)
    even = np.clip(waves / waves.std(), -_PEAK, _PEAK)
    return np.asarray(even / even.std(), np.float32)


def start(key: bytes, index: int) -> tuple[int, int]:
    """Return the row and column of the tile that lies at a picture's top left corner."""
    row, column = stream(key, f"tile start {index}", 2)
    return row % SIDE, column % SIDE
