"""The tile: 64 x 64 chips of +1 and -1, laid out by the key, that repeats over every picture.

A quarter of the chips is always the same and shows a reader where the tile lies; the rest carries
the coded payload. Where the tile starts depends on the payload, so that two marks in one picture
do not cover each other, and so that averaging many files does not bring out the fixed chips.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .code import Soft, coded_length, encode
from .payload import PAYLOAD_BITS, payload_bits

SIDE = 64  # chips
CHIPS_PER_SHORT_SIDE = 180  # of a picture: the mark scales with it
MIN_CHIP_PX = 2.4  # in small pictures, or nothing would be left after compression
CODED_BITS = coded_length(PAYLOAD_BITS)
_SYNC_CHIPS = SIDE * SIDE // 4

Chips = NDArray[np.float32]  # [64, 64]


@dataclass(frozen=True)
class Layout:
    """What each chip of a key's tile is for."""

    key: bytes
    signs: Chips  # by which a chip's value is multiplied
    role: NDArray[np.intp]  # [64, 64]: the coded bit a chip carries; CODED_BITS for a fixed one

    @property
    def sync(self) -> Chips:
        """The fixed chips, and 0 for the others."""
        return np.where(self.role == CODED_BITS, self.signs, np.float32(0))

    def chips(self, index: int) -> Chips:
        """Return the tile that carries a ledger index, from its own start."""
        values = np.ones(CODED_BITS + 1, np.float32)
        values[:CODED_BITS] = encode(payload_bits(self.key, index))
        return self.signs * values[self.role]

    def start(self, index: int) -> tuple[int, int]:
        """Return the row and column of the tile that lies at a picture's top left corner."""
        row, column = _stream(self.key, f"start {index}", 2)
        return row % SIDE, column % SIDE

    def soft(self, chips: Chips) -> Soft:
        """Return what read chips say of each coded bit, [210]."""
        weights = (self.signs * chips).ravel()
        sums = np.bincount(self.role.ravel(), weights, minlength=CODED_BITS + 1)
        return sums[:CODED_BITS].astype(np.float32)


def chip_px(height: int, width: int) -> float:
    """Return the side of a chip in a picture that is marked at this size."""
    return max(min(height, width) / CHIPS_PER_SHORT_SIDE, MIN_CHIP_PX)


@lru_cache(maxsize=16)
def layout_of(key: bytes) -> Layout:
    """Return the layout of a key. From SHAKE-256, so that no library's version changes it."""
    count = SIDE * SIDE
    signs = 1.0 - 2.0 * (np.frombuffer(_stream(key, "signs", count), np.uint8) & 1)
    order = np.frombuffer(_stream(key, "roles", 8 * count), ">u8").argsort(kind="stable")
    role = np.full(count, CODED_BITS, np.intp)
    carriers = order[_SYNC_CHIPS:]
    role[carriers] = np.arange(len(carriers)) % CODED_BITS
    return Layout(key, signs.astype(np.float32).reshape(SIDE, SIDE), role.reshape(SIDE, SIDE))


def _stream(key: bytes, purpose: str, length: int) -> bytes:
    return hashlib.shake_256(b"cleardance tile 1|" + purpose.encode() + b"|" + key).digest(length)
