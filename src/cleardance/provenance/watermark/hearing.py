"""Reading the mark in sound, at whatever speed it is played."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import nlargest
from math import exp, inf, log

import numpy as np

from .bands import BANDS, SOUND_BITS, sound_layout
from .code import decode, encode
from .folding import FOLD, SLOTS, SPEED_STEP, Fold
from .layout import Chips
from .payload import MAX_INDEX, packed, unpacked

_TRIED = 12  # candidates of each group of speeds
_PLACES = 4  # of a speed
_MAX_CHANCE = 5e-10  # for each of the two groups of speeds
_ALL = sorted(
    (exp(SPEED_STEP * step) for step in range(-62, 63)),  # 0.78 to 1.28
    key=lambda speed: abs(log(speed)),
)
SPEEDS = ((_ALL[:1], inf), (_ALL[1:], 120.0))
"""As it was made, or else faster or slower, with how many seconds are searched: the second group
is 250 times as dear."""


@dataclass(frozen=True)
class Heard:
    """One mark. ``chance`` bounds how often sound without it would have named this entry."""

    ledger_index: int
    chance: float
    speed: float


@dataclass(frozen=True)
class _Candidate:
    height: float
    speed: float
    chips: Chips


def hear(folds: Sequence[Fold], key: bytes, issued: Sequence[int] = ()) -> tuple[Heard, ...]:
    """Return the marks in folds of one sound, the clearest first; none if there is none.

    A message counts when chance would give it less than once in 10^9 files: there is no room for
    a check in 32 bits.
    """
    places = FOLD * len(folds)
    candidates = (candidate for fold in folds for candidate in _aligned(fold, key))
    likeliest = nlargest(_TRIED, candidates, key=lambda found: found.height)
    heard = [_read(candidate, key, issued, places) for candidate in likeliest]
    found = {mark.ledger_index: mark for mark in reversed(heard) if mark is not None}
    return tuple(reversed(found.values()))


def _read(candidate: _Candidate, key: bytes, issued: Sequence[int], places: int) -> Heard | None:
    soft = sound_layout(key).soft(candidate.chips)
    index = packed(decode(soft))
    chance = 2.0**SOUND_BITS * places * _chance(candidate.chips, key, index)
    if issued and chance >= _MAX_CHANCE:
        coded = encode(np.stack([unpacked(known, SOUND_BITS) for known in issued]))
        index = issued[int((coded @ soft).argmax())]
        chance = len(issued) * places * _chance(candidate.chips, key, index)
    if chance < _MAX_CHANCE and index <= MAX_INDEX:
        return Heard(index, chance, candidate.speed)
    return None


def _chance(chips: Chips, key: bytes, index: int) -> float:
    """Bound how often one message would fit chips as well as this at one place, fixed ones too."""
    meant = sound_layout(key).chips(encode(unpacked(index, SOUND_BITS)))
    score = float((chips * meant).sum()) / (float(chips.std()) * np.sqrt(chips.size))
    return exp(-0.5 * max(0.0, score) ** 2)


def _aligned(fold: Fold, key: bytes) -> Iterator[_Candidate]:
    """Yield the best places of the fixed chips: two marks start at different ones."""
    sync = np.zeros((FOLD, BANDS), np.float32)
    sync[::SLOTS] = sound_layout(key).sync
    spectra = np.fft.rfft(fold.levels, axis=0) * np.conj(np.fft.rfft(sync, axis=0))
    surface = np.fft.irfft(spectra.sum(axis=1), n=FOLD)
    deviation = float(fold.levels.std()) * np.sqrt((sync != 0).sum())
    if deviation > 0:
        for shift in np.argsort(-surface)[:_PLACES].tolist():
            chips = np.roll(fold.levels, -shift, axis=0)[::SLOTS]
            yield _Candidate(float(surface[shift]) / deviation, fold.speed, chips)
