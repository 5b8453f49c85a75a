"""All registered sounds of a revision, searched for a stretch that another sound shares.

Pairs of peaks, written as numbers, find candidates; the peaks themselves decide. A query is looked
up as it is and changed in speed, tempo and pitch by up to a quarter, in small steps: a copy played
faster is found where it would have been at its own speed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleardance.match.sound import FULL_EVIDENCE_BITS, SOUND_SIGNAL
from cleardance.match.sound_pairs import CHANGES, SAME, Change, PairTable, numbered
from cleardance.match.sound_peaks import BINS, FRAME_S, Ints, Peaks

_FAN: Final = 5  # pairs an anchor makes in the index
_QUERY_FAN: Final = 10  # in a query, where peaks may be missing or new
_MIN_VOTES: Final = 4
_SUSPECT_VOTES: Final = 6
_ASKED: Final = 1 << 14  # places looked at for one change of a query
_CANDIDATES: Final = 24  # laid over the query and looked at closely
_CHUNK_S: Final = 30.0  # of a long query at a time
_APART: Final = 1 << 12  # frames between references on one time line, more than a chunk has
_NEAR: Final = (2, 1)  # frames and bins within which two peaks meet
_MIN_INSIDE: Final = 12  # peaks of the query that must fall within the reference
_FINE: Final = tuple((rate / 400, slide) for rate in range(-5, 6) for slide in (-4, -2, 0, 2, 4))
_WRONG: Final = tuple(shift for shift in range(-402, 403, 3) if abs(shift) > 9)
_CHANCE: Final = (0.95, 0.02)  # the quantile of meetings at wrong offsets, and the least believed
_SHORTEST_S: Final = 1.5
_STRETCHES_S: Final = (3.0, 6.0, 12.0, 24.0)


@dataclass(frozen=True)
class SoundMatch:
    """A stretch shared with reference ``reference`` (a position in the index).

    ``time_s`` and ``reference_s`` are where it begins in the query and in the reference.
    """

    reference: int
    distance: float
    time_s: float
    length_s: float
    reference_s: float


class _Candidate(NamedTuple):
    """A place where a query may lie: its first frame is the reference's frame ``offset``."""

    votes: int
    reference: int
    offset: int
    change: Change


