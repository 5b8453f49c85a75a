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
        every, lengths = Sketch.joined(frames), [len(one) for one in frames]
        for mirrored in (False, True):
            query = _Asked.of(every.mirrored() if mirrored else every, lengths, self.starts)
            for frame, picture, weight in zip(*self._weights(query, votes), strict=True):
                found[frame].append(Suspect(int(picture), mirrored, round(float(weight), 6)))
        return [
            sorted(one, key=lambda one: (-one.weight, one.picture, one.mirrored))[:most]
            for one in found
        ]

    def _weights(self, query: "_Asked", least: int) -> tuple[Ints, Ints, NDArray[np.float64]]:
        """Return frames and pictures that share features, and the weight of the shared words."""
        before = np.cumsum(query.runs, dtype=np.uint32) - query.runs
        at = np.repeat(query.low - before, query.runs)  # wraps around, and back on the next line
        at += np.arange(len(at), dtype=np.uint32)
        differing = np.bitwise_count(self.bits.take(at) ^ np.repeat(query.bits, query.runs))
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
        rarity = np.log2(1 + len(self.owners) / query.runs.take(feature))
        weights = np.asarray(np.bincount(place, rarity, len(shown)), np.float64)
        enough = votes >= least
        frame, picture = np.divmod(shown[enough], self.count)
        return frame, picture, weights[enough]


@dataclass(frozen=True, eq=False)
class _Asked:
    """Features of frames, by frame and by how rare their word is; its entries, their number."""

    frames: Ints
    bits: NDArray[np.uint64]
    low: NDArray[np.uint32]
    runs: NDArray[np.uint32]

    @classmethod
    def of(cls, every: Sketch, lengths: Sequence[int], starts: NDArray[np.uint32]) -> Self:
        frame = np.repeat(np.arange(len(lengths)), lengths)
        low = starts.take(every.words)
        runs = starts[1:].take(every.words) - low
        order = np.lexsort((runs, frame))
        order = order[runs.take(order) > 0]
        total = np.cumsum(runs.take(order), dtype=np.int64)
        first = np.searchsorted(frame.take(order), np.arange(len(lengths)))
        before = np.concatenate([[0], total])[first].take(frame.take(order))
        kept = order[total - before <= _COMPARED]
        return cls(frame.take(kept), every.bits.take(kept), low.take(kept), runs.take(kept))


def _entries(descriptors: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    words = words_of(descriptors, 2)[:, :_PROBED]
    return words.ravel(), bits_of(descriptors, words).ravel()


def _nothing() -> NDArray[np.int64]:
    return np.zeros(0, np.int64)
