"""A judge's opinion as a signal: how sure a model is that something shows or means a work."""

from typing import Final

from cleardance.match.signal import Ladder, Rung, Source


class OpinionSignal:
    """The distance is one minus the judge's score; opinions beyond the loosest rung say nothing."""

    name: Final = "judge"
    computed_from: Final[Source] = "frame"
    max_distance: Final = 1.0
    ladder: Final = Ladder((Rung("likely", 0.2), Rung("possible", 0.5)))


OPINION_SIGNAL: Final = OpinionSignal()
