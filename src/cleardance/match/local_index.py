"""Which registered pictures share local features with a frame: a short list, to be proved.

An inverted file over visual words (Sivic, Zisserman, "Video Google", 2003): each half of a
descriptor goes to its nearest of 256 centres, so that there are 65,536 words; each entry keeps 64
bits of its descriptor (Jégou, Douze, Schmid, "Hamming Embedding", 2008), and votes only where they
agree. What is listed here is only suspected; :func:`cleardance.match.geometry.align` decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from cleardance.match.local import DIMENSIONS, Features

_CENTRES: Final = 256
_WORDS: Final = _CENTRES * _CENTRES
_NEAREST: Final = 2  # centres asked for in each half: four words a descriptor
_AGREE_BITS: Final = 16  # differing bits of 64, at most
_MIN_VOTES: Final = 4
_SCALE: Final = 16  # of the stored centres


class Suspect(NamedTuple):
    """A registered picture, by position, ``votes`` features of which the frame seems to share."""

    picture: int
    mirrored: bool
    votes: int


@dataclass(frozen=True, eq=False)
class LocalIndex:
    """Entries sorted by word: whose they are, their 64 bits; where each word starts."""

    starts: NDArray[np.uint32]
    owners: NDArray[np.uint32]
    bits: NDArray[np.uint64]
    count: int

    @classmethod
    def build(cls, pictures: Sequence[Features]) -> Self:
        """Index the features of pictures, numbered in their order."""
        every = [np.zeros((0, DIMENSIONS), np.uint8), *(one.descriptors for one in pictures)]
        descriptors = np.concatenate(every)
        owners = np.repeat(
            np.arange(len(pictures), dtype=np.uint32), [len(one) for one in pictures]
        )
        blocks = [descriptors[at : at + 65536] for at in range(0, len(descriptors), 65536)]
        none = np.zeros(0, np.uint64)
        words = np.concatenate(
            [none.astype(np.int64), *(_words(block, 1)[:, 0] for block in blocks)]
        )
        bits = np.concatenate([none, *(_bits(block) for block in blocks)])
        order = np.argsort(words, kind="stable")
        starts = np.zeros(_WORDS + 1, np.uint32)
        starts[1:] = np.cumsum(np.bincount(words, minlength=_WORDS))
        return cls(starts, owners[order], bits[order], len(pictures))

    def suspects(self, frame: Features, most: int) -> list[Suspect]:
        """Return up to ``most`` pictures with the most votes, upright or mirrored."""
        if not len(self.owners) or not len(frame):
            return []
        found = [
            Suspect(int(picture), mirrored, int(votes[picture]))
            for mirrored, features in ((False, frame), (True, frame.mirrored()))
            for votes in [self._votes(features)]
            for picture in np.flatnonzero(votes >= _MIN_VOTES)
        ]
        return sorted(found, key=lambda one: (-one.votes, one.picture, one.mirrored))[:most]

    def _votes(self, frame: Features) -> NDArray[np.int64]:
        """Return, for each picture, how many features of the frame are probably in it."""
        words = _words(frame.descriptors, _NEAREST)
        low = self.starts[words].ravel()
        runs = self.starts[words + 1].ravel() - low
        before = np.cumsum(runs, dtype=np.uint32) - runs
        at = np.repeat(low - before, runs)  # wraps around, and back on the next line
        at += np.arange(len(at), dtype=np.uint32)
        asked = np.repeat(np.arange(len(runs), dtype=np.uint32) // words.shape[1], runs)
        differing = np.bitwise_count(self.bits[at] ^ _bits(frame.descriptors)[asked])
        near = np.flatnonzero(differing <= _AGREE_BITS)
        pairs = np.unique(asked[near].astype(np.int64) * self.count + self.owners[at[near]])
        return np.bincount(pairs % self.count, minlength=self.count)


@cache
def _centres() -> NDArray[np.float32]:
    """Return the centres of both halves, [2, 256, 64]; see ``scripts/make_picture_words.py``."""
    with as_file(files("cleardance.match") / "data" / "picture_words.npy") as path:
        centres = np.load(path, allow_pickle=False)
    return np.asarray(centres / _SCALE, np.float32)


@cache
def _directions() -> NDArray[np.float32]:
    """Return 64 directions in which descriptors differ from the centres' mean, [128, 64]."""
    rng = np.random.default_rng(0)
    return np.linalg.qr(rng.standard_normal((DIMENSIONS, 64)))[0].astype(np.float32)


def _words(descriptors: NDArray[np.uint8], nearest: int) -> NDArray[np.int64]:
    """Return the ``nearest`` squared words of descriptors [n, 128], [n, nearest ** 2]."""
    halves = descriptors.reshape(-1, 2, DIMENSIONS // 2).astype(np.float32)
    chosen = []
    for half, centres in enumerate(_centres()):
        likeness = halves[:, half] @ centres.T - (centres**2).sum(axis=1) / 2
        if nearest == 1:
            chosen.append(likeness.argmax(axis=1)[:, None])
        else:
            chosen.append(np.argpartition(likeness, -nearest, axis=1)[:, -nearest:])
    first, second = chosen
    words = first[:, :, None] * _CENTRES + second[:, None, :]
    return np.asarray(words, np.int64).reshape(len(descriptors), -1)


def _bits(descriptors: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Return 64 bits of each descriptor, [n]: on which side of the mean it lies."""
    mean = _centres().mean(axis=1).reshape(-1)
    sides = (descriptors.astype(np.float32) - mean) @ _directions() > 0
    return np.packbits(sides, axis=1).view(np.uint64)[:, 0]
