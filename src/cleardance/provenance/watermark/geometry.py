"""How a tile may lie in a picture: scaled, squeezed, turned, sheared."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import cos, exp, log, radians, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from .tile import SIDE

Plane = NDArray[np.float32]

SAMPLES = 2  # a chip, each way
FOLD = SIDE * SAMPLES  # side of a folded tile, in samples


@dataclass(frozen=True)
class Lie:
    """Picture pixels per chip across and down, turn (clockwise) and shear in radians."""

    across_px: float
    down_px: float
    turn: float = 0.0
    shear: float = 0.0

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


def folded(residual: Plane, lie: Lie) -> Plane:
    """Return all tiles of a residual laid on top of each other: [128, 128], summed.

    Sampled twice a chip around the picture's centre, which is the origin.
    """
    height, width = residual.shape
    matrix = lie.matrix()
    reach = np.abs(np.linalg.inv(matrix)) @ (width / 2, height / 2)  # chips, each way
    tiles = np.ceil(reach / SIDE).astype(int)  # each side of the centre
    across, down = (2 * tiles * FOLD).tolist()
    steps = matrix / SAMPLES
    corner = np.array([(width - 1) / 2, (height - 1) / 2]) - steps @ (across / 2, down / 2)
    laid = cv2.warpAffine(
        residual,
        np.column_stack([steps, corner]),
        (across, down),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
    )
    tile: Plane = laid.reshape(down // FOLD, FOLD, across // FOLD, FOLD).sum((0, 2))
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
