"""Being a removed output again, as a signal: the same file, a copy of it, or a part of one."""

from typing import Final

from cleardance.match.signal import Ladder, Rung, Source


class RemovedSignal:
    """The distance is 0 where the watermark says so, else the share of a hash's bits that differ.

    Where only features of parts agree, it is that of ``PART``.
    """

    name: Final = "removed"
    computed_from: Final[Source] = "frame"
    max_distance: Final = 1.0
    ladder: Final = Ladder((Rung("copy", 0.125), Rung("part", 0.5)))


REMOVED_SIGNAL: Final = RemovedSignal()
PART: Final = 0.5
