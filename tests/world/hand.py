"""Takes made by hand, so that foley is tested against motions known in closed form."""

from collections.abc import Callable, Sequence

import numpy as np

from cleardance.world.scene import Actor, Place, Shot, TimeOfDay, Weather
from cleardance.world.take import Bed, Event, EventKind, Floats, Performance, Poses, Take, View

Curve = Callable[[Floats], Floats]


def still(value: float) -> Curve:
    return lambda t: np.full_like(t, value)


REST, DOG_SIZED = still(0.0), still(0.3)


def poses(x: Curve, height: Curve) -> Callable[[Floats], Poses]:
    def at(t: Floats) -> Poses:
        zero = np.zeros_like(t)
        return Poses(x(t), zero, height(t), zero, zero + 1, zero, zero + 1)

    return at


def a_take(
    subject: str | None = "dog",
    place: Place = Place.MEADOW,
    events: Sequence[Event] = (),
    beds: Sequence[Bed] = (),
    x: Curve = REST,
    height: Curve = DOG_SIZED,
    duration_s: float = 2.0,
    seed: int = 1,
    time: TimeOfDay = TimeOfDay.DAY,
    weather: Weather = Weather.CLEAR,
) -> Take:
    actors = (Actor(subject),) if subject else ()
    shot = Shot(actors, place, time, weather, duration_s=duration_s)
    parts = tuple(Performance(actor, poses(x, height)) for actor in actors)

    def view(t: Floats) -> View:
        return View(0 * t, 0 * t, 0 * t + 1)

    return Take(shot, parts, view, tuple(events), tuple(beds), 16 / 9, seed)


def at(kind: EventKind, *times_s: float, strength: float = 1.0) -> list[Event]:
    return [Event(time_s, kind, 0, strength) for time_s in times_s]


def level_db(x: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(np.square(x, dtype=np.float64)) + 1e-12))


def centroid_hz(x: np.ndarray, rate: int) -> float:
    power = np.abs(np.fft.rfft(x)) ** 2
    return float(np.sum(np.fft.rfftfreq(len(x), 1 / rate) * power) / np.sum(power))


def onsets_s(x: np.ndarray, rate: int, least: float = 0.0) -> np.ndarray:
    """Spectral flux (Dixon, 2006): where a mono track's log spectrum rises most, in seconds.

    ``least`` is the weakest rise that counts, as a fraction of the strongest.
    """
    window, hop = round(0.012 * rate), round(0.002 * rate)
    starts = np.arange(0, len(x) - window, hop)
    frames = x[starts[:, None] + np.arange(window)] * np.hanning(window)
    bands = np.log1p(1000 * np.abs(np.fft.rfft(frames, axis=1)) / window)
    flux = np.maximum(0, bands[4:] - bands[:-4]).mean(axis=1)
    threshold = np.median(flux) + 4 * np.median(np.abs(flux - np.median(flux)))
    threshold = max(threshold, least * flux.max())
    reach = 15
    around = np.lib.stride_tricks.sliding_window_view(np.pad(flux, reach), 2 * reach + 1)
    peaks = np.flatnonzero((flux >= around.max(axis=1)) & (flux > threshold))
    # the rise is between the frame and the one 8 ms before it; its middle has just met the onset
    return (starts[peaks + 2] + window / 2) / rate
