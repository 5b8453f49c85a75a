"""From a residual to the ledger entries that it names, each with the chance of being wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp

import numpy as np
from numpy.typing import NDArray

from .code import Soft, decode, encode
from .correlate import Peak, chips_at
from .geometry import Evidence, Plane
from .layout import Chips
from .payload import CHECK_BITS, MAX_READINGS, index_of, payload_bits
from .search import stages
from .tile import tile_layout

MAX_ISSUED = 100_000
"""Newest entries a faint mark is compared with; a clear one is read whatever its age."""

_CLEAR_ENOUGH = 6.8  # height of a peak worth a reading, where the lie is a guess
_READ_EACH = 6  # candidates a stage
_MAX_COMPARED = 256  # candidates a file
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
        sights = [_Sight(peak, chips_at(evidence, peak)) for peak in stage]
        found = _decoded(sights, key, budget, sure=number == 0)
        found = found or _matched(sights, known, budget)
        if found:
            return tuple({reading.ledger_index: reading for reading in found}.values())
    return ()


@dataclass(frozen=True)
class _Sight:
    """A place where the mark may lie, and the chips that are read there."""

    peak: Peak
    chips: Chips


@dataclass(frozen=True)
class _Issued:
    """A key and the entries known to be marked with it."""

    key: bytes
    indices: tuple[int, ...]


def _decoded(sights: Sequence[_Sight], key: bytes, budget: _Budget, *, sure: bool) -> list[Reading]:
    """Return the marks that prove themselves by their check."""
    clear = [sight for sight in sights if sure or sight.peak.height >= _CLEAR_ENOUGH]
    clear = clear[: min(budget.readings, _READ_EACH)]
    budget.readings -= len(clear)
    found = []
    for sight in clear:
        soft = tile_layout(key).soft(sight.chips)
        index = index_of(key, decode(soft))
        if index is not None:
            chance = MAX_READINGS / 2**CHECK_BITS
            found.append(Reading(index, chance, _wrong(key, index, soft), sight.peak))
    return found


def _matched(sights: Sequence[_Sight], known: _Issued, budget: _Budget) -> list[Reading]:
    """Return the issued entries that fit the chips better than chance would make any fit.

    A wrong entry's signs are independent of the chips: Hoeffding's inequality bounds how often
    they agree by exp(-z^2 / 2), for each entry and each place that is compared.
    """
    sights = sights[: budget.compared]
    if not known.indices or not sights:
        return []
    budget.compared -= len(sights)
    layout, found = tile_layout(known.key), []
    softs = np.stack([layout.soft(sight.chips) for sight in sights])
    scores = _coded(known.key, known.indices) @ softs.T
    for sight, soft, best, score in zip(
        sights, softs, scores.argmax(axis=0), scores.max(axis=0), strict=True
    ):
        carried = float(np.square(sight.chips[layout.role < layout.coded_bits]).sum())
        chance = len(known.indices) * _MAX_COMPARED * exp(-0.5 * max(0.0, score) ** 2 / carried)
        if chance < _MAX_CHANCE:
            index = known.indices[int(best)]
            found.append(Reading(index, chance, _wrong(known.key, index, soft), sight.peak))
    return sorted(found, key=lambda reading: reading.chance)


def _wrong(key: bytes, index: int, soft: Soft) -> float:
    return float(np.mean(soft * encode(payload_bits(key, index)) < 0))


@lru_cache(maxsize=2)
def _coded(key: bytes, indices: tuple[int, ...]) -> NDArray[np.float32]:
    bits = np.stack([payload_bits(key, index) for index in indices])
    return encode(bits).astype(np.float32)
