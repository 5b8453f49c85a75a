"""The camera: where it looks and how close, as a pure function of time."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.random import Generator

from cleardance.world.motion.kinetics import keyed, wobble
from cleardance.world.places import PLACES
from cleardance.world.scene import Camera, Shot
from cleardance.world.take import Floats, Poses, Take, View

FOLLOW_TRAVEL = 3.0
"""Most that a following camera travels in one shot, stage units."""

ZOOM = 1.5
_LEAST_ZOOM, _FILLED = 1.15, 0.8  # of the frame's height, by the first actor
_TILT_ZOOM = 1.25  # a tilt looks round inside the painted frame, so it has to be closer
_SHAKE = 0.012
_SHAKE_ZOOM = 1.08

_GLIDE_S = np.linspace(-0.5, 0.5, 7)

Look = Callable[[Floats], View]
Track = Callable[[Floats], Poses]


def pan_reach(shot: Shot, aspect: float) -> float:
    """Return how far from the middle a pan starts and ends, stage units; 0 without a pan."""
    return 0.16 * aspect if shot.camera in (Camera.PAN_LEFT, Camera.PAN_RIGHT) else 0.0


def rest_y(shot: Shot) -> float:
    """Return the stage y in the middle of the frame with the camera at rest."""
    return PLACES[shot.place].ground_y - 0.5


def look(shot: Shot, aspect: float, cast: Sequence[Track], rng: Generator) -> Look:
    """Return the view of a shot; ``cast`` is its actors' poses, in order.

    The view never leaves x within `pan_reach`, or half of `FOLLOW_TRAVEL`, of the middle, and y
    never leaves what is in the frame at rest. Whoever comes first stays in view while the camera
    closes in or tilts, as far as the frame at rest allows.
    """
    seeds = rng.random(6)
    whole = _still(shot)
    if shot.camera in (Camera.PAN_LEFT, Camera.PAN_RIGHT):
        return _pan(shot, pan_reach(shot, aspect))
    if shot.camera in (Camera.TILT_UP, Camera.TILT_DOWN):
        return _tilt(shot, aspect, cast)
    if shot.camera in (Camera.ZOOM_IN, Camera.ZOOM_OUT):
        return _zoom(shot, aspect, cast)
    if shot.camera is Camera.SHAKE:
        return _shake(shot, aspect, seeds)
    if shot.camera is Camera.FOLLOW and cast:
        return lambda t: View(cast[0](t).x, whole(t).y, whole(t).zoom)
    return whole


def margin(take: Take) -> float:
    """Return how far the camera travels from x = 0, in stage units, for `stage.paint`.

    Cameras that zoom, tilt or shake stay inside the frame at rest, and need none.
    """
    if not pan_reach(take.shot, take.aspect) and take.shot.camera is not Camera.FOLLOW:
        return 0.0
    times = np.linspace(0.0, take.shot.duration_s, 97)
    return float(np.abs(take.view(times).x).max())


def closest(take: Take, times_s: Floats) -> float:
    """Return the largest zoom at the given times: how finely the stage is worth painting."""
    return float(take.view(times_s).zoom.max(initial=1.0))


def _still(shot: Shot) -> Look:
    y = rest_y(shot)
    return lambda t: View(np.zeros_like(t), np.full_like(t, y), np.ones_like(t))


def _ramp(shot: Shot, times: Floats, first: float, last: float) -> Floats:
    """Go from first to last over the shot, gently at both ends."""
    return keyed(times, [0.02 * shot.duration_s, 0.98 * shot.duration_s], [first, last])


def _pan(shot: Shot, reach: float) -> Look:
    way = reach if shot.camera is Camera.PAN_RIGHT else -reach
    still = _still(shot)
    return lambda t: View(_ramp(shot, t, -way, way), still(t).y, still(t).zoom)


def _tilt(shot: Shot, aspect: float, cast: Sequence[Track]) -> Look:
    """Look up or down as far as is painted, but never so high that the ground is lost."""
    half, y = 0.5 / _TILT_ZOOM, rest_y(shot)
    low, high = y - (0.5 - half), min(y + (0.5 - half), half - 0.04)
    ends = (low, high) if shot.camera is Camera.TILT_UP else (high, low)

    def view(t: Floats) -> View:
        zoom = np.full_like(t, _TILT_ZOOM)
        x, middle = _aim(t, zoom, shot, aspect, cast)
        way = np.clip(_ramp(shot, t, *ends), middle - 0.4 * half, middle + 0.4 * half)
        return View(_within(x, zoom, aspect), np.clip(way, low, high), zoom)

    return view


def _zoom(shot: Shot, aspect: float, cast: Sequence[Track]) -> Look:
    """Close in on the actors, wherever they go (or open from there)."""
    close = ZOOM
    if cast:  # no closer than shows the first actor whole
        tall = cast[0](np.linspace(0.0, shot.duration_s, 9)).height
        close = float(np.clip(_FILLED / tall.max(), _LEAST_ZOOM, ZOOM))
    ends = (1.0, close) if shot.camera is Camera.ZOOM_IN else (close, 1.0)

    def view(t: Floats) -> View:
        zoom = _ramp(shot, t, *ends)
        x, y = _aim(t, zoom, shot, aspect, cast)
        return View(
            _within(x, zoom, aspect), rest_y(shot) + _within(y - rest_y(shot), zoom, 1.0), zoom
        )

    return view


def _within(way: Floats, zoom: Floats, side: float) -> Floats:
    """Keep the view inside the frame at rest, whose ``side`` it moves along."""
    slack = side * (1 - 1 / zoom) / 2
    return np.asarray(np.clip(way, -slack, slack), np.float64)


def _aim(
    times: Floats, zoom: Floats, shot: Shot, aspect: float, cast: Sequence[Track]
) -> tuple[Floats, Floats]:
    """Return the middle of the actors (x, y), each [T], never far from the first of them.

    Averaged over a second, so that the camera glides while they hop.
    """
    if not cast:
        return np.zeros_like(times), np.full_like(times, rest_y(shot))
    middles = []
    for track in cast:
        seen = track((times[:, None] + _GLIDE_S).ravel())
        place = np.stack((seen.x, seen.y + seen.height / 2)).reshape(2, len(times), -1)
        middles.append(place.mean(axis=2))
    first, crowd = middles[0], np.mean(middles, axis=0)
    reach = 0.2 * np.array((aspect, 1.0))[:, None] / zoom
    x, y = np.clip(crowd, first - reach, first + reach)
    return x, y


def _shake(shot: Shot, aspect: float, seeds: Floats) -> Look:
    """Hand-held: noise of 1.5 to 6 Hz that dies down to a third over the shot."""

    def view(t: Floats) -> View:
        size = _SHAKE * min(1.0, aspect) * np.clip(1 - 0.7 * t / shot.duration_s, 0.0, 1.0)
        x, y = (size * wobble(t, part, 1.5, 6.0) for part in (seeds[:3], seeds[3:]))
        return View(x, rest_y(shot) + y, np.full_like(t, _SHAKE_ZOOM))

    return view
