"""How far the path is, for whoever waits, and how long each part took."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypeVar, cast

from cleardance.clearance.tasks import Step
from cleardance.generate.backend import Preview, unseen
from cleardance.tracing import span

if TYPE_CHECKING:  # FFmpeg comes with it
    from cleardance.media import Frame

SAMPLING = 0.8
"""The share of making that a model's own steps are taken to be, if it has any."""

PREVIEW_EVERY = 24
"""Of so many frames that are drawn one may be shown; a look at the clock decides."""

Item = TypeVar("Item")
_END = object()

StepProgress = Callable[[Step, float], None]
"""Called with the step being worked on and the fraction of it that is done, 0 to 1."""


def silent(step: Step, fraction: float) -> None:
    """Tell nobody."""


class Meter:
    """How far one step is: a fraction that never falls, and reaches 1 only when the step ends."""

    def __init__(self, show: Callable[[float], None]) -> None:
        self._show, self._done = show, 0.0

    def __call__(self, fraction: float) -> None:
        """Tell that so much of the step is done."""
        self._done = max(self._done, min(fraction, 0.99))
        self._show(self._done)

    def rest(self) -> Callable[[float], None]:
        """Return what to call with the fraction of what is left now."""
        begun = self._done
        return lambda fraction: self(begun + (1 - begun) * fraction)


class Watch:
    """Passes progress on, and keeps the wall time of each part in ``seconds``."""

    def __init__(self, show: StepProgress, preview: Preview = unseen) -> None:
        self._tell, self._preview = show, preview
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, step: Step) -> "Iterator[Meter]":
        """Time a step; yields what to call with the fraction of it that is done."""
        self._show(step, 0.0)
        name = step.name.lower()
        with span(name), self.part(name):
            yield Meter(lambda fraction: self._show(step, fraction))
        self._show(step, 1.0)

    def _show(self, step: Step, fraction: float) -> None:
        """Tell; a listener that has gone away does not stop the work."""
        with suppress(OSError):
            self._tell(step, fraction)

    def sampled(self, progress: Meter) -> Preview:
        """Return a preview that also tells how far the model is, as the first part of a step."""

        def preview(step: int, steps: int, frame: "Frame") -> None:
            progress(SAMPLING * step / steps)
            with suppress(OSError):
                self._preview(step, steps, frame)

        return preview

    def seen(self, frames: "Iterator[Frame]", count: int) -> "Iterator[Frame]":
        """Yield the frames, of which the preview sees one every ``PREVIEW_EVERY``."""
        for number, frame in enumerate(frames):
            if number % PREVIEW_EVERY == 0:
                with suppress(OSError):
                    self._preview(number + 1, count, frame)
            yield frame

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
