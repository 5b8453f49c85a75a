"""From a residual to the ledger entries that it names, each with the chance of being wrong."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp

import numpy as np
from numpy.typing import NDArray

from .code import Soft, decode, encode
from .correlate import Peak, chips_at
from .geometry import Evidence, Plane
from .payload import CHECK_BITS, MAX_READINGS, index_of, payload_bits
from .search import stages
from .tile import tile_layout

MAX_ISSUED = 100_000
"""Newest entries a faint mark is compared with; a clear one is read whatever its age."""

_CLEAR_ENOUGH = 6.8  # height of a peak worth a reading, where the lie is a guess
_MAX_COMPARED = 64  # candidates a file
_MAX_CHANCE = 1e-9


@dataclass(frozen=True)
class Reading:
    """One mark. ``chance`` bounds how often a file without it would have named this entry."""

    ledger_index: int
    chance: float
    wrong_bits: float  # share of the coded bits that were read wrongly
    peak: Peak


@dataclass
class _Budget:
    """What one file may try, so that the chance of a false accept is known beforehand."""

    readings: int = MAX_READINGS
    compared: int = _MAX_COMPARED


def read(
    residual: Plane, key: bytes, pitches_px: tuple[float, ...], issued: Sequence[int] = ()
) -> tuple[Reading, ...]:
    """Return the marks of the first stage of the search that finds one; none if none does.

    ``issued`` are ledger indices that exist: a mark too faint to be read can still be recognised
    among them.
    """
    budget = _Budget()
    known = _Issued(key, tuple(issued[-MAX_ISSUED:]))
    evidence = Evidence(residual)
    for number, stage in enumerate(stages(evidence, key, pitches_px)):
        found = {
            reading.ledger_index: reading
            for peak in stage
            for reading in _readings(evidence, known, peak, budget, sure=number == 0)
        }
        if found:
            return tuple(found.values())
    return ()


@dataclass(frozen=True)
class _Issued:
    """A key and the entries known to be marked with it."""

    key: bytes
    indices: tuple[int, ...]

    def likeliest(self, soft: Soft) -> tuple[int, float]:
        """Return the best entry and its score in standard deviations of chance."""
        scores = _coded(self.key, self.indices) @ soft
        best = int(scores.argmax())
        return self.indices[best], float(scores[best])


def _readings(
    evidence: Evidence, known: _Issued, peak: Peak, budget: _Budget, *, sure: bool
) -> Iterator[Reading]:
    layout = tile_layout(known.key)
    chips = chips_at(evidence, peak)
    soft = layout.soft(chips)
    if budget.readings and (sure or peak.height >= _CLEAR_ENOUGH):
        budget.readings -= 1
        index = index_of(known.key, decode(soft))
        if index is not None:
            chance = MAX_READINGS / 2**CHECK_BITS
            yield Reading(index, chance, _wrong(known.key, index, soft), peak)
            return
    if known.indices and budget.compared:
        budget.compared -= 1
        index, score = known.likeliest(soft)
        deviation = float(chips.std()) * np.sqrt(layout.carriers)
        chance = len(known.indices) * _MAX_COMPARED * exp(-0.5 * (score / deviation) ** 2)
        if score > 0 and chance < _MAX_CHANCE:
            yield Reading(index, chance, _wrong(known.key, index, soft), peak)


def _wrong(key: bytes, index: int, soft: Soft) -> float:
    return float(np.mean(soft * encode(payload_bits(key, index)) < 0))


@lru_cache(maxsize=2)
def _coded(key: bytes, indices: tuple[int, ...]) -> NDArray[np.float32]:
    bits = np.stack([payload_bits(key, index) for index in indices])
    return encode(bits).astype(np.float32)
