"""How tiles lie in a picture, from the fixed waves' power alone: no place has to be guessed.

A picture that was scaled by A has its waves at A's inverse transpose times where they were. The
power at the places where the fixed waves would be is summed, for every scale, squeeze and turn.
"""

from dataclasses import dataclass, replace
from itertools import product
from math import log

import cv2
import numpy as np
from numpy.typing import NDArray

from .geometry import Lie, Plane
from .tile import Waves

_PADDED = 2  # times the picture: samples between the frequencies that it resolves
_LEVELLED = 31  # samples over which content's spectrum is levelled
_LONG = 121  # samples of a row or column
_CLIP = 7.0  # times the local mean: a window grid's lines count no more than this
_SCALES = (0.45, 2.2)
_MAX_SQUEEZE = 0.45  # natural logarithm of across by down
_STEP = 0.0045  # relative, or radians: half a sample for the shortest fixed wave
_MAX_TURN = 0.105  # 6 degrees
_TAKEN = 4000
_NEAR = 0.012  # relative, or radians: such lies are one candidate
_REFINEMENTS = (0.003, 0.0012)
_ALONG = (-1, 0, 1)

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class Guess:
    """A lie and how much more power its waves have than chance, in standard deviations."""

    lie: Lie
    height: float


class Constellation:
    """The levelled power of a residual, in which lies are looked up."""

    def __init__(self, residual: Plane, known: Waves) -> None:
        self._down, self._across = known.sync_down, known.sync_across
        height, width = residual.shape
        self._rows = cv2.getOptimalDFTSize(_PADDED * height)
        self._columns = cv2.getOptimalDFTSize(_PADDED * width)
        padded = np.zeros((self._rows, self._columns), np.float32)
        padded[:height, :width] = residual
        spectrum = cv2.dft(padded, flags=cv2.DFT_COMPLEX_OUTPUT, nonzeroRows=height)
        half = spectrum[:, : self._columns // 2 + 1]
        power = half[..., 0] ** 2 + half[..., 1] ** 2
        self._power = np.minimum(power / _level(power), np.float32(_CLIP))
        self._mean, self._deviation = float(self._power.mean()), float(self._power.std()) + 1e-9

    def heights(self, across: Floats, down: Floats, turn: Floats, shear: Floats) -> Floats:
        """Return the heights of many lies at once, [n]."""
        total = np.zeros(across.shape)
        cosine, sine = np.cos(turn), np.sin(turn)
        for wave_down, wave_across in zip(self._down, self._across, strict=True):
            x = wave_across / across
            y = wave_down / down - shear * x
            columns = np.rint((cosine * x - sine * y) * self._columns).astype(np.intp)
            rows = np.rint((sine * x + cosine * y) * self._rows).astype(np.intp)
            total += self._at(rows, columns)
        return self._standing(total)

    def best(self, lies: list[Lie], count: int) -> list[Lie]:
        """Return those of some lies that stand out most."""
        rows = np.array([(lie.across_px, lie.down_px, lie.turn, lie.shear) for lie in lies])
        heights = self.heights(*rows.T)
        return [lies[n] for n in np.argsort(-heights)[:count]]

    def guesses(self, tile_px: float, count: int) -> list[Guess]:
        """Return the likeliest lies, refined, the best first."""
        found = [*self._upright(tile_px), *self._turned(tile_px)]
        return self._refined(_apart(found, count))

    def _at(self, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> Plane:
        mirrored = columns < 0
        rows = np.where(mirrored, -rows, rows) % self._rows
        columns = np.minimum(np.abs(columns), self._power.shape[1] - 1)
        seen: Plane = self._power[rows, columns]
        return seen

    def _standing(self, total: Floats) -> Floats:
        count = len(self._down)
        heights: Floats = (total / count - self._mean) / (self._deviation / np.sqrt(count))
        return heights

    def _upright(self, tile_px: float) -> list[Guess]:
        """Every scale across with every scale down."""
        sides = tile_px * np.exp(np.arange(log(_SCALES[0]), log(_SCALES[1]), _STEP))
        total = np.zeros((len(sides), len(sides)), np.float32)
        for down, across in zip(self._down, self._across, strict=True):
            rows = np.rint(down / sides * self._rows).astype(np.intp) % self._rows
            columns = np.rint(across / sides * self._columns).astype(np.intp)
            columns = np.minimum(columns, self._power.shape[1] - 1)
            total += self._power[np.ix_(rows, columns)]
        squeeze = np.abs(np.log(sides)[:, None] - np.log(sides))
        heights = np.where(squeeze <= _MAX_SQUEEZE, self._standing(total), -np.inf).ravel()
        best = np.argpartition(heights, -_TAKEN)[-_TAKEN:]
        return [
            Guess(Lie(float(sides[n % len(sides)]), float(sides[n // len(sides)])), heights[n])
            for n in best
        ]

    def _turned(self, tile_px: float) -> list[Guess]:
        """Every scale with every turn."""
        sides = tile_px * np.exp(np.arange(log(_SCALES[0]), log(_SCALES[1]), _STEP))
        turns = np.arange(-_MAX_TURN, _MAX_TURN, _STEP)
        side, turn = (values.ravel() for values in np.meshgrid(sides, turns))
        heights = self.heights(side, side, turn, np.zeros(len(side)))
        best = np.argpartition(heights, -_TAKEN)[-_TAKEN:]
        return [
            Guess(Lie(float(side[n]), float(side[n]), float(turn[n])), heights[n]) for n in best
        ]

    def _refined(self, guesses: list[Guess]) -> list[Guess]:
        """Return each guess at the nearby lie that stands out most, turned and sheared alike."""
        for step in _REFINEMENTS:
            guesses = [self._nearby(guess, step) for guess in guesses]
        return sorted(guesses, key=lambda guess: -guess.height)

    def _nearby(self, guess: Guess, step: float) -> Guess:
        lie = guess.lie
        across, down, turn, shear = (np.array(list(product(_ALONG, repeat=4))) * step).T
        heights = self.heights(
            lie.across_px * (1 + across),
            lie.down_px * (1 + down),
            lie.turn + turn,
            lie.shear + shear,
        )
        n = int(heights.argmax())
        sides = lie.across_px * (1 + across[n]), lie.down_px * (1 + down[n])
        found = replace(
            lie, across_px=float(sides[0]), down_px=float(sides[1]),
            turn=lie.turn + float(turn[n]), shear=lie.shear + float(shear[n]),
        )  # fmt: skip
        return Guess(found, float(heights[n]))


def _level(power: Plane) -> Plane:
    """Return the power of content around each frequency.

    Pans and grids put it into single rows or columns, which are levelled for themselves.
    """
    level = cv2.blur(power, (_LEVELLED, _LEVELLED))
    for size in ((_LONG, 1), (1, _LONG)):
        level = cv2.max(level, cv2.blur(power, size))
    return np.asarray(level, np.float32) + np.float32(1e-12)


def _apart(guesses: list[Guess], count: int) -> list[Guess]:
    """Return the highest guesses that are not beside a higher one."""
    kept: list[Guess] = []
    for guess in sorted(guesses, key=lambda guess: -guess.height):
        if not any(_beside(guess.lie, other.lie) for other in kept):
            kept.append(guess)
        if len(kept) == count:
            break
    return kept


def _beside(a: Lie, b: Lie) -> bool:
    return (
        abs(log(a.across_px / b.across_px)) < _NEAR
        and abs(log(a.down_px / b.down_px)) < _NEAR
        and abs(a.turn - b.turn) < _NEAR
    )
