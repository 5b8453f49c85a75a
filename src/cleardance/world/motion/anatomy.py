"""What motion needs to know of a subject's art beyond its size: where a rider sits."""

from functools import cache

import numpy as np

from cleardance.world.picture import sprites

_LOOK_PX = 128
_SOLID = 128


@cache
def seat(key: str) -> float:
    """Return how high its back is: the top of the middle of the art, as a fraction of height."""
    alpha = sprites.sprite(key, _LOOK_PX, None).pixels[..., 3]
    height, width = alpha.shape
    middle = alpha[:, int(0.42 * width) : int(0.58 * width) + 1] >= _SOLID
    tops = np.argmax(middle, axis=0)[middle.any(axis=0)]
    return float(1 - np.median(tops) / height) if len(tops) else 1.0
