"""Signals of copied pictures beyond PDQ: their names, scales and thresholds.

Apart from what computes them, because rules are read where nothing heavy may be imported.
"""

import math
from typing import Final, Literal

from cleardance.match.signal import Ladder, Rung

_SURE: Final = 40


class LocalSignal:
    """How many local features agree: at distance 0 they are 40 or more, at 1 none."""

    name: Final = "local"
    computed_from: Final[Literal["frame"]] = "frame"
    max_distance: Final = 1.0
    ladder: Final = Ladder((Rung("copy", 0.65), Rung("likely", 0.75)))  # 14 and 10 features

    @property
    def least_agreeing(self) -> int:
        """Return how many features must agree for any rung."""
        return math.ceil(round(_SURE * (1 - self.ladder.rungs[-1].max_distance), 6))

    def distance_of(self, agreeing: int) -> float:
        """Return the distance of so many agreeing features."""
        return round(1.0 - min(agreeing, _SURE) / _SURE, 4)


class CopySignal:
    """One minus the normalised likeness of an operator's copy descriptor."""

    name: Final = "copy"
    computed_from: Final[Literal["frame"]] = "frame"
    max_distance: Final = 1.0
    ladder: Final = Ladder((Rung("copy", 0.25), Rung("likely", 0.45)))


LOCAL_SIGNAL: Final = LocalSignal()
COPY_SIGNAL: Final = CopySignal()
