"""How a tile may lie in a picture: scaled, squeezed, turned, sheared."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import cos, exp, log, radians, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from .tile import SIDE

Plane = NDArray[np.float32]


@dataclass(frozen=True)
class Lie:
    """Picture pixels per chip across and down, turn (clockwise) and shear in radians."""

    across_px: float
    down_px: float
    turn: float = 0.0
    shear: float = 0.0

    @property
    def pitch_px(self) -> float:
        """The mean of both pitches."""
        return (self.across_px + self.down_px) / 2

    def matrix(self) -> NDArray[np.float64]:
        """Return the 2 x 2 matrix that takes chips (x, y) to pixels."""
        turn = np.array([[cos(self.turn), -sin(self.turn)], [sin(self.turn), cos(self.turn)]])
        lean = np.array([[1.0, self.shear], [0.0, 1.0]])
        matrix: NDArray[np.float64] = turn @ lean @ np.diag([self.across_px, self.down_px])
        return matrix


def lie_of(matrix: NDArray[np.float64]) -> Lie:
    """Return the lie whose `Lie.matrix` this is."""
    across = float(np.hypot(*matrix[:, 0]))
    turn = float(np.arctan2(matrix[1, 0], matrix[0, 0]))
    upright = np.array([[cos(turn), sin(turn)], [-sin(turn), cos(turn)]]) @ matrix
    return Lie(across, float(upright[1, 1]), turn, float(upright[0, 1] / upright[1, 1]))


class Evidence:
    """A residual, and how it looks when chips of some size are seen as one sample each."""

    def __init__(self, residual: Plane) -> None:
        self.residual = residual
        self._averaged: dict[int, Plane] = {}
        self._last: tuple[Lie, int, Plane] | None = None

    def folded(self, lie: Lie, samples: int) -> Plane:
        """Return all tiles laid on top of each other, [64 s, 64 s] for ``samples`` s a chip.

        The origin is the picture's centre. One sample is quick and rough, two are exact.
        """
        if self._last is None or self._last[:2] != (lie, samples):
            self._last = lie, samples, self._laid(lie, samples)
        return self._last[2]

    def _laid(self, lie: Lie, samples: int) -> Plane:
        height, width = self.residual.shape
        steps = lie.matrix() / samples
        reach = np.ceil(np.abs(np.linalg.inv(steps)) @ (width / 2, height / 2)).astype(int)
        corner = np.array([(width - 1) / 2, (height - 1) / 2]) - steps @ reach
        laid = cv2.warpAffine(
            self._seen(lie.pitch_px if samples == 1 else 0.0),
            np.column_stack([steps, corner]),
            (int(2 * reach[0]), int(2 * reach[1])),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        )
        return _summed(np.asarray(laid, np.float32), -reach[::-1], SIDE * samples)

    def _seen(self, pitch_px: float) -> Plane:
        side = max(1, 2 * round((pitch_px - 1) / 2) + 1)
        if side not in self._averaged:
            self._averaged[side] = cv2.blur(self.residual, (side, side))  # type: ignore[assignment]
        return self._averaged[side]


def _summed(laid: Plane, first: NDArray[np.intp], side: int) -> Plane:
    """Sum samples whose places, counted from ``first`` (row, column), are equal modulo a side."""
    above, left = (first % side).tolist()
    below, right = -(above + laid.shape[0]) % side, -(left + laid.shape[1]) % side
    whole = np.pad(laid, ((above, below), (left, right)))
    tiles = whole.reshape(whole.shape[0] // side, side, whole.shape[1] // side, side)
    tile: Plane = tiles.sum((0, 2))
    return tile


def scales(pitch_px: float, low: float, high: float, step: float) -> Iterator[Lie]:
    """Yield undistorted lies from ``low`` to ``high`` times a pitch, nearest to it first."""
    count = int(log(high / low) / step)
    factors = [low * exp(step * index) for index in range(count + 1)]
    for factor in sorted(factors, key=lambda factor: abs(log(factor))):
        yield Lie(pitch_px * factor, pitch_px * factor)


def neighbours(lie: Lie, step: float) -> Iterator[Lie]:
    """Yield lies that differ by ``step`` (relative, or radians) in one way."""
    for sign in (step, -step):
        grown = lie.across_px * (1 + sign), lie.down_px * (1 + sign)
        yield replace(lie, across_px=grown[0], down_px=grown[1])
        yield replace(lie, turn=lie.turn + sign)
        yield replace(lie, across_px=grown[0])
        yield replace(lie, down_px=grown[1])
        yield replace(lie, shear=lie.shear + sign)


def turned(lie: Lie, degrees: float) -> Lie:
    """Return a lie turned by so many degrees."""
    return replace(lie, turn=lie.turn + radians(degrees))
