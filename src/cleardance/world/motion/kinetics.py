"""The few curves every motion is made of. All are pure, vectorised and defined for any time."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleardance.world.places import Medium
from cleardance.world.take import Floats

GRAVITY: dict[Medium, float] = {
    Medium.LAND: 4.0,
    Medium.WATER: 4.0,
    Medium.AIR: 4.0,
    Medium.DEPTHS: 1.0,  # buoyancy carries most of the weight
    Medium.VOID: 1.0,  # as on a small moon
}
"""Acceleration of everything thrown or dropped, stage units per second squared."""

TURN = 2 * np.pi


@dataclass(frozen=True)
class Route:
    """A way along x: where at times [T] (stage units), facing which way (-1 to 1), how fast."""

    x: Callable[[Floats], Floats]
    facing: Callable[[Floats], Floats]
    speed: float  # mean magnitude, stage units per second


def straight(start_x: float, velocity: float, heading: float) -> Route:
    """Return the route at constant ``velocity`` (units/s, signed) that faces ``heading``."""
    return Route(
        lambda t: start_x + velocity * t,
        lambda t: np.full_like(t, heading),
        abs(velocity),
    )


def shuttle(centre: float, span: float, speed: float, heading: float, head_start: float) -> Route:
    """Return the route to and fro over ``span`` units, slowing and turning round at both ends.

    A triangle wave whose corners are rounded, asin(k sin p) / asin(k); it starts ``head_start``
    units from the end that ``heading`` (+1 or -1) points away from. While it turns, facing passes
    through 0.
    """
    k = 0.985

    def phase(t: Floats) -> Floats:
        return np.pi * ((head_start + speed * t) / span - 0.5) + 0.25

    def x(t: Floats) -> Floats:
        way: Floats = np.arcsin(k * np.sin(phase(t))) / np.arcsin(k)
        return centre + heading * span / 2 * way

    def facing(t: Floats) -> Floats:
        ahead = np.cos(phase(t))
        turned: Floats = heading * ahead / np.sqrt(ahead**2 + 0.01)
        return turned

    return Route(x, facing, speed)


def parabolas(times: Floats, contacts: Floats, gravity: float) -> tuple[Floats, Floats]:
    """Return height and vertical speed at times [T] of a body thrown from contact to contact.

    Between contacts a < b (``contacts`` ascending, at least two) the height is
    g/2 (t-a)(b-t): a true parabola, exactly 0 at both. Outside the contacts it rests at 0.
    """
    i = np.clip(np.searchsorted(contacts, times, side="right") - 1, 0, len(contacts) - 2)
    since, left = times - contacts[i], contacts[i + 1] - times
    aloft = (since >= 0) & (left >= 0)
    height = np.where(aloft, gravity / 2 * since * left, 0.0)
    return height, np.where(aloft, gravity / 2 * (left - since), 0.0)


def keyed(times: Floats, keys_s: Floats | list[float], values: Floats | list[float]) -> Floats:
    """Return the smoothstep interpolation of key frames (ascending), held at both ends, [T]."""
    at, to = np.asarray(keys_s, np.float64), np.asarray(values, np.float64)
    i = np.clip(np.searchsorted(at, times, side="right") - 1, 0, len(at) - 2)
    u = np.clip((times - at[i]) / (at[i + 1] - at[i]), 0.0, 1.0)
    value: Floats = to[i] + (to[i + 1] - to[i]) * u * u * (3 - 2 * u)
    return value


def bump(times: Floats, centre_s: float | Floats, width_s: float) -> Floats:
    """Return a smooth bump, 1 at its centre and 0 beyond half its width to either side, [T]."""
    u = np.clip((times - centre_s) / (width_s / 2), -1.0, 1.0)
    value: Floats = (1 - u * u) ** 2
    return value


def nearest(times: Floats, moments: Floats) -> Floats:
    """Return the signed time since the nearest of ``moments`` (ascending, not empty), [T]."""
    i = np.searchsorted((moments[1:] + moments[:-1]) / 2, times)
    since: Floats = times - moments[i]
    return since


def ticks(rate_hz: float, phase: float, duration_s: float) -> Floats:
    """Return the times in [0, duration) at which ``rate_hz * t + phase`` is an integer."""
    first, last = np.ceil(phase), np.ceil(rate_hz * duration_s + phase)
    return np.asarray((np.arange(first, last) - phase) / rate_hz, np.float64)


def half_extent(width: float | Floats, height: float | Floats, angle_rad: Floats) -> Floats:
    """Return how far below its centre the ellipse of a box reaches when rotated, [T]."""
    across, down = width / 2 * np.sin(angle_rad), height / 2 * np.cos(angle_rad)
    return np.asarray(np.sqrt(across**2 + down**2), np.float64)


def wobble(times: Floats, seeds: NDArray[np.float64], low_hz: float, high_hz: float) -> Floats:
    """Return band-limited noise of about unit amplitude: one sine per seed in [0, 1), [T]."""
    n = len(seeds)
    rates = low_hz + (high_hz - low_hz) * (np.arange(n) + seeds) / n
    waves = np.sin(TURN * (rates * times[:, None] + seeds * 7.31))
    noise: Floats = waves.sum(axis=1) * np.sqrt(2 / n)
    return noise
