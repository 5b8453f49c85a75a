"""A picture's local features in ten bytes each: enough to suspect, not to prove.

A visual word (Sivic, Zisserman, "Video Google", 2003): each half of a descriptor goes to its
nearest of 256 centres, so that there are 65,536 words. And 64 bits, on which sides of its word a
descriptor lies (Jégou, Douze, Schmid, "Hamming Embedding", 2008). The centres of the second half
are the mirror images of the first half's, and so are half of the directions: the sketch of the
mirrored picture is the same numbers with their halves swapped.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from cleardance.match.local import DIMENSIONS, MIRRORED, Features

WORDS: Final = 1 << 16

_HALF: Final = DIMENSIONS // 2
_SECOND: Final = MIRRORED[:_HALF]  # where the second half is, as the first of the mirrored is
_SCALE: Final = 16  # of the stored centres
_ENTRY: Final = np.dtype([("word", "<u2"), ("bits", "<u8")])


@dataclass(frozen=True, eq=False)
class Sketch:
    """Words, uint16 [n], and bits, uint64 [n], of a picture's features, in their order."""

    words: NDArray[np.uint16]
    bits: NDArray[np.uint64]

    def __len__(self) -> int:
        """Return the number of features."""
        return len(self.words)

    @classmethod
    def of(cls, features: Features) -> Self:
        """Return the sketch of features."""
        words = words_of(features.descriptors, 1)
        return cls(words[:, 0].astype(np.uint16), bits_of(features.descriptors, words)[:, 0])

    def mirrored(self) -> "Sketch":
        """Return what the mirrored picture would give."""
        words = self.words << np.uint16(8) | self.words >> np.uint16(8)
        bits = self.bits << np.uint64(32) | self.bits >> np.uint64(32)
        return Sketch(words, bits)

    def pack(self) -> bytes:
        """Return it as bytes, ten a feature."""
        packed = np.empty(len(self), _ENTRY)
        packed["word"], packed["bits"] = self.words, self.bits
        return packed.tobytes()

    @classmethod
    def unpack(cls, value: bytes) -> Self:
        """Read ``pack``'s bytes; ValueError if they are no whole number of features."""
        packed = np.frombuffer(value, _ENTRY)
        return cls(packed["word"], packed["bits"])


def words_of(descriptors: NDArray[np.uint8], nearest: int) -> NDArray[np.int64]:
    """Return the ``nearest`` (1 or 2) squared words of descriptors [n, 128], the best first."""
    centres = _centres()
    offset = (centres**2).sum(axis=1) / 2
    chosen = []
    for half in _halves(descriptors):
        likeness = half @ centres.T - offset
        best = likeness.argmax(axis=1)
        ranks = [best]
        if nearest == 2:
            likeness[np.arange(len(best)), best] = -np.inf
            ranks.append(likeness.argmax(axis=1))
        chosen.append(np.stack(ranks, axis=1))
    first, second = chosen
    words = first[:, :, None] << 8 | second[:, None, :]
    return np.asarray(words, np.int64).reshape(len(descriptors), nearest**2)


def bits_of(descriptors: NDArray[np.uint8], words: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return 64 bits of descriptors [n, 128] under words [n, m], [n, m]: how they differ from it.

    A bit tells on which side of the word's centre the descriptor lies.
    """
    first, second = _halves(descriptors)
    there, back = _directions()
    centres = _centres()
    projected = first @ there + second @ back, first @ back + second @ there
    forth, round_ = centres @ there, centres @ back
    before, after = words >> 8, words & 255
    sides = np.concatenate(
        [
            projected[0][:, None] > forth[before] + round_[after],
            projected[1][:, None] > round_[before] + forth[after],
        ],
        axis=2,
    )
    packed = np.packbits(sides, axis=2, bitorder="little")
    return packed.view("<u8")[:, :, 0].astype(np.uint64)


def _halves(descriptors: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    values = descriptors.astype(np.float32)
    return values[:, :_HALF], values[:, _SECOND]


@cache
def _centres() -> NDArray[np.float32]:
    """Return the centres, [256, 64]; see ``scripts/make_picture_words.py``."""
    with as_file(files("cleardance.match") / "data" / "picture_words.npy") as path:
        centres = np.load(path, allow_pickle=False)
    return np.asarray(centres / _SCALE, np.float32)


@cache
def _directions() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return 32 directions [64, 32] for each half; swapped they are 32 more, at right angles."""
    rng = np.random.default_rng(0)
    same, opposite = (np.linalg.qr(rng.standard_normal((_HALF, 32)))[0] for _ in range(2))
    return (same + opposite).astype(np.float32), (same - opposite).astype(np.float32)
