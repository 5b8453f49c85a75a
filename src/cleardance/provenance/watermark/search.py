"""Finding how a tile lies: first where it was put, then ever further from there.

Each stage is dearer than the one before; a reader takes candidates until one proves itself.
"""

from collections.abc import Iterable, Iterator
from heapq import nlargest
from itertools import islice

from .correlate import FINE, ROUGH, Peak, peaks
from .geometry import Evidence, Lie, neighbours, scales, turned
from .lattice import lattice_lies
from .tile import CHIPS_PER_SHORT_SIDE

Stage = Iterator[Peak]

_RATIOS = (16 / 9, 4 / 3, 1.0, 992 / 432, 3 / 4, 9 / 16)  # of pictures as we make them
_STEPS = ((0.003, ROUGH), (0.0012, ROUGH), (0.0006, FINE))  # of refinement: relative, or radians
_HOPELESS = 5.2  # height after rough refinement that chance reaches as well
_SCALE_STEP = 0.005
_LATTICE_LIES = 16
_PLACES = 64  # as made, where only the place is unknown
_PLACES_EACH = 8  # of a lie that had to be searched for
_TURNS_DEGREES = tuple(sign * 0.25 * step for step in range(1, 21) for sign in (1, -1))


def stages(evidence: Evidence, key: bytes, pitches_px: tuple[float, ...]) -> Iterator[Stage]:
    """Yield stages of candidates, each the most promising first.

    ``pitches_px`` are the pitches of a picture that was not rescaled, or only with its frame.
    """
    pitch, largest = min(pitches_px), max(pitches_px)  # they differ for small pictures
    yield _as_made(evidence, key, pitches_px)
    yield _tried(evidence, key, _squeezed(evidence), 3)
    yield _tried(evidence, key, islice(lattice_lies(evidence.residual, largest), _LATTICE_LIES), 3)
    yield _tried(evidence, key, scales(pitch, 0.5, 2.0 * largest / pitch, _SCALE_STEP), 3)
    yield _tried(evidence, key, _turns(pitch), 3)


def _as_made(evidence: Evidence, key: bytes, pitches_px: tuple[float, ...]) -> Stage:
    """Whole, cut or mirrored: the lie is known. Several marks may share it."""
    found: list[Peak] = []
    for pitch in pitches_px:
        found += peaks(evidence, key, Lie(pitch, pitch), FINE, _PLACES // 8)
    return iter(nlargest(_PLACES, found, key=_height))


def _squeezed(evidence: Evidence) -> Iterator[Lie]:
    """The whole frame, stretched to another ratio."""
    height, width = evidence.residual.shape
    for ratio in _RATIOS:
        across = CHIPS_PER_SHORT_SIDE * max(1.0, ratio)
        down = CHIPS_PER_SHORT_SIDE / min(1.0, ratio)
        yield Lie(width / across, height / down)


def _turns(pitch_px: float) -> Iterator[Lie]:
    for degrees in _TURNS_DEGREES:
        for lie in scales(pitch_px, 0.95, 1.2, 2 * _SCALE_STEP):
            yield turned(lie, degrees)


def _tried(evidence: Evidence, key: bytes, lies: Iterable[Lie], count: int) -> Stage:
    found = (peaks(evidence, key, lie, ROUGH)[0] for lie in lies)
    for peak in nlargest(count, found, key=_height):
        lie = _refined(evidence, key, peak).lie
        yield from peaks(evidence, key, lie, FINE, _PLACES_EACH)[:_PLACES_EACH]


def _refined(evidence: Evidence, key: bytes, peak: Peak) -> Peak:
    """Return the peak of the nearby lie at which it is highest."""
    for step, samples in _STEPS:
        if samples == FINE and peak.height < _HOPELESS:
            return peaks(evidence, key, peak.lie, samples)[0]
        peak = peaks(evidence, key, peak.lie, samples)[0]
        improved = True
        while improved:
            around = [peaks(evidence, key, lie, samples)[0] for lie in neighbours(peak.lie, step)]
            highest = max(around, key=_height)
            improved = highest.height > peak.height
            peak = highest if improved else peak
    return peak


def _height(peak: Peak) -> float:
    return peak.height
