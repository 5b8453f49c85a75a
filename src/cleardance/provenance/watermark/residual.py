"""What is left of pictures when their content is taken away: where a mark can be seen."""

import cv2
import numpy as np
from numpy.typing import NDArray

from cleardance.media import Frame

from .tile import CHIPS_PER_SHORT_SIDE, chip_px

Plane = NDArray[np.float32]  # [H, W]

_SHORT_SIDE_PX = (360, 432)  # pictures are read between these sizes
_MIN_SIDE_PX = 48
_MADE_PX = (432, 496, 560, 630, 640, 720, 834, 946, 960, 1080, 1248, 1440)  # short sides we make
_MAX_RATIO = 4
_CONTENT_CHIPS = 1.4  # what is wider than this is content
_FLOOR = 0.5  # levels: rounding and coding noise of a flat area
_CLIP = 2.5


class Residuals:
    """The mean of many frames' residuals, one plane however many frames there are.

    Content moves and averages out; the mark stays where it is.
    """

    def __init__(self) -> None:
        self.count = 0
        self.pitches_px: tuple[float, ...] = ()  # of chips, had the picture not been scaled
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
            self.pitches_px = _pitches(min(luma.shape), size[0] / luma.shape[0])
            self._sum = np.zeros(size, np.float32)
        cv2.add(self._sum, _residual(scaled(luma, self._sum.shape)), dst=self._sum)
        self.count += 1

    @property
    def mean(self) -> Plane | None:
        """The residual in multiples of the local deviation, or None before the first frame."""
        return None if self._sum is None else self._sum / np.float32(self.count)


def _pitches(short_px: int, scale: float) -> tuple[float, ...]:
    """Return the pitches of a picture as marked, scaled, or cut from one that we make."""
    sides = [short_px, *(side for side in _MADE_PX if short_px / 2 < side < short_px * 2)]
    pitches = [short_px / CHIPS_PER_SHORT_SIDE, *(chip_px(side, side) for side in sides)]
    return tuple(dict.fromkeys(round(pitch * scale, 4) for pitch in pitches))


def _middle(luma: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the middle of a plane, no longer than four times its shorter side."""
    longest = _MAX_RATIO * min(luma.shape)
    top, left = (max(0, side - longest) // 2 for side in luma.shape)
    return np.ascontiguousarray(luma[top : top + longest, left : left + longest])


def reading_size(height: int, width: int) -> tuple[int, int]:
    """Return the height and width at which a picture is read."""
    short = min(height, width)
    factor = min(max(short, _SHORT_SIDE_PX[0]), _SHORT_SIDE_PX[1]) / short
    return max(1, round(height * factor)), max(1, round(width * factor))


def scaled(plane: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return a plane at (height, width), averaged when that is smaller."""
    if plane.shape == size:
        return plane
    way = cv2.INTER_AREA if size[0] < plane.shape[0] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(plane, size[::-1], interpolation=way), np.uint8)


def _residual(luma: NDArray[np.uint8]) -> Plane:
    values = luma.astype(np.float32)
    pitch = min(luma.shape) / CHIPS_PER_SHORT_SIDE
    content = cv2.GaussianBlur(values, (0, 0), _CONTENT_CHIPS * pitch)
    detail: Plane = values - content
    side = 2 * round(2 * pitch) + 1
    deviation = np.sqrt(np.abs(cv2.blur(cv2.multiply(detail, detail), (side, side))))
    detail /= deviation + np.float32(_FLOOR)
    residual: Plane = np.clip(detail, -_CLIP, _CLIP, out=detail)
    return residual
