"""Stills: one moment of a scene, its subject held upright and seen from its named side."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleardance.dataset.framing import DURATION_S, close, masks, plain
from cleardance.world.language.captions import canonical
from cleardance.world.picture.render import shoot, takes
from cleardance.world.scene import Action

_UPRIGHT = frozenset(set(Action) - {Action.SPIN, Action.ROLL, Action.FALL, Action.FOLLOW})


@dataclass(frozen=True, eq=False)
class Still:
    """A picture uint8 [H, W, 3], its labels uint8 [H, W], and what it is called.

    A label is 1 + the subject's place in the list asked from; 0 is everything else.
    """

    pixels: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    caption: str
    subject: str


def still(seed: int, cast: Sequence[str], width_px: int, height_px: int) -> Still:
    """Return the still of a seed, with a subject of ``cast``; the same arguments, the same bytes.

    Raises KeyError for a key that names no subject, ValueError for an empty or too long cast.
    """
    if not 0 < len(cast) < 256:
        raise ValueError("a cast has 1 to 255 subjects")
    rng = np.random.default_rng([seed, 0])
    scene = plain(rng, cast, _UPRIGHT, bad_weather_odds=0)
    aspect = width_px / height_px
    moment_s = np.array([rng.uniform(0.2, 0.8) * DURATION_S])
    take = close(takes(scene, aspect)[0], rng, held=True)
    pixels = next(iter(shoot(take, moment_s, width_px, height_px)))
    subject = scene.shots[0].actors[0].subject
    inside = masks(take, moment_s, width_px, height_px)[0]
    labels = (inside * np.uint8(1 + list(cast).index(subject))).astype(np.uint8)
    return Still(pixels, labels, canonical(scene), subject)
