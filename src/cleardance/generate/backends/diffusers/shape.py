"""The size and length at which a pipeline makes what was asked for: as nearly as it can."""

import math
from dataclasses import dataclass

from cleardance.engines import Pipeline
from cleardance.request import Request

_SIDE = 32  # of the families known here, the largest step between sizes …
_FRAMES = 8  # … and between lengths: LTX makes 8 n + 1 frames, Wan 4 n + 1


@dataclass(frozen=True)
class Shape:
    """What is to be made, in pixels and frames."""

    width_px: int
    height_px: int
    frames: int


def shape_of(engine: Pipeline, request: Request) -> Shape:
    """Return what the pipeline makes of a request: no shorter, and no larger than it can."""
    width_px, height_px = request.size
    scale = min(1.0, engine.max_side_px / max(width_px, height_px))
    steps = math.ceil((request.duration_s * engine.native_fps - 1) / _FRAMES)
    return Shape(_side(width_px * scale), _side(height_px * scale), _FRAMES * max(1, steps) + 1)


def _side(length_px: float) -> int:
    return max(_SIDE, _SIDE * int(length_px / _SIDE))