class SoundIndex:
    """Reference peaks of a registry revision, as bytes; indexed when first searched."""

    def __init__(self, references: Sequence[bytes]) -> None:
        self._values = tuple(references)

    def __len__(self) -> int:
        """Return the number of references."""
        return len(self._values)

    def search(
        self, query: bytes, max_distance: float = SOUND_SIGNAL.ladder.rungs[-1].max_distance
    ) -> list[SoundMatch]:
        """Return, for each reference that shares a stretch, its best, nearest first."""
        best: dict[int, SoundMatch] = {}
        for chunk in _chunks(Peaks.from_bytes(query)) if len(self) else ():
            for candidate in self._candidates(chunk):
                known = best.get(candidate.reference)
                if known and not known.distance:
                    continue
                found = _look_closely(chunk, self._peaks(candidate.reference), candidate)
                if found and found.distance <= (known.distance if known else max_distance):
                    best[candidate.reference] = found
        return sorted(best.values(), key=lambda match: (match.distance, match.reference))

    def _peaks(self, reference: int) -> Peaks:
        return Peaks.from_bytes(self._values[reference])

    def suspects(self, queries: Sequence[bytes]) -> list[int]:
        """Return which of many queries may share a stretch with a reference, of which few are here.

        The references are changed instead of each query, so that a thousand queries take as long as
        ten searches do. What is suspected is for ``search`` to weigh.
        """
        found: list[int] = []
        for number, value in enumerate(queries):
            pairs, anchor, peaks = _pairs_of(value)
            if len(pairs):
                asked, place = self._changed.look_up(pairs, _ASKED)
                offsets = place - peaks.frames[anchor[asked]]
                _, votes = _slots(offsets)
                if len(votes) and votes.max() >= _SUSPECT_VOTES:
                    found.append(number)
        return found

    @cached_property
    def _starts(self) -> Ints:
        """Return where each reference begins on one time line of them all, in frames."""
        lengths = [_APART + _frames_of(value) for value in self._values]
        return np.cumsum([0, *lengths])[:-1]

    @property
    def _total(self) -> int:
        return sum(len(Peaks.from_bytes(value)) for value in self._values)

    @cached_property
    def _pairs(self) -> PairTable:
        """Return where in all references every pair stands."""
        return PairTable.build(self._placed(SAME, _FAN, self._starts), _FAN * self._total)

    @cached_property
    def _changed(self) -> PairTable:
        """Return the same, of the references as if each had been changed in every way."""
        length = int(1.3 * (self._starts[-1] + _APART + _frames_of(self._values[-1])))
        every = (
            pair
            for number, change in enumerate(CHANGES)
            for pair in self._placed(
                change.undone(), _QUERY_FAN, (1.3 * self._starts).astype(np.int64) + number * length
            )
        )
        return PairTable.build(every, _QUERY_FAN * len(CHANGES) * self._total)

    def _placed(self, change: Change, fan: int, starts: Ints) -> Iterator[tuple[Ints, Ints]]:
        for start, value in zip(starts, self._values, strict=True):
            peaks = Peaks.from_bytes(value)
            number, anchor = numbered(peaks, change, fan)
            yield number, start + np.rint(change.tempo * peaks.frames[anchor]).astype(np.int64)

    def _candidates(self, query: Peaks) -> list[_Candidate]:
        found = [one for change in CHANGES for one in self._voted(query, change)]
        return sorted(found, key=lambda one: (-one.votes, one[1:]))[:_CANDIDATES]

    def _voted(self, query: Peaks, change: Change) -> Iterator[_Candidate]:
        """Yield the offsets that most pairs of the changed query speak for."""
        number, anchor = numbered(query, change, _QUERY_FAN)
        pair, places = self._pairs.look_up(number, _ASKED)
        frames = np.rint(change.tempo * query.frames[anchor[pair]]).astype(np.int64)
        first, votes = _slots(places - frames)
        for at in np.argsort(-votes, kind="stable")[:_CANDIDATES]:
            if votes[at] >= _MIN_VOTES:
                place = int(places[first[at]])
                reference = int(np.searchsorted(self._starts, place, "right")) - 1
                slot = (place - int(frames[first[at]])) >> 2
                offset = (slot << 2) + 4 - int(self._starts[reference])
                yield _Candidate(int(votes[at]), reference, offset, change)


def _slots(offsets: Ints) -> tuple[Ints, Ints]:
    """Return for each offset, give or take four frames, one position that has it, and how many."""
    slots, first, votes = np.unique(offsets >> 2, return_index=True, return_counts=True)
    votes[:-1] += np.where(np.diff(slots) == 1, votes[1:], 0)
    return first, votes


def _pairs_of(value: bytes) -> tuple[Ints, Ints, Peaks]:
    peaks = Peaks.from_bytes(value)
    return (*numbered(peaks, SAME, _FAN), peaks)


def _frames_of(value: bytes) -> int:
    peaks = Peaks.from_bytes(value)
    return int(peaks.frames[-1]) if len(peaks) else 0


