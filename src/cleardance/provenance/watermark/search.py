"""Finding how a tile lies: first where it was put, then ever further from there.

Each stage is dearer than the one before; a reader takes candidates until one proves itself.
"""

from collections.abc import Callable, Iterator
from heapq import nlargest
from itertools import islice

from .correlate import Peak, best, peaks, whitened
from .geometry import Lie, Plane, folded, neighbours, scales, turned
from .lattice import lattice_lies
from .tile import CHIPS_PER_SHORT_SIDE

Stage = Iterator[Peak]

_RATIOS = (16 / 9, 4 / 3, 1.0, 992 / 432, 3 / 4, 9 / 16)  # of pictures as we make them
_STEPS = (0.003, 0.0012, 0.0005)  # of refinement: relative, and radians
_SCALE_STEP = 0.005
_LATTICE_LIES = 16
_TURNS_DEGREES = tuple(sign * 0.25 * step for step in range(1, 21) for sign in (1, -1))


def stages(residual: Plane, key: bytes, pitches_px: tuple[float, ...]) -> Iterator[Stage]:
    """Yield stages of candidates, each the most promising first.

    ``pitches_px`` are the pitches of a picture that was not rescaled, or only with its frame.
    """
    yield _as_made(residual, key, pitches_px)
    yield _squeezed(residual, key)
    yield _tried(residual, key, islice(lattice_lies(residual, pitches_px[0]), _LATTICE_LIES), 4)
    yield _tried(residual, key, scales(pitches_px[0], 0.5, 2.0, _SCALE_STEP), 3)
    yield _tried(residual, key, _turns(pitches_px[0]), 2)


def refined(residual: Plane, key: bytes, peak: Peak) -> Peak:
    """Return the peak of the nearby lie at which it is highest."""
    for step in _STEPS:
        improved = True
        while improved:
            around = [best(residual, key, lie) for lie in neighbours(peak.lie, step)]
            highest = max(around, key=lambda other: other.height)
            improved = highest.height > peak.height
            peak = highest if improved else peak
    return peak


def _as_made(residual: Plane, key: bytes, pitches_px: tuple[float, ...]) -> Stage:
    """Whole, cut or mirrored: the lie is known. Several marks may share it."""
    found = []
    for pitch in pitches_px:
        lie = Lie(pitch, pitch)
        found += peaks(whitened(folded(residual, lie)), key, lie, 3)
    return iter(nlargest(4, found, key=_height))


def _squeezed(residual: Plane, key: bytes) -> Stage:
    """The whole frame, stretched to another ratio."""
    height, width = residual.shape
    lies = []
    for ratio in _RATIOS:
        across, down = (
            CHIPS_PER_SHORT_SIDE * max(1.0, ratio),
            CHIPS_PER_SHORT_SIDE / min(1.0, ratio),
        )
        lies.append(Lie(width / across, height / down))
    return _tried(residual, key, iter(lies), 2)


def _turns(pitch_px: float) -> Iterator[Lie]:
    for degrees in _TURNS_DEGREES:
        for lie in scales(pitch_px, 0.95, 1.2, 2 * _SCALE_STEP):
            yield turned(lie, degrees)


def _tried(residual: Plane, key: bytes, lies: Iterator[Lie], count: int) -> Stage:
    found = (best(residual, key, lie) for lie in lies)
    for peak in nlargest(count, found, key=_height):
        yield refined(residual, key, peak)


_height: Callable[[Peak], float] = lambda peak: peak.height  # noqa: E731
