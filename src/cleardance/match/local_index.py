"""Which registered pictures share local features with a frame: a short list, to be proved.

An inverted file over the words of sketches: a registered feature stands under its nearest words,
and votes for its picture where its bits agree with those of a frame's feature. What is listed here
is only suspected; :func:`cleardance.match.geometry.align` decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from cleardance.match.local import DIMENSIONS, Features
from cleardance.match.sketch import WORDS, Sketch, bits_of, words_of

_AGREE_BITS: Final = 22  # differing bits of 64, at most: of unrelated features 32 differ
MIN_VOTES: Final = 4
_PROBED: Final = 4  # words a registered feature stands under
_COMPARED: Final = 1 << 14  # entries for one frame: those under its rarest words come first
_AT_ONCE: Final = 1 << 16  # descriptors, so that what is computed of them fits the cache

Ints = NDArray[np.int64]


class Suspect(NamedTuple):
    """A registered picture, by position; ``weight`` is how much the shared words say, in bits."""

    picture: int
    mirrored: bool
    weight: float


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
        blocks = [descriptors[at : at + _AT_ONCE] for at in range(0, len(descriptors), _AT_ONCE)]
        entries = [_entries(block) for block in blocks]
        words = np.concatenate([_nothing(), *(one[0] for one in entries)])
        bits = np.concatenate([_nothing().view(np.uint64), *(one[1] for one in entries)])
        lengths = [len(one) for one in pictures]
        owners = np.repeat(np.arange(len(pictures), dtype=np.uint32), lengths)
        order = np.argsort(words, kind="stable")
        starts = np.zeros(WORDS + 1, np.uint32)
        starts[1:] = np.cumsum(np.bincount(words, minlength=WORDS))
        return cls(starts, owners[order // _PROBED], bits[order], len(pictures))

    def suspects(
        self, frames: Sequence[Sketch], most: int, votes: int = MIN_VOTES
    ) -> list[list[Suspect]]:
        """Return, for each frame, the up to ``most`` likeliest pictures, either way round.

        At least so many of the frame's features, ``votes``, have to be in a picture.
        """
        found: list[list[Suspect]] = [[] for _ in frames]
        if not len(self.owners):
            return found
        asked = _Asked.of(frames)
        for mirrored in (False, True):
            turned = asked.mirrored() if mirrored else asked
            for frame, picture, weight in zip(*self._weights(turned, votes), strict=True):
                found[frame].append(Suspect(int(picture), mirrored, round(float(weight), 6)))
        return [
            sorted(one, key=lambda one: (-one.weight, one.picture, one.mirrored))[:most]
            for one in found
        ]

    def _weights(self, asked: "_Asked", least: int) -> tuple[Ints, Ints, NDArray[np.float64]]:
        """Return frames and pictures that share features, and the weight of the shared words."""
        query, runs = self._compared(asked)
        low = self.starts.take(query.words)
        before = np.cumsum(runs, dtype=np.uint32) - runs
        at = np.repeat(low - before, runs)  # wraps around, and back on the next line
        at += np.arange(len(at), dtype=np.uint32)
        differing = np.bitwise_count(self.bits.take(at) ^ np.repeat(query.bits, runs))
        near = np.flatnonzero(differing <= _AGREE_BITS)
        feature = np.searchsorted(before, near, "right") - 1
        # A feature of the frame counts once for each picture.
        pairs = np.unique(feature * self.count + self.owners.take(at.take(near)))
        feature, picture = np.divmod(pairs, self.count)
        shown, place, votes = np.unique(
            query.frames.take(feature) * self.count + picture,
            return_inverse=True,
            return_counts=True,
        )
        rarity = np.log2(1 + len(self.owners) / runs.take(feature))
        # Summed in one order, whatever was compared beside it: the same frame, the same weights.
        order = np.argsort(runs.take(feature), kind="stable")
        sums = np.bincount(place.take(order), rarity.take(order), len(shown))
        enough = votes >= least
        frame, picture = np.divmod(shown[enough], self.count)
        return frame, picture, np.asarray(sums[enough], np.float64)

    def _compared(self, asked: "_Asked") -> tuple["_Asked", NDArray[np.uint32]]:
        """Return the features whose words stand in the index, and the number of their entries.

        Of a frame that would be compared with too many, those under its rarest words.
        """
        lengths = np.diff(self.starts)
        asked = asked.take(np.flatnonzero((lengths > 0).take(asked.words)))
        runs = lengths.take(asked.words)
        if not len(runs) or np.bincount(asked.frames, runs).max() <= _COMPARED:
            return asked, runs
        order = np.lexsort((runs, asked.frames))
        total = np.cumsum(runs.take(order), dtype=np.int64)
        frame = asked.frames.take(order)
        first = np.searchsorted(frame, np.arange(frame[-1] + 1))
        before = np.concatenate([[0], total])[first].take(frame)
        kept = order[total - before <= _COMPARED]
        return asked.take(kept), runs.take(kept)


@dataclass(frozen=True, eq=False)
class _Asked:
    """Features of many frames, one after the other: whose, their words, their 64 bits."""

    frames: Ints
    words: NDArray[np.uint16]
    bits: NDArray[np.uint64]

    @classmethod
    def of(cls, frames: Sequence[Sketch]) -> Self:
        words = np.concatenate([np.zeros(0, np.uint16), *(one.words for one in frames)])
        bits = np.concatenate([np.zeros(0, np.uint64), *(one.bits for one in frames)])
        owners = np.repeat(np.arange(len(frames)), [len(one) for one in frames])
        return cls(owners, words, bits)

    def mirrored(self) -> "_Asked":
        """Return what the mirrored frames would give."""
        turned = Sketch(self.words, self.bits).mirrored()
        return _Asked(self.frames, turned.words, turned.bits)

    def take(self, places: Ints) -> "_Asked":
        """Return the features at some places."""
        return _Asked(self.frames.take(places), self.words.take(places), self.bits.take(places))


def _entries(descriptors: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    words = words_of(descriptors, 2)[:, :_PROBED]
    return words.ravel(), bits_of(descriptors, words).ravel()


def _nothing() -> NDArray[np.int64]:
    return np.zeros(0, np.int64)
