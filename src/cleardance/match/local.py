"""Local features: what finds a picture that was cut, mirrored, put into another, or filmed.

Points with the look of their surroundings (SIFT: Lowe, "Distinctive Image Features from
Scale-Invariant Keypoints", 2004; its patent expired in 2020), compared as RootSIFT (Arandjelović,
Zisserman 2012). A crop keeps most of a picture's points; whether they moved together is for
:mod:`cleardance.match.geometry`.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from cleardance.media import Frame

SIDE_PX: Final = 320
"""Pictures are looked at with this longest side."""
MOST: Final = 320
"""At most so many points are kept of a picture, the strongest."""
DIMENSIONS: Final = 128
_POINT_BYTES: Final = 4
_ROW_BYTES: Final = _POINT_BYTES + DIMENSIONS // 2
_CONTRAST: Final = 0.015  # a third of Lowe's: drawn pictures have few strong corners
_STEP: Final = 1 / 40  # of a descriptor, in 4 bits: 0 to 15 are 0 to 0.375

# Mirroring left to right turns the 4 x 4 cells of a descriptor upside down in the frame of its own
# orientation, and the 8 directions of each cell round.
_CELLS: Final = np.arange(DIMENSIONS).reshape(4, 4, 8)
MIRRORED: Final = _CELLS[::-1][:, :, (-np.arange(8)) % 8].reshape(-1)
"""Where in a descriptor each number of the mirrored picture's is."""


@dataclass(frozen=True, eq=False)
class Features:
    """Points [n, 2] (x, y as fractions of the picture) and descriptors, uint8 [n, 128], 0 to 15.

    ``aspect`` is width over height.
    """

    points: NDArray[np.float32]
    descriptors: NDArray[np.uint8]
    aspect: float

    def __len__(self) -> int:
        """Return the number of points."""
        return len(self.points)

    @cached_property
    def directions(self) -> NDArray[np.float32]:
        """Return the descriptors as [n, 128] of length 1, kept for the next comparison."""
        values = self.descriptors.astype(np.float32)
        length = np.linalg.norm(values, axis=1, keepdims=True)
        return np.asarray(values / np.maximum(length, 1e-6), np.float32)

    def mirrored(self) -> "Features":
        """Return what the mirrored picture would give, without looking at it again."""
        points = np.array([1, 0], np.float32) + self.points * np.array([-1, 1], np.float32)
        return Features(points, self.descriptors[:, MIRRORED], self.aspect)

    def pack(self) -> bytes:
        """Return them as bytes: the aspect, then 68 bytes a point."""
        places = np.rint(self.points * 65535).astype("<u2").view(np.uint8)
        halves = self.descriptors[:, ::2] << 4 | self.descriptors[:, 1::2]
        rows = np.concatenate([places.reshape(-1, _POINT_BYTES), halves], axis=1)
        return np.float32(self.aspect).tobytes() + rows.tobytes()

    @classmethod
    def unpack(cls, value: bytes) -> "Features":
        """Read ``pack``'s bytes; ValueError if they are no whole number of points."""
        rows = np.frombuffer(value, np.uint8, offset=4).reshape(-1, _ROW_BYTES)
        places = np.ascontiguousarray(rows[:, :_POINT_BYTES]).view("<u2")
        points = (places / 65535).astype(np.float32)
        halves = rows[:, _POINT_BYTES:]
        descriptors = np.stack([halves >> 4, halves & 15], axis=2).reshape(-1, DIMENSIONS)
        return cls(points, descriptors, float(np.frombuffer(value, "<f4", 1)[0]))


def features_of(frame: "Frame", most: int = MOST) -> Features:
    """Return up to ``most`` features of an RGB frame, uint8 [H, W, 3]; none of a blank one."""
    grey = _grey(frame)
    height, width = grey.shape
    found, descriptors = _detector(most).detectAndCompute(grey, None)
    if descriptors is None:
        return Features(np.zeros((0, 2), np.float32), np.zeros((0, 128), np.uint8), width / height)
    places = np.array([point.pt for point in found[:most]], np.float32)
    points = (places / np.array([width, height], np.float32)).clip(0, 1).astype(np.float32)
    return Features(points, _quantised(descriptors[:most]), width / height)


def _grey(frame: "Frame") -> NDArray[Any]:
    height, width = frame.shape[:2]
    scale = SIDE_PX / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), size, interpolation=way))


def _detector(most: int) -> Any:
    return cv2.SIFT.create(nfeatures=most, contrastThreshold=_CONTRAST)


def _quantised(descriptors: NDArray[np.float32]) -> NDArray[np.uint8]:
    total = np.maximum(descriptors.sum(axis=1, keepdims=True), 1)
    roots: NDArray[np.float32] = np.sqrt(descriptors / total)
    return np.asarray(np.minimum(roots / _STEP, 15), np.uint8)
