"""Clips with sound: the key frames of a scene, its subject moving as directed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleardance.dataset.framing import DURATION_S, close, masks, plain
from cleardance.pocket import audio
from cleardance.world.language.captions import canonical
from cleardance.world.picture.render import shoot, takes
from cleardance.world.scene import Action
from cleardance.world.sound.foley import soundtrack

_ALL = frozenset(set(Action) - {Action.FOLLOW})
_BAD_WEATHER_ODDS = 0.05


@dataclass(frozen=True, eq=False)
class Clip:
    """Key frames uint8 [T, H, W, 3], labels uint8 [T, H, W], and patches of sound [N, 512].

    Frames are evenly apart, the first at the beginning, the last at the end; sound is float16,
    `audio.TOKENS_PER_S` patches a second. Labels are as in `stills.Still`.
    """

    pixels: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    sound: NDArray[np.float16]
    caption: str
    subject: str


def clip(seed: int, cast: Sequence[str], width_px: int, height_px: int, frames: int) -> Clip:
    """Return the clip of a seed, with a subject of ``cast``; the same arguments, the same bytes.

    Raises KeyError for a key that names no subject, ValueError for an empty or too long cast.
    """
    if not 0 < len(cast) < 256:
        raise ValueError("a cast has 1 to 255 subjects")
    rng = np.random.default_rng([seed, 1])
    scene = plain(rng, cast, _ALL, _BAD_WEATHER_ODDS)
    take = close(takes(scene, width_px / height_px)[0], rng, held=False)
    times_s = np.linspace(0, DURATION_S, frames)
    pixels = np.stack(list(shoot(take, times_s, width_px, height_px)))
    subject = scene.shots[0].actors[0].subject
    inside = masks(take, times_s, width_px, height_px)
    labels = (inside * np.uint8(1 + list(cast).index(subject))).astype(np.uint8)
    heard = soundtrack([take], audio.SAMPLE_RATE_HZ, channels=1)[:, 0]
    sound = audio.patches(heard).astype(np.float16)
    return Clip(pixels, labels, sound, canonical(scene), subject)
