"""A sound track laid on top of itself, once for each speed: the repetitions of its mark add up.

It is worked through in pieces, so that an hour takes no more memory than a minute.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil, inf

import numpy as np
from numpy.typing import NDArray

from cleardance.media import Samples

from .bands import BANDS, CELLS, HOP, HOPS_PER_CELL, RATE_HZ, WINDOW, Powers, band_powers

SLOTS = 2  # places looked at in a cell
FOLD = CELLS * SLOTS
SPEED_STEP = 0.004
_HOP = 512  # samples between spectra
_SPECTRA_PER_CELL = HOP * HOPS_PER_CELL // _HOP
_PIECE = 1024  # spectra: 11 s
_LEVELLED = 3 * _SPECTRA_PER_CELL + 1  # spectra over which levels are evened out
_MEASURED = 12 * _SPECTRA_PER_CELL + 1  # and their deviation is taken
_MARGIN = (_LEVELLED + _MEASURED) // 2 + 1  # spectra on either side that a level depends on
_QUIET = 1e-9  # mean power of a band below which there is nothing to hear
_CLIP = 2.5
_WINDOW = np.hanning(WINDOW).astype(np.float32)

Levels = NDArray[np.float32]  # [spectra, 24]


@dataclass(frozen=True)
class Fold:
    """What all repetitions say together, were the sound played at ``speed``."""

    speed: float
    levels: Levels  # [128, 24]


@dataclass(frozen=True)
class _Piece:
    """Spectra of which those from ``start`` to ``end`` are looked at; the others are around them.

    All are counted from the start of the sound.
    """

    powers: Powers
    first: int
    start: int
    end: int


def folded_sound(
    blocks: Iterable[Samples], speeds: Sequence[float], longest_s: float = inf
) -> tuple[Fold, ...]:
    """Return the folds of sound in blocks [N, C] at 48 kHz, none if it is too short.

    What comes after about ``longest_s`` is not taken in.
    For each speed there is one with the pitch kept and, unless it is 1, one with it changed along.
    """
    ways = [(speed, 1.0) for speed in speeds]
    ways += [(speed, speed) for speed in speeds if abs(speed - 1) > SPEED_STEP]
    sums = np.zeros((len(ways), FOLD, BANDS), np.float32)
    end = 0
    for piece in _pieces(_spectra(_beginning(blocks, longest_s))):
        kept = _levels(band_powers(piece.powers))
        for total, (speed, pitch) in zip(sums, ways, strict=True):
            levels = kept if pitch == 1.0 else _levels(band_powers(piece.powers, pitch))
            total += _laid(levels, piece, speed)
        end = piece.end
    if end < CELLS // 4 * _SPECTRA_PER_CELL:
        return ()
    return tuple(Fold(speed, total) for total, (speed, _) in zip(sums, ways, strict=True))


def _beginning(blocks: Iterable[Samples], longest_s: float) -> Iterator[Samples]:
    left = longest_s * RATE_HZ
    for block in blocks:
        yield block
        left -= len(block)
        if left <= 0:
            return


def _pieces(stacks: Iterable[Powers]) -> Iterator[_Piece]:
    held = np.empty((0, WINDOW // 2 + 1), np.float32)
    first = start = 0
    for stack in stacks:
        held = np.concatenate([held, stack])
        end = first + len(held) - _MARGIN
        if end - start >= _PIECE:
            yield _Piece(held, first, start, end)
            kept = max(0, end - _MARGIN - first)
            held, first, start = held[kept:], first + kept, end
    if first + len(held) > start + 1:  # between two spectra each place is read
        yield _Piece(held, first, start, first + len(held) - 1)


def _spectra(blocks: Iterable[Samples]) -> Iterator[Powers]:
    """Yield stacks of power spectra [n, 1025] of the mean of all channels."""
    ahead = np.empty(0, np.float32)
    for mono in _joined(blocks):
        ahead = np.concatenate([ahead, mono])
        count = max(0, (len(ahead) - WINDOW) // _HOP + 1)
        if count:
            windows = np.lib.stride_tricks.sliding_window_view(ahead, WINDOW)[::_HOP]
            yield (np.abs(np.fft.rfft(windows[:count] * _WINDOW)) ** 2).astype(np.float32)
            ahead = ahead[count * _HOP :]


def _joined(blocks: Iterable[Samples]) -> Iterator[NDArray[np.float32]]:
    """Yield one channel in parts of about 3 s, however short or long the blocks are."""
    size = 256 * _HOP
    parts: list[NDArray[np.float32]] = []
    for block in blocks:
        for begin in range(0, len(block), size):
            parts.append(block[begin : begin + size].mean(axis=1, dtype=np.float32))
            if sum(map(len, parts)) >= size:
                yield np.concatenate(parts)
                parts = []
    yield from parts


def _levels(bands: Powers) -> Levels:
    """Return what is left of each band's level when slow and broad changes are taken away."""
    level = np.log(bands + np.float32(_QUIET))
    level -= _smoothed(level, _LEVELLED)
    level -= np.apply_along_axis(np.convolve, 1, level, np.ones(7) / 7, "same")
    deviation = np.sqrt(_smoothed(level * level, _MEASURED))
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


def _laid(levels: Levels, piece: _Piece, speed: float) -> Levels:
    """Return the levels of a piece at the places of the fold that they fall on, summed."""
    step = _SPECTRA_PER_CELL / SLOTS / speed
    numbers = np.arange(ceil(piece.start / step), ceil(piece.end / step))
    places = numbers * step - piece.first
    before = places.astype(np.intp)
    past = (places - before).astype(np.float32)[:, None]
    between = levels[before] * (1 - past) + levels[before + 1] * past
    lead = int(numbers[0]) % FOLD if len(numbers) else 0
    padded = np.pad(between, ((lead, -(lead + len(between)) % FOLD), (0, 0)))
    laid: Levels = padded.reshape(-1, FOLD, BANDS).sum(0)
    return laid
