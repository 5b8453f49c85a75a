"""One contract for every signal: what it reads, how it compares, where its thresholds lie."""

from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

Source = Literal["text", "frame", "sound"]
Item = TypeVar("Item", contravariant=True)
Value = TypeVar("Value")


@dataclass(frozen=True)
class Rung:
    """One step of a threshold ladder: at or below ``max_distance`` the match is a ``name``."""

    name: str
    max_distance: float


@dataclass(frozen=True)
class Ladder:
    """Thresholds from the strictest to the loosest; a match stands on the first that holds it."""

    rungs: tuple[Rung, ...]

    def __post_init__(self) -> None:
        distances = [rung.max_distance for rung in self.rungs]
        if not distances or distances != sorted(set(distances)):
            msg = "a ladder needs rungs in strictly rising distance"
            raise ValueError(msg)

    def rung_of(self, distance: float) -> Rung | None:
        """Return the strictest rung that holds ``distance``, or None beyond the last."""
        return next((rung for rung in self.rungs if distance <= rung.max_distance), None)


class Signal(Protocol[Item, Value]):
    """A fingerprint of a text, a frame or a stretch of sound.

    ``compute`` returns None where the item carries nothing to compare (a blank frame, an empty
    text) and raises ``MediaError`` or ``UsageError`` where it cannot be read: nothing to find is
    clear, not being able to look is *unknown*, and unknown holds.
    """

    name: str
    computed_from: Source
    max_distance: float  # the distance of two items with nothing in common
    ladder: Ladder

    def compute(self, item: Item) -> Value | None:
        """Return the fingerprint of ``item``, or None if it carries nothing to compare."""
        ...

    def distance(self, left: Value, right: Value) -> float:
        """Return the exact distance, 0 (identical) to ``max_distance``."""
        ...


def similarity(distance: float, max_distance: float) -> float:
    """Return a score, 0 to 1 (identical), rounded so that verdicts are stable to the byte."""
    return round(1.0 - distance / max_distance, 4)
