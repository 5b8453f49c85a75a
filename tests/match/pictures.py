"""Pictures made up for tests: enough structure to hash, different for every seed."""

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


def picture(seed: int, width: int = 512, height: int = 288) -> Picture:
    """Return discs of random colours, uint8 [H, W, 3]."""
    rng = np.random.default_rng(seed)
    canvas = np.full((height, width, 3), rng.integers(0, 255, 3), np.uint8)
    for _ in range(25):
        centre = int(rng.integers(0, width)), int(rng.integers(0, height))
        colour = tuple(int(value) for value in rng.integers(0, 255, 3))
        cv2.circle(canvas, centre, int(rng.integers(8, 80)), colour, -1)
    return canvas


def re_encoded(frame: Picture, quality: int = 50, scale: float = 0.5) -> Picture:
    """Return the picture scaled down and through JPEG."""
    small = cv2.resize(frame, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    ok, data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert ok
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