def _chunks(peaks: Peaks) -> Iterator[Peaks]:
    """Cut a long query into chunks that overlap by half."""
    chunk = round(_CHUNK_S / FRAME_S)
    last = int(peaks.frames[-1]) if len(peaks) else 0
    for start in range(0, max(1, last - chunk // 2), chunk // 2):
        yield peaks.between(start, start + chunk)


class _Overlay:
    """A stretch of a reference, under which a query can be laid at any offset."""

    def __init__(self, reference: Peaks, first: int, last: int) -> None:
        import cv2  # slow to import

        part = reference.between(first, last)
        grid = np.zeros((last - first, BINS), np.uint8)
        grid[part.frames - first, part.bins] = 1
        near = np.ones((2 * _NEAR[0] + 1, 2 * _NEAR[1] + 1), np.uint8)
        self._grid = cv2.dilate(grid, near) > 0
        self._first = first
        self._ends = (0, int(reference.frames[-1]))

    def inside(self, frames: Ints, bins: Ints) -> NDArray[np.bool_]:
        """Tell which peaks fall within the reference."""
        low, high = self._ends
        return (frames >= low) & (frames <= high) & (bins >= 0) & (bins < BINS)

    def met(self, frames: Ints, bins: Ints) -> NDArray[np.bool_]:
        """Tell which peaks, all inside, meet one of the reference."""
        return np.asarray(self._grid[frames - self._first, bins])

    def share(self, frames: Ints, bins: Ints) -> float | None:
        """Return which share of the peaks inside meets one; None if half of them are outside."""
        inside = self.inside(frames, bins)
        if inside.mean() < 0.5:
            return None
        return float(self.met(frames[inside], bins[inside]).mean())


def _look_closely(query: Peaks, reference: Peaks, candidate: _Candidate) -> SoundMatch | None:
    """Lay the query over the reference, adjust finely, and weigh what meets."""
    tempo, pitch = candidate.change
    reach = np.rint(tempo * query.frames[[0, -1]]).astype(int) + candidate.offset
    margin = abs(_WRONG[0]) + 16
    overlay = _Overlay(reference, int(reach[0]) - margin, int(reach[1]) + margin)
    bins = query.bins + pitch
    middle = (query.frames[0] + query.frames[-1]) / 2
    best: tuple[int, Ints, NDArray[np.bool_]] | None = None
    for rate, slide in _FINE:
        frames = tempo * query.frames + rate * (query.frames - middle) + candidate.offset + slide
        frames = np.rint(frames).astype(np.int64)
        inside = overlay.inside(frames, bins)
        met = int(overlay.met(frames[inside], bins[inside]).sum())
        if inside.sum() >= _MIN_INSIDE and (best is None or met > best[0]):
            best = met, frames, inside
    if best is None:
        return None
    _, frames, inside = best
    return _weighed(query.frames[inside], frames[inside], bins[inside], overlay, candidate)


def _weighed(
    frames: Ints, places: Ints, bins: Ints, overlay: _Overlay, candidate: _Candidate
) -> SoundMatch:
    """Return the stretch with the most evidence, against what meets at wrong offsets."""
    quantile, least = _CHANCE
    wrong = [
        share for shift in _WRONG if (share := overlay.share(places + shift, bins)) is not None
    ]
    chance = min(0.99, max(least, float(np.quantile(wrong or [least], quantile))))
    total = np.concatenate([[0], np.cumsum(overlay.met(places, bins))])
    first = np.arange(len(frames))
    stretches = []
    for stretch_s in _STRETCHES_S:
        end = np.searchsorted(frames, frames + stretch_s / FRAME_S)
        bits = evidence_bits(end - first, total[end] - total[first], chance)
        bits[frames[end - 1] - frames < _SHORTEST_S / FRAME_S] = 0  # one struck note is no tune
        at = int(np.argmax(bits))
        stretches.append((float(bits[at]), at, int(end[at]) - 1))
    bits_found, start, last = max(stretches, key=lambda stretch: stretch[0])
    return SoundMatch(
        reference=candidate.reference,
        distance=round(max(0.0, 1 - bits_found / FULL_EVIDENCE_BITS), 4),
        time_s=round(float(frames[start]) * FRAME_S, 3),
        length_s=round(float(frames[last] - frames[start]) * FRAME_S, 3),
        reference_s=round(float(places[start]) * FRAME_S, 3),
    )


def evidence_bits(tried: Ints, met: Ints, chance: float) -> NDArray[np.float64]:
    """Return n KL(k/n, p) in bits: unrelated peaks meet so often once in 2 to its power.

    Chernoff's bound on the binomial tail, for ``met`` of ``tried`` at ``chance`` each; 0 where
    fewer meet than chance lets expect.
    """
    share = np.clip(met / tried, 1e-12, 1 - 1e-12)
    lost = (1 - share) * np.log2((1 - share) / (1 - chance))
    bits = tried * (share * np.log2(share / chance) + lost)
    return np.where(share > chance, bits, 0.0)
