"""Chips of +1 and -1 laid out by a key: some always the same, the rest carry coded bits."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .code import Soft

Chips = NDArray[np.float32]  # [rows, columns]


@dataclass(frozen=True)
class Layout:
    """What each chip is for. A quarter is fixed and shows a reader where the layout lies."""

    signs: Chips  # by which a chip's value is multiplied
    role: NDArray[np.intp]  # the coded bit a chip carries; `coded_bits` for a fixed chip
    coded_bits: int

    @property
    def sync(self) -> Chips:
        """The fixed chips, and 0 for the others."""
        return np.where(self.role == self.coded_bits, self.signs, np.float32(0))

    @property
    def carriers(self) -> int:
        """How many chips carry coded bits."""
        return int((self.role < self.coded_bits).sum())

    def chips(self, coded: NDArray[np.int8]) -> Chips:
        """Return the chips that carry coded signs."""
        return self.signs * np.append(coded, np.int8(1)).astype(np.float32)[self.role]

    def soft(self, chips: Chips) -> Soft:
        """Return what read chips say of each coded bit."""
        weights = (self.signs * chips).ravel()
        sums = np.bincount(self.role.ravel(), weights, minlength=self.coded_bits + 1)
        return sums[: self.coded_bits].astype(np.float32)


@lru_cache(maxsize=32)
def layout_of(key: bytes, purpose: str, rows: int, columns: int, coded_bits: int) -> Layout:
    """Return a key's layout. From SHAKE-256, so that no library's version changes it."""
    count = rows * columns
    signs = 1.0 - 2.0 * (np.frombuffer(stream(key, f"{purpose} signs", count), np.uint8) & 1)
    random = np.frombuffer(stream(key, f"{purpose} roles", 8 * count), ">u8")
    carriers = random.argsort(kind="stable")[count // 4 :]
    role = np.full(count, coded_bits, np.intp)
    role[carriers] = np.arange(len(carriers)) % coded_bits
    shape = rows, columns
    return Layout(signs.astype(np.float32).reshape(shape), role.reshape(shape), coded_bits)


def stream(key: bytes, purpose: str, length: int) -> bytes:
    """Return bytes that only the key's holder can tell from chance."""
    return hashlib.shake_256(b"cleardance 1|" + purpose.encode() + b"|" + key).digest(length)
