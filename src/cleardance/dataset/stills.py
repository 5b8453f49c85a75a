"""Stills for the first lessons: one subject, drawn large, seen from its named side.

A scene is sampled as for any clip; its lead is then scaled to half the frame or more, moved into
it, and held upright, so that the words, the shape and the place are what varies.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from cleardance.world.language.captions import canonical
from cleardance.world.language.sampling import sample
from cleardance.world.picture import sprites
from cleardance.world.picture.figures import Figure
from cleardance.world.picture.render import shoot, takes
from cleardance.world.places import PLACES, Medium
from cleardance.world.scene import Action, Actor, Camera, Heading, Scene, Shot, Size, Weather
from cleardance.world.take import Floats, Performance, Poses, Take

DURATION_S = 3.0
COVERED = 128
"""Opacity from which a pixel belongs to a subject."""

_LEAST, _MOST = 0.5, 0.68  # of the frame's height
_WIDEST = 0.9  # of the frame's width
_BORDER = 0.02  # of the frame's height
_BAD_WEATHER_ODDS = 0.1
_UPRIGHT = frozenset(set(Action) - {Action.SPIN, Action.ROLL, Action.FALL, Action.FOLLOW})
_PLAIN = (1.0, 1.0, 1.0)


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
    scene = _plain(rng, cast)
    aspect = width_px / height_px
    moment_s = np.array([rng.uniform(0.2, 0.8) * DURATION_S])
    take = _close(takes(scene, aspect)[0], rng)
    pixels = next(iter(shoot(take, moment_s, width_px, height_px)))
    subject = scene.shots[0].actors[0].subject
    inside = mask(take, moment_s, width_px, height_px)
    labels = (inside * np.uint8(1 + list(cast).index(subject))).astype(np.uint8)
    return Still(pixels, labels, canonical(scene), subject)


def mask(take: Take, moment_s: Floats, width_px: int, height_px: int) -> NDArray[np.bool_]:
    """Return which pixels [H, W] the take's first actor covers at one moment [1]."""
    inside = np.zeros((height_px, width_px), bool)
    cut = Figure(take, 0, moment_s, (width_px, height_px), _PLAIN).cut(0)
    if cut is not None:
        high, wide = cut.rgba.shape[:2]
        rows, columns = slice(cut.top, cut.top + high), slice(cut.left, cut.left + wide)
        inside[rows, columns] = cut.rgba[..., 3] >= COVERED
    return inside


def _plain(rng: Generator, cast: Sequence[str]) -> Scene:
    """Return a scene of one actor of natural size and colour, under a still camera."""
    lead = cast[int(rng.integers(len(cast)))]
    scene = sample(rng, subjects=[lead], duration_s=DURATION_S)
    shot, first = scene.shots[0], scene.shots[0].actors[0]
    fine = shot.weather is not Weather.FOG and rng.random() < _BAD_WEATHER_ODDS
    actor = Actor(
        lead, first.action if first.action in _UPRIGHT else Action.STAND, first.heading, Size.NORMAL
    )
    plain = replace(
        shot,
        actors=(actor,),
        camera=Camera.STATIC,
        weather=shot.weather if fine else Weather.CLEAR,
    )
    return replace(scene, shots=(plain,))


def _close(take: Take, rng: Generator) -> Take:
    """Return the take with its actor large, inside the frame and seen from its side."""
    shot, own = take.shot, take.performances[0]
    shape = sprites.aspect(own.actor.subject)
    height = min(rng.uniform(_LEAST, _MOST), _WIDEST * take.aspect / shape)
    slack = max(take.aspect / 2 - height * shape / 2 - _BORDER, 0.0)
    x = float(rng.uniform(-slack, slack))
    facing = 1.0 if own.actor.heading is Heading.RIGHT else -1.0

    def poses(times_s: Floats) -> Poses:
        seen = own.poses(times_s)
        return replace(
            seen,
            x=np.full_like(times_s, x),
            y=_within(shot, seen, height),
            height=np.full_like(times_s, height),
            angle_rad=np.clip(seen.angle_rad, -0.3, 0.3),
            facing=np.full_like(times_s, facing),
        )

    return replace(take, performances=(Performance(own.actor, poses),))


def _within(shot: Shot, seen: Poses, height: float) -> Floats:
    """Return where feet are so that the whole body is in the frame; in water it stays as deep."""
    place = PLACES[shot.place]
    bottom, top = place.ground_y - 1 + _BORDER, place.ground_y - _BORDER - height
    y = np.clip(seen.y, bottom, max(top, bottom))
    if place.medium is Medium.WATER:
        return np.where(seen.y < 0, seen.y / seen.height * height, y)
    return y
