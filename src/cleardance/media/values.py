"""Video, audio and images as values.

Pixels are RGB uint8 [H, W, 3]; samples are float32 [N, C] in -1..1.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Frame = NDArray[np.uint8]  # [H, W, 3] RGB
Samples = NDArray[np.float32]  # [N, C], -1..1


@dataclass(frozen=True)
class Video:
    """Frames that are read once, in order, so that memory does not grow with duration."""

    width: int
    height: int
    fps: int
    frame_count: int
    frames: Iterator[Frame]

    @property
    def duration_s(self) -> float:
        """Frame count over frame rate, in seconds."""
        return self.frame_count / self.fps


@dataclass(frozen=True)
class Audio:
    """Sound in memory, float32 [N, C] in -1..1."""

    samples: Samples
    sample_rate_hz: int

    @property
    def channels(self) -> int:
        """Number of channels, C."""
        return int(self.samples.shape[1])

    @property
    def duration_s(self) -> float:
        """Samples over sample rate, in seconds."""
        return len(self.samples) / self.sample_rate_hz
