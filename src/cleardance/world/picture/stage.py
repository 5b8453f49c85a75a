"""The stage of a shot: place, hour and weather painted as parallax layers."""

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np

from cleardance.world.picture import elsewhere, heights, interior, landscapes, waters
from cleardance.world.picture.easel import Easel, Layer, Stage
from cleardance.world.picture.light import light_of
from cleardance.world.picture.paint import RGB, Frame
from cleardance.world.picture.weather import Air, air
from cleardance.world.places import PLACES, Medium
from cleardance.world.scene import Place, Shot, TimeOfDay, Weather

__all__ = ["VARIANTS", "Air", "Layer", "Stage", "air", "paint"]

VARIANTS = 64
"""How many landscapes there are of each place."""

FEW_VARIANTS = 4
"""How many of them small frames show: those are painted for training, again and again."""

_FEW_BELOW_PX = 200 * 200
_KEPT = 1280  # stages of small frames: all there are at one size, about 0.25 MB each

_PAINTERS: dict[Place, Callable[[Easel, float], None]] = {
    Place.MEADOW: landscapes.meadow,
    Place.FOREST: landscapes.forest,
    Place.BEACH: waters.beach,
    Place.SEA: waters.sea,
    Place.LAKE: waters.lake,
    Place.UNDERWATER: waters.underwater,
    Place.DESERT: landscapes.desert,
    Place.MOUNTAINS: heights.mountains,
    Place.CITY: elsewhere.city,
    Place.FARM: landscapes.farm,
    Place.ROAD: landscapes.road,
    Place.SNOWFIELD: heights.snowfield,
    Place.SPACE: elsewhere.space,
    Place.ROOM: interior.room,
    Place.SKY: elsewhere.sky,
}


def paint(shot: Shot, width_px: int, height_px: int, margin: float, seed: int) -> Stage:
    """Paint the place of a shot, at its hour and in its weather.

    ``margin`` is how far the camera may travel from its rest, in frame heights: so far to either
    side, half as far up and down; layers cover the frame for all of it, over the shot's duration.
    One seed is one landscape at every size but the smallest, which know
    only the first few. Raises ValueError if a number is out of
    range.
    """
    if min(width_px, height_px) < 1 or not 0.0 <= margin <= 64.0 or seed < 0:
        raise ValueError("a stage needs a size, a margin of 0 to 64 and a seed of at least 0")
    variants, make = VARIANTS, _painted
    if width_px * height_px < _FEW_BELOW_PX:
        variants, make = FEW_VARIANTS, _kept
        margin, duration_s = 0.5 * math.ceil(2.0 * margin), float(math.ceil(shot.duration_s))
    else:
        duration_s = shot.duration_s
    frame = Frame(width_px, height_px, margin, duration_s)
    return make(shot.place, shot.time, shot.weather, frame, seed % variants)


def _painted(place: Place, time: TimeOfDay, weather: Weather, frame: Frame, variant: int) -> Stage:
    number = list(Place).index(place)
    easel = Easel(frame, light_of(time, weather), np.random.default_rng((number, variant)))
    light = easel.light
    info = PLACES[place]
    _PAINTERS[place](easel, 1000.0 * info.ground_y)
    if weather is Weather.FOG and info.medium in (Medium.LAND, Medium.WATER, Medium.AIR):
        _veil(easel, place, 1000.0 * info.ground_y)
    shadow = _SHADOWS[info.medium] * (0.55 if weather in _SUNLESS or light.dark else 1.0)
    return easel.stage(shadow, _tint(place, easel.light.actors))


def _veil(easel: Easel, place: Place, ground_y: float) -> None:
    """Hang fog behind the actors, thickest over the far edge of the ground."""
    if place is Place.ROOM:
        return
    fog = easel.sheet(1.0, 0.36 * ground_y)
    fog.floor(0.0, easel.light.haze)
    fog.thin((0.36 * ground_y, 0.9 * ground_y, ground_y, 1000.0), (0.0, 0.62, 0.5, 0.1))


_kept = lru_cache(maxsize=_KEPT)(_painted)


def _tint(place: Place, tint: RGB) -> RGB:
    """Bend the hour's light to places that have their own."""
    gains = {
        Place.UNDERWATER: (0.80, 0.95, 1.0),
        Place.ROOM: (1.0, 0.97, 0.94),
        Place.FOREST: (0.95, 0.98, 0.93),
    }.get(place, (1.0, 1.0, 1.0))
    r, g, b = (t if place is not Place.ROOM else max(t, 0.84) for t in tint)
    if place is Place.SPACE:
        r, g, b = max(r, 0.88), max(g, 0.88), max(b, 0.92)
    return r * gains[0], g * gains[1], b * gains[2]


_SUNLESS = (Weather.RAIN, Weather.FOG, Weather.SNOW)
_SHADOWS = {
    Medium.LAND: 0.36,
    Medium.WATER: 0.0,
    Medium.DEPTHS: 0.0,
    Medium.AIR: 0.0,
    Medium.VOID: 0.0,
}
