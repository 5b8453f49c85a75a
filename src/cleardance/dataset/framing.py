"""Scenes for the first lessons: one subject, drawn large, under a camera that stays where it is.

A scene is sampled as for any clip; its lead is then scaled to half the frame or more and moved into
it, so that the words, the shape and the place are what varies.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from cleardance.world.language.sampling import sample
from cleardance.world.picture import sprites
from cleardance.world.picture.figures import Figure
from cleardance.world.places import PLACES, Medium
from cleardance.world.scene import Action, Actor, Camera, Heading, Scene, Shot, Size, Weather
from cleardance.world.take import Floats, Performance, Poses, Take

DURATION_S = 3.0
COVERED = 128
"""Opacity from which a pixel belongs to a subject."""

_LEAST, _MOST = 0.5, 0.68  # of the frame's height
_WIDEST = 0.9  # of the frame's width
_BORDER = 0.02  # of the frame's height
_UNTINTED = (1.0, 1.0, 1.0)


def masks(take: Take, times_s: Floats, width_px: int, height_px: int) -> NDArray[np.bool_]:
    """Return which pixels [T, H, W] the take's first actor covers at times [T]."""
    inside = np.zeros((len(times_s), height_px, width_px), bool)
    figure = Figure(take, 0, times_s, (width_px, height_px), _UNTINTED)
    for k in range(len(times_s)):
        cut = figure.cut(k)
        if cut is not None:
            high, wide = cut.rgba.shape[:2]
            rows, columns = slice(cut.top, cut.top + high), slice(cut.left, cut.left + wide)
            inside[k, rows, columns] = cut.rgba[..., 3] >= COVERED
    return inside


def plain(
    rng: Generator, cast: Sequence[str], actions: frozenset[Action], bad_weather_odds: float
) -> Scene:
    """Return a scene of one actor of natural size and colour, under a still camera.

    It does one of ``actions``, or stands. Where the scene has fog, or rain or snow beyond
    ``bad_weather_odds``, the sky clears: flakes cost a codec and a model more than they teach.
    """
    lead = cast[int(rng.integers(len(cast)))]
    scene = sample(rng, subjects=[lead], duration_s=DURATION_S)
    shot, first = scene.shots[0], scene.shots[0].actors[0]
    fine = shot.weather is not Weather.FOG and rng.random() < bad_weather_odds
    actor = Actor(
        lead, first.action if first.action in actions else Action.STAND, first.heading, Size.NORMAL
    )
    plain = replace(
        shot,
        actors=(actor,),
        camera=Camera.STATIC,
        weather=shot.weather if fine else Weather.CLEAR,
    )
    return replace(scene, shots=(plain,))


def close(take: Take, rng: Generator, *, held: bool) -> Take:
    """Return the take with its actor large and inside the frame.

    ``held`` keeps it in one place, upright and seen from its side; otherwise it moves as directed,
    about the middle of its way.
    """
    shot, own = take.shot, take.performances[0]
    shape = sprites.aspect(own.actor.subject)
    height = min(rng.uniform(_LEAST, _MOST), _WIDEST * take.aspect / shape)
    slack = max(take.aspect / 2 - height * shape / 2 - _BORDER, 0.0)
    x = float(rng.uniform(-slack, slack))
    facing = 1.0 if own.actor.heading is Heading.RIGHT else -1.0
    middle = own.poses(np.array([shot.duration_s / 2]))

    def moving(times_s: Floats) -> Poses:
        seen = own.poses(times_s)
        tall = height * np.clip(seen.height / middle.height, 0.3, 1.6)
        return replace(seen, x=x + seen.x - middle.x, y=_within(shot, seen, height), height=tall)

    def still(times_s: Floats) -> Poses:
        seen = own.poses(times_s)
        return replace(
            seen,
            x=np.full_like(times_s, x),
            y=_within(shot, seen, height),
            height=np.full_like(times_s, height),
            angle_rad=np.clip(seen.angle_rad, -0.3, 0.3),
            facing=np.full_like(times_s, facing),
        )

    return replace(take, performances=(Performance(own.actor, still if held else moving),))


def _within(shot: Shot, seen: Poses, height: float) -> Floats:
    """Return where feet are so that the whole body is in the frame; in water it stays as deep."""
    place = PLACES[shot.place]
    bottom, top = place.ground_y - 1 + _BORDER, place.ground_y - _BORDER - height
    y = np.clip(seen.y, bottom, max(top, bottom))
    if place.medium is Medium.WATER:
        return np.where(seen.y < 0, seen.y / seen.height * height, y)
    return y
