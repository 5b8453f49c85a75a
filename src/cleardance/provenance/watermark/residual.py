"""What is left of pictures when their content is taken away: where a mark can be seen."""

import cv2
import numpy as np
from numpy.typing import NDArray

from cleardance.media import Frame

from .tile import SHORT_SIDES, tile_px

Plane = NDArray[np.float32]  # [H, W]

_SHORT_SIDE_PX = 360  # at which pictures are read
_MIN_SIDE_PX = 48
_MADE_PX = (432, 496, 560, 630, 640, 720, 834, 946, 960, 1080, 1248, 1440)  # short sides we make
_MAX_RATIO = 4
_CONTENT = 1 / 60  # of a tile: the reach over which content is levelled
_FLOOR = 0.5  # levels: rounding and coding noise of a flat area
_CLIP = 2.0
# Variance from which on an area counts for less than another: the mark is put in as strongly as
# content varies there, but beside lone edges it is not.
_EDGY = 100.0


class Residuals:
    """The mean of many frames' residuals, one plane however many frames there are.

    Content moves and averages out; the mark stays where it is.
    """

    def __init__(self) -> None:
        self.count = 0
        self.tiles_px: tuple[float, ...] = ()  # sides of tiles, had the picture not been scaled
        self._sum: Plane | None = None

    def add(self, frame: Frame) -> None:
        """Take in one RGB frame; one of another size than the first is scaled to it.

        Frames too small to show a mark are passed over; of very long ones the middle is taken.
        """
        if min(frame.shape[:2]) < _MIN_SIDE_PX:
            return
        luma = _middle(np.asarray(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), np.uint8))
        if self._sum is None:
            size = reading_size(*luma.shape)
            self.tiles_px = _tiles(min(luma.shape), size[0] / luma.shape[0])
            self._sum = np.zeros(size, np.float32)
        cv2.add(self._sum, _residual(scaled(luma, self._sum.shape)), dst=self._sum)
        self.count += 1

    @property
    def mean(self) -> Plane | None:
        """The residual in multiples of the local deviation, or None before the first frame."""
        return None if self._sum is None else self._sum / np.float32(self.count)


def _tiles(short_px: int, scale: float) -> tuple[float, ...]:
    """Return the sides of tiles of a picture as marked, scaled, or cut from one that we make."""
    sides = [short_px, *(side for side in _MADE_PX if short_px / 2 < side < short_px * 2)]
    tiles = [SHORT_SIDES * short_px, *(tile_px(side, side) for side in sides)]
    return tuple(dict.fromkeys(round(tile * scale, 3) for tile in tiles))


def _middle(luma: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the middle of a plane, no longer than four times its shorter side."""
    longest = _MAX_RATIO * min(luma.shape)
    top, left = (max(0, side - longest) // 2 for side in luma.shape)
    return np.ascontiguousarray(luma[top : top + longest, left : left + longest])


def reading_size(height: int, width: int) -> tuple[int, int]:
    """Return the height and width at which a picture is read."""
    short = min(height, width)
    factor = _SHORT_SIDE_PX / short
    return max(1, round(height * factor)), max(1, round(width * factor))


def scaled(plane: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return a plane at (height, width), averaged when that is smaller."""
    if plane.shape == size:
        return plane
    way = cv2.INTER_AREA if size[0] < plane.shape[0] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(plane, size[::-1], interpolation=way), np.uint8)


def _residual(luma: NDArray[np.uint8]) -> Plane:
    """Return a plane less its local mean, in multiples of the local deviation."""
    values = luma.astype(np.float32)
    side = 2 * round(_CONTENT * SHORT_SIDES * min(luma.shape)) + 1
    mean = np.asarray(cv2.blur(values, (side, side)), np.float32)
    square = np.asarray(cv2.blur(values * values, (side, side)), np.float32)
    variance: Plane = np.maximum(square - mean * mean, np.float32(0))
    values -= mean
    values /= np.sqrt(variance) + np.float32(_FLOOR)
    residual: Plane = np.clip(values, -_CLIP, _CLIP, out=values)
    residual /= np.sqrt(1 + variance / np.float32(_EDGY))
    return residual
