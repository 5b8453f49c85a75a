"""Finding how a tile lies: first where it was put, then ever further from there.

Each stage is dearer than the one before; a reader goes on until a place proves itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .constellation import Constellation
from .correlate import carriers, sights
from .geometry import Lie, Plane, folded
from .tile import Spectrum, Waves, tile_px

_RATIOS = (16 / 9, 4 / 3, 1.0, 992 / 432, 3 / 4, 9 / 16)  # of pictures as we make them
_SQUEEZED = 2  # of those that are looked at
_CUT = 2  # other sizes that we make, of which a picture may have been cut
_PLACES = 6  # looked at where only the place is unknown, or a lie was searched for
_GUESSES = 10
_PROMISING = 4.2  # height of a guess: chance reaches it in most pictures, marks 4.5 to 28


@dataclass(frozen=True)
class Stage:
    """Places that are looked at together. Of ``whole`` pictures they are all 64 starts in turn."""

    waves: Spectrum  # [m, n] carriers seen from each place
    whole: bool


def stages(residual: Plane, known: Waves, tiles_px: tuple[float, ...]) -> Iterator[Stage]:
    """Yield stages, the cheapest first.

    ``tiles_px`` are the sides of tiles of a picture that was not rescaled, or only with its
    frame; the first is that of a whole picture.
    """
    whole = Lie(tiles_px[0], tiles_px[0])
    yield _whole(residual, known, whole)
    power = Constellation(residual, known)
    cut = [Lie(side, side) for side in tiles_px[1:]]
    yield _found(residual, known, [whole, *power.best(cut, _CUT)])
    for lie in power.best(_squeezed(residual), _SQUEEZED):
        yield _whole(residual, known, lie)
    guesses = [
        guess.lie for guess in power.guesses(tiles_px[0], _GUESSES) if guess.height > _PROMISING
    ]
    for lie in guesses:
        yield _found(residual, known, [lie])


def _whole(residual: Plane, known: Waves, lie: Lie) -> Stage:
    """The whole picture, mirrored or not: the tile starts at a corner in one of 64 ways."""
    height, width = residual.shape
    centre = height / lie.down_px / 2, width / lie.across_px / 2
    spectrum = folded(residual, lie)
    seen = [
        known.from_starts(carriers(spectrum, known, centre, flipped=flipped))
        for flipped in (False, True)
    ]
    return Stage(np.concatenate(seen), whole=True)


def _squeezed(residual: Plane) -> list[Lie]:
    """The whole frame, stretched to another ratio."""
    height, width = residual.shape
    lies = []
    for ratio in _RATIOS:
        made_px = tile_px(1440, round(1440 * ratio))
        lies.append(Lie(width * made_px / round(1440 * ratio), height * made_px / 1440))
    return lies


def _found(residual: Plane, known: Waves, lies: list[Lie]) -> Stage:
    seen: list[Spectrum] = []
    for lie in lies:
        spectrum = folded(residual, lie)
        seen += [
            carriers(spectrum, known, sight.place, flipped=sight.flipped)
            for sight in sights(spectrum, known, _PLACES)
        ]
    return Stage(np.stack(seen), whole=False)
