"""Which frames show something new: a cheap look at each, so that not even a flash is missed."""

from collections import deque
from typing import Final

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

_WIDTH_PX: Final = 32
_HEIGHT_PX: Final = 18
_NEW: Final = 18.0  # mean difference of brightness, of 255, that neither motion nor noise makes
_REMEMBERED: Final = 8  # frames looked at: a strobe between a few pictures is looked at once


class Shots:
    """Tells, frame by frame, whether one must be looked at although it is not yet time."""

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()  # keeps the scaler's tables from frame to frame
        self._seen: deque[NDArray[np.int16]] = deque(maxlen=_REMEMBERED)

    def is_new(self, frame: VideoFrame, *, due: bool = False) -> bool:
        """Tell whether ``frame`` differs from those looked at lately, or is ``due`` anyway.

        A frame of which this says yes counts as looked at.
        """
        small = self._reformatter.reformat(
            frame, _WIDTH_PX, _HEIGHT_PX, "gray", interpolation=Interpolation.AREA
        )
        luma = np.asarray(small.to_ndarray(), np.int16)
        if not due and any(np.abs(luma - one).mean() < _NEW for one in self._seen):
            return False
        self._seen.append(luma)
        return True
