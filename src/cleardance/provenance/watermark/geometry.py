"""How a tile may lie in a picture: scaled, squeezed, turned, sheared."""

from dataclasses import dataclass
from math import cos, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from .tile import SIDE

Plane = NDArray[np.float32]
TileSpectrum = NDArray[np.complex64]  # [256, 129]


@dataclass(frozen=True)
class Lie:
    """Picture pixels per tile across and down, turn (clockwise) and shear in radians."""

    across_px: float
    down_px: float
    turn: float = 0.0
    shear: float = 0.0

    def matrix(self) -> NDArray[np.float64]:
        """Return the 2 x 2 matrix that takes tiles (x, y) to pixels."""
        turn = np.array([[cos(self.turn), -sin(self.turn)], [sin(self.turn), cos(self.turn)]])
        lean = np.array([[1.0, self.shear], [0.0, 1.0]])
        matrix: NDArray[np.float64] = turn @ lean @ np.diag([self.across_px, self.down_px])
        return matrix


def folded(residual: Plane, lie: Lie) -> TileSpectrum:
    """Return the spectrum of all tiles laid on top of each other; the picture's centre is 0."""
    height, width = residual.shape
    steps = lie.matrix() / SIDE
    reach = np.ceil(np.abs(np.linalg.inv(steps)) @ (width / 2, height / 2)).astype(int)
    corner = np.array([(width - 1) / 2, (height - 1) / 2]) - steps @ reach
    laid = cv2.warpAffine(
        residual,
        np.column_stack([steps, corner]),
        (int(2 * reach[0]), int(2 * reach[1])),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
    )
    tile = _summed(np.asarray(laid, np.float32), -reach[::-1])
    return np.asarray(np.fft.rfft2(tile), np.complex64)


def _summed(laid: Plane, first: NDArray[np.intp]) -> Plane:
    """Sum samples whose places, counted from ``first`` (row, column), are equal modulo a tile."""
    above, left = (first % SIDE).tolist()
    below, right = -(above + laid.shape[0]) % SIDE, -(left + laid.shape[1]) % SIDE
    whole = np.pad(laid, ((above, below), (left, right)))
    tiles = whole.reshape(whole.shape[0] // SIDE, SIDE, whole.shape[1] // SIDE, SIDE)
    tile: Plane = tiles.sum((0, 2))
    return tile
