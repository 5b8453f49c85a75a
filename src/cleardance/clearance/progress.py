"""How far the path is, for whoever waits, and how long each part took."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar, cast

from cleardance.clearance.tasks import Step

Item = TypeVar("Item")
_END = object()

StepProgress = Callable[[Step, float], None]
"""Called with the step being worked on and the fraction of it that is done, 0 to 1."""


def silent(step: Step, fraction: float) -> None:
    """Tell nobody."""


class Watch:
    """Passes progress on, and keeps the wall time of each part in ``seconds``."""

    def __init__(self, show: StepProgress) -> None:
        self._tell = show
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, step: Step) -> Iterator[Callable[[float], None]]:
        """Time a step; yields what to call with the fraction of it that is done."""
        self._show(step, 0.0)
        with self.part(step.name.lower()):
            yield lambda fraction: self._show(step, min(fraction, 0.99))
        self._show(step, 1.0)

    def _show(self, step: Step, fraction: float) -> None:
        """Tell; a listener that has gone away does not stop the work."""
        with suppress(OSError):
            self._tell(step, fraction)

    def timed(self, name: str, items: Iterator[Item]) -> Iterator[Item]:
        """Yield the items; the time it takes to make them counts as the part ``name``."""
        while True:
            with self.part(name):
                item = next(items, _END)
            if item is _END:
                return
            yield cast(Item, item)

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Time a part; the same name adds up."""
        start = time.perf_counter()
        try:
            yield
        finally:
            spent = time.perf_counter() - start
            self.seconds[name] = self.seconds.get(name, 0.0) + spent
