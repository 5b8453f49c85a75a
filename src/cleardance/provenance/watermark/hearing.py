"""Reading the mark in sound, at whatever speed it is played."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import nlargest
from math import exp, log

import av
import numpy as np
from numpy.typing import NDArray

from cleardance.media import Samples

from .bands import (
    BANDS,
    CELLS,
    HOP,
    HOPS_PER_CELL,
    RATE_HZ,
    SOUND_BITS,
    WINDOW,
    Powers,
    band_powers,
    frames_of,
    sound_layout,
)
from .code import decode, encode
from .layout import Chips
from .payload import MAX_INDEX, packed, unpacked

_HOP = 512  # samples between spectra
_SPECTRA_PER_CELL = HOP * HOPS_PER_CELL // _HOP
_SLOTS = 2  # places looked at in a cell
_FOLD = CELLS * _SLOTS
_TRIED = 12  # candidates of each group of speeds
_PLACES = 4  # of a speed
_MAX_CHANCE = 5e-10  # for each of the two groups of speeds
_SPEED_STEP = 0.004
_SPEEDS = sorted(
    (exp(_SPEED_STEP * step) for step in range(-62, 63)),  # 0.78 to 1.28
    key=lambda speed: abs(log(speed)),
)
_QUIET = 1e-9  # mean power of a band below which there is nothing to hear
_CLIP = 2.5
_WINDOW = np.hanning(WINDOW).astype(np.float32)

Levels = NDArray[np.float32]  # [spectra, 24]


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


def hear(
    samples: Samples, rate_hz: int, key: bytes, issued: Sequence[int] = ()
) -> tuple[Heard, ...]:
    """Return the marks in sound [N, C], the clearest first; none if there is none.

    Looks at speeds from 0.8 to 1.25, with the pitch kept or changed along. A message counts when
    chance would give it less than once in 10^9 files: there is no room for a check in 32 bits.
    """
    powers = _spectra(_mono_48k(samples, rate_hz))
    if len(powers) < CELLS // 4 * _SPECTRA_PER_CELL:
        return ()
    for speeds in (_SPEEDS[:1], _SPEEDS[1:]):  # as it was made, or else faster or slower
        candidates = _candidates(powers, key, speeds)
        places = 2 * _FOLD * len(speeds)
        likeliest = nlargest(_TRIED, candidates, key=lambda found: found.height)
        heard = [_read(candidate, key, issued, places) for candidate in likeliest]
        found = {mark.ledger_index: mark for mark in reversed(heard) if mark is not None}
        if found:
            return tuple(reversed(found.values()))
    return ()


def _candidates(powers: Powers, key: bytes, speeds: Sequence[float]) -> Iterator[_Candidate]:
    kept = _levels(band_powers(powers))
    for speed in speeds:
        yield from _aligned(_folded(kept, speed), key, speed)
        if abs(speed - 1) > _SPEED_STEP:
            yield from _aligned(_folded(_levels(band_powers(powers, speed)), speed), key, speed)


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


def _spectra(mono: NDArray[np.float32]) -> Powers:
    stacks = [np.abs(np.fft.rfft(stack * _WINDOW)) ** 2 for stack in frames_of(mono, _HOP)]
    if not stacks:
        return np.empty((0, WINDOW // 2 + 1), np.float32)
    return np.concatenate(stacks).astype(np.float32)


def _levels(bands: Powers) -> Levels:
    """Return what is left of each band's level when slow and broad changes are taken away."""
    level = np.log(bands + np.float32(_QUIET))
    level -= _smoothed(level, 3 * _SPECTRA_PER_CELL + 1)
    level -= np.apply_along_axis(np.convolve, 1, level, np.ones(7) / 7, "same")
    deviation = np.sqrt(_smoothed(level * level, 12 * _SPECTRA_PER_CELL + 1))
    relative: Levels = np.clip(level / (deviation + 0.02), -_CLIP, _CLIP).astype(np.float32)
    relative[bands <= _QUIET] = 0.0
    return relative


def _smoothed(values: Levels, length: int) -> Levels:
    """Return the running mean over time, shorter at both ends."""
    half = length // 2
    sums = np.cumsum(np.pad(values, ((1, 0), (0, 0))), axis=0, dtype=np.float64)
    first = np.maximum(np.arange(len(values)) - half, 0)
    last = np.minimum(np.arange(len(values)) + half + 1, len(values))
    mean: Levels = ((sums[last] - sums[first]) / (last - first)[:, None]).astype(np.float32)
    return mean


def _folded(levels: Levels, speed: float) -> Levels:
    """Return all repetitions laid on top of each other, [128, 24]."""
    step = _SPECTRA_PER_CELL / _SLOTS / speed
    places = np.arange(0.0, len(levels) - 1.0, step)
    before = places.astype(np.intp)
    past = (places - before).astype(np.float32)[:, None]
    laid = levels[before] * (1 - past) + levels[before + 1] * past
    padded = np.pad(laid, ((0, -len(laid) % _FOLD), (0, 0)))
    fold: Levels = padded.reshape(-1, _FOLD, BANDS).sum(0)
    return fold


def _aligned(fold: Levels, key: bytes, speed: float) -> Iterator[_Candidate]:
    """Yield the best places of the fixed chips: two marks start at different ones."""
    sync = np.zeros((_FOLD, BANDS), np.float32)
    sync[::_SLOTS] = sound_layout(key).sync
    spectra = np.fft.rfft(fold, axis=0) * np.conj(np.fft.rfft(sync, axis=0))
    surface = np.fft.irfft(spectra.sum(axis=1), n=_FOLD)
    deviation = float(fold.std()) * np.sqrt((sync != 0).sum())
    if deviation > 0:
        for shift in np.argsort(-surface)[:_PLACES].tolist():
            chips = np.roll(fold, -shift, axis=0)[::_SLOTS]
            yield _Candidate(float(surface[shift]) / deviation, speed, chips)


def _mono_48k(samples: Samples, rate_hz: int) -> NDArray[np.float32]:
    mono = np.ascontiguousarray(samples.mean(axis=1, dtype=np.float32))
    if rate_hz == RATE_HZ:
        return mono
    source = av.AudioFrame.from_ndarray(mono[None], format="fltp", layout="mono")
    source.sample_rate = rate_hz
    resampler = av.AudioResampler(format="fltp", layout="mono", rate=RATE_HZ)
    pieces = [*resampler.resample(source), *resampler.resample(None)]
    return np.concatenate([np.asarray(piece.to_ndarray()[0], np.float32) for piece in pieces])
