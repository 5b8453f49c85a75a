"""What a place sounds like when nothing happens: air, water, traffic, birds, weather.

Every ambience is a seamless stereo loop of `LOOP_S` seconds, made once per place, light, weather
and rate; a shot reads it from a seeded offset. Left and right noise are independent, so that the
ambience surrounds the listener; its creatures have a side.
"""

from collections.abc import Callable
from functools import lru_cache, partial

import numpy as np

from cleardance.world.places import PLACES, Medium, Surface
from cleardance.world.scene import Place, Shot, TimeOfDay, Weather
from cleardance.world.sound.contacts import Body
from cleardance.world.sound.grains import ACOUSTICS, VARIANTS, Acoustic, Sound, grain
from cleardance.world.sound.soundscapes import (
    BY_DAY,
    BY_TIME,
    LEFT_DB,
    WEATHERS,
    Air,
    Ambience,
    Life,
)
from cleardance.world.sound.synth import Floats, Samples, generator, seamless, stretched
from cleardance.world.take import EventKind

LOOP_S = 8
MAX_LOOPS = 40
_LIFE_OVER_AIR_DB = 10.0
_CURVE_HZ = 50
_LAG = 0.03  # turns of the loop that the right ear hears swells after the left


def ambience(shot: Shot, n: int, sample_rate_hz: int, rng: np.random.Generator) -> Samples:
    """Return a shot's ambience, float32 [2, n]; place and weather start anywhere in their loops."""
    place = _place_loop(shot.place, _light(shot), sample_rate_hz)
    starts = rng.integers(0, place.shape[1], 2)
    weather = _weather(shot)
    if weather is None:
        return _read(place, int(starts[0]), n)
    left = np.float32(10 ** (LEFT_DB[shot.weather] / 20))
    return _read(place, int(starts[0]), n) * left + _read(
        _weather_loop(weather, sample_rate_hz), int(starts[1]), n
    )


def _light(shot: Shot) -> TimeOfDay:
    """Return the time of day if this place sounds different then, else DAY, so loops are shared."""
    return shot.time if shot.place in BY_TIME[shot.time] else TimeOfDay.DAY


def _weather(shot: Shot) -> str | None:
    """Return which weather is heard here: none in space and under water, outside from a room."""
    medium = PLACES[shot.place].medium
    if shot.weather is Weather.CLEAR or medium in (Medium.VOID, Medium.DEPTHS):
        return None
    if shot.place is Place.ROOM and shot.weather in (Weather.RAIN, Weather.WIND):
        return f"{shot.weather} outside"
    near_water = medium is Medium.WATER or shot.place is Place.BEACH
    if near_water and shot.weather is Weather.RAIN:
        return "rain on water"
    return "foghorn" if near_water and shot.weather is Weather.FOG else shot.weather.value


def _read(loop: Samples, start: int, n: int) -> Samples:
    """Return ``n`` samples of a loop from ``start``, around its end as often as needed."""
    length = loop.shape[1]
    if start + n <= length:
        return loop[:, start : start + n].copy()
    around: Samples = np.take(loop, np.arange(start, start + n) % length, axis=1)
    return around


@lru_cache(maxsize=MAX_LOOPS)
def _place_loop(place: Place, light: TimeOfDay, sample_rate_hz: int) -> Samples:
    """Return a place's loop, [2, LOOP_S * rate]."""
    parts = BY_TIME[light].get(place, BY_DAY[place])
    acoustic = ACOUSTICS.get(place, Acoustic.OPEN)
    return _loop(parts, acoustic, sample_rate_hz, f"{place} {light}")


@lru_cache(maxsize=len(WEATHERS))
def _weather_loop(name: str, sample_rate_hz: int) -> Samples:
    """Return a weather's loop, [2, LOOP_S * rate]."""
    return _loop(WEATHERS[name], Acoustic.OPEN, sample_rate_hz, name)


def _loop(parts: Ambience, acoustic: Acoustic, sample_rate_hz: int, name: str) -> Samples:
    """Return airs at their loudness, and what lives in them, [2, LOOP_S * rate], read-only."""
    n = LOOP_S * sample_rate_hz
    hop = max(1, sample_rate_hz // _CURVE_HZ)
    turns = np.arange(-(-n // hop) + 1, dtype=np.float64) * (hop / n)
    loop = np.zeros((2, n), np.float32)
    for i, air in enumerate(parts.airs):
        rng = generator(name, i)
        noises = seamless(air.tone, LOOP_S, sample_rate_hz, rng, 2)
        swell = _swells(air, generator(name, "swell", i))
        for side in (0, 1):
            level = 10 ** (air.level_db / 20) * swell(turns + _LAG * side)
            loop[side] += noises[side] * stretched(level, hop)[:n]
    loop *= 10 ** (parts.rms_db / 20) / (np.sqrt(np.mean(loop**2)) + 1e-12)
    for life in parts.lives:
        peak = 10 ** ((parts.rms_db + _LIFE_OVER_AIR_DB + life.level_db) / 20)
        _settle(loop, life, peak, acoustic, sample_rate_hz)
    loop.flags.writeable = False
    return loop


def _swells(air: Air, rng: np.random.Generator) -> Callable[[Floats], Floats]:
    """Return an air's loudness, 0 to 1, as a function of turns of its loop, of period 1."""
    if air.surf:
        return partial(_surf, air)
    orders = np.arange(max(1, air.swells - 2), air.swells + 3)
    gains, phases = rng.uniform(0.5, 1, len(orders)), rng.random(len(orders))

    def swell(turns: Floats) -> Floats:
        total = np.cos(2 * np.pi * (turns[:, None] * orders + phases)) @ gains
        level: Floats = 1 - air.depth + air.depth * (0.5 + 0.5 * np.tanh(total))
        return level

    return swell


def _surf(air: Air, turns: Floats) -> Floats:
    """Return waves that rise, break and run out."""
    phase = (air.swells * turns + 0.06 * np.sin(2 * np.pi * turns)) % 1.0
    wave = np.where(phase < 0.3, (phase / 0.3) ** 2, np.exp(-(phase - 0.3) / 0.22))
    level: Floats = 1 - air.depth + air.depth * wave
    return level


def _settle(
    loop: Samples, life: Life, peak: float, acoustic: Acoustic, sample_rate_hz: int
) -> None:
    """Add a life's calls to a loop, around its end, each somewhere between left and right."""
    n = loop.shape[1]
    rng = generator("life", life.voice, life.count)
    for i in range(life.count):
        variant = int(rng.integers(VARIANTS))
        sound = Sound(EventKind.CALL, life.voice, Body.SOFT, Surface.NONE, life.size, variant)
        samples = grain(sound, acoustic, sample_rate_hz).samples
        drift, where = rng.random(), rng.uniform(0.15, 1.4)
        start = round((i + (0.1 * life.regular + (not life.regular)) * drift) / life.count * n)
        gain = peak * rng.uniform(0.5, 1.0)
        for side, share in ((0, np.cos(where)), (1, np.sin(where))):
            _add_around(loop[side], samples[side] * np.float32(gain * share), start)


def _add_around(line: Samples, samples: Samples, start: int) -> None:
    """Add samples to a circular line in place."""
    n = len(line)
    start, samples = start % n, samples[:n]
    first = min(len(samples), n - start)
    line[start : start + first] += samples[:first]
    line[: len(samples) - first] += samples[first:]
