"""From a residual to the ledger entries that it names, each with the chance of being wrong."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import exp

import numpy as np
from numpy.typing import NDArray

from .code import decode, encode
from .geometry import Plane
from .payload import CHECK_BITS, MAX_READINGS, index_of, payload_bits
from .search import Stage, stages
from .tile import PROFILES, STARTS_EACH_WAY, start, waves_of

MAX_ISSUED = 100_000
"""Newest entries a faint mark is compared with; a clear one is read whatever its age."""

_AGREED = 1.4  # energy of the coded bits worth a reading, in multiples of chance's
_READ_EACH = 4  # places a stage
_MAX_COMPARED = {
    True: 12,
    False: 256,
}  # places an entry is compared at, of whole and of other pictures
_MAX_CHANCE = 1e-9


@dataclass(frozen=True)
class Reading:
    """One mark. ``chance`` bounds how often a file without it would have named this entry."""

    ledger_index: int
    chance: float


@dataclass
class _Budget:
    """What one file may try, so that the chance of a false accept is known beforehand."""

    readings: int = MAX_READINGS
    compared: dict[bool, int] = field(default_factory=lambda: dict(_MAX_COMPARED))


def read(
    residual: Plane, key: bytes, tiles_px: tuple[float, ...], issued: Sequence[int] = ()
) -> tuple[Reading, ...]:
    """Return the marks of the first stage of the search that finds one; none if none does.

    ``issued`` are ledger indices that exist: a mark too faint to be read can still be recognised
    among them.
    """
    budget = _Budget()
    known = _issued(key, tuple(issued[-MAX_ISSUED:]))
    for stage in stages(residual, waves_of(key), tiles_px):
        said = [waves_of(key).soft(stage.waves, profile) for profile in PROFILES]
        found = _decoded(*said[0], key, budget) or _matched(stage, said, known, budget)
        if found:
            return tuple({reading.ledger_index: reading for reading in found}.values())
    return ()


@dataclass(frozen=True)
class _Issued:
    """The entries known to be marked with a key."""

    indices: NDArray[np.int64]
    coded: NDArray[np.float32]  # [entries, coded bits]
    starts: NDArray[np.intp]


@lru_cache(maxsize=2)
def _issued(key: bytes, indices: tuple[int, ...]) -> _Issued:
    bits = [payload_bits(key, index) for index in indices]
    coded = encode(np.stack(bits)).astype(np.float32) if bits else np.empty((0, 0), np.float32)
    begins = np.array([start(key, index) for index in indices], np.intp)
    return _Issued(np.array(indices, np.int64), coded, begins)


def _decoded(softs: Plane, squares: float, key: bytes, budget: _Budget) -> list[Reading]:
    """Return the marks that prove themselves by their check."""
    energy = np.square(softs).sum(axis=1) / squares
    found = []
    for number in np.argsort(-energy)[:_READ_EACH]:
        if energy[number] < _AGREED or budget.readings == 0:
            break
        budget.readings -= 1
        index = index_of(key, decode(softs[number]))
        if index is not None:
            found.append(Reading(index, MAX_READINGS / 2**CHECK_BITS))
    return found


def _matched(
    stage: Stage, said: list[tuple[Plane, float]], known: _Issued, budget: _Budget
) -> list[Reading]:
    """Return the issued entries that fit the waves better than chance would make any fit.

    A wrong entry's signs are independent of the waves: Hoeffding's inequality bounds how often
    they agree by exp(-z^2 / 2), for each entry and each place that it is compared at. Whole
    pictures, of which an entry fits two places at most, and others have half of the chance each.
    """
    compared = len(PROFILES) * (2 if stage.whole else len(stage.waves))
    if not len(known.indices) or budget.compared[stage.whole] < compared:
        return []
    budget.compared[stage.whole] -= compared
    tried = 2 * len(known.indices) * _MAX_COMPARED[stage.whole]
    found: list[Reading] = []
    for softs, squares in said:
        for best, score in _best(softs, known, whole=stage.whole):
            chance = tried * exp(-0.5 * max(0.0, score) ** 2 / squares)
            if chance < _MAX_CHANCE:
                found.append(Reading(int(known.indices[best]), chance))
    return sorted(found, key=lambda reading: reading.chance)


def _best(
    softs: NDArray[np.float32], known: _Issued, *, whole: bool
) -> Iterator[tuple[int, float]]:
    """Yield for each place the entry that fits best, and its score."""
    scores = softs @ known.coded.T
    if whole:
        places = np.arange(len(softs)) % STARTS_EACH_WAY**2
        scores[places[:, None] != known.starts] = -np.inf
    for row in scores:
        best = int(row.argmax())
        yield best, float(row[best])
