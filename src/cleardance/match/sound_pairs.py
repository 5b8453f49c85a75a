"""Pairs of near peaks as numbers, and where each number stands in all recordings."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from cleardance.match.sound_peaks import BINS, BINS_PER_OCTAVE, Ints, Peaks

NUMBERS: Final = 1 << 20

_GAP: Final = (3, 94)  # frames between the peaks of a pair
_SPREAD: Final = 31  # bins between them, at most
_PLACE_BITS: Final = np.uint64(32)


class Change(NamedTuple):
    """How a copy differs: reference frame = tempo x query frame, reference bin = bin + pitch."""

    tempo: float
    pitch: int

    def undone(self) -> "Change":
        """Return the change from the reference to the copy."""
        return Change(1 / self.tempo, -self.pitch)


SAME: Final = Change(1.0, 0)


def _changes() -> tuple[Change, ...]:
    rates = [1.025**step for step in range(-9, 10)]
    speeds = [Change(rate, -round(BINS_PER_OCTAVE * float(np.log2(rate)))) for rate in rates]
    tempi = [Change(rate, 0) for rate in rates]
    pitches = [Change(1.0, pitch) for pitch in range(-12, 13)]
    return tuple(dict.fromkeys([SAME, *speeds, *tempi, *pitches]))


CHANGES: Final = _changes()


def numbered(peaks: Peaks, change: Change, fan: int) -> tuple[Ints, Ints]:
    """Return pairs of near peaks as numbers of 20 bits, and the position of each one's anchor."""
    frames, bins = change.tempo * peaks.frames, peaks.bins + change.pitch
    numbers, anchors = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    made = np.zeros(len(peaks), np.int64)
    for ahead in range(1, min(len(peaks), 8 * fan)):
        gap, spread = frames[ahead:] - frames[:-ahead], bins[ahead:] - bins[:-ahead]
        fits = (gap >= _GAP[0]) & (gap < _GAP[1]) & (np.abs(spread) <= _SPREAD)
        fits &= (bins[:-ahead] >= 0) & (bins[:-ahead] < BINS) & (made[:-ahead] < fan)
        anchor = np.flatnonzero(fits)
        made[anchor] += 1
        steps = np.rint(gap[anchor] / 2).astype(np.int64)
        numbers.append((bins[anchor] << 12) | ((spread[anchor] + _SPREAD) << 6) | steps)
        anchors.append(anchor)
    return np.concatenate(numbers), np.concatenate(anchors)


@dataclass(frozen=True, eq=False)
class PairTable:
    """Places, sorted by the numbers of the pairs there; where each number starts."""

    starts: NDArray[np.uint32]
    places: NDArray[np.uint32]

    @classmethod
    def build(cls, pairs: Iterable[tuple[Ints, Ints]], most: int) -> Self:
        """Sort up to ``most`` numbers and places, arrays of one length; places below 2**32."""
        keys = np.empty(most, np.uint64)
        end = 0
        for numbers, places in pairs:
            start, end = end, end + len(numbers)
            keys[start:end] = numbers.astype(np.uint64) << _PLACE_BITS | places.astype(np.uint64)
        keys = keys[:end]
        keys.sort()
        firsts = np.arange(NUMBERS + 1, dtype=np.uint64) << _PLACE_BITS
        starts = np.searchsorted(keys, firsts).astype(np.uint32)
        return cls(starts, keys.astype("<u8", copy=False).view("<u4")[::2].copy())

    def look_up(self, numbers: Ints, most: int) -> tuple[Ints, Ints]:
        """Return positions in ``numbers`` and the places where they stand, ``most`` at most.

        The rarest numbers come first: they tell one recording from another.
        """
        low = self.starts.take(numbers).astype(np.int64)
        runs = self.starts.take(numbers + 1).astype(np.int64) - low
        order = np.argsort(runs, kind="stable")
        order = order[: int(np.searchsorted(np.cumsum(runs.take(order)), most, "right"))]
        low, runs = low.take(order), runs.take(order)
        before = np.cumsum(runs) - runs
        at = np.repeat(low - before, runs) + np.arange(int(runs.sum()))
        return np.repeat(order, runs), self.places.take(at).astype(np.int64)
