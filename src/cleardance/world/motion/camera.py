"""The camera: where it looks and how close, as a pure function of time."""

from collections.abc import Callable

import numpy as np
from numpy.random import Generator

from cleardance.world.motion.kinetics import keyed, wobble
from cleardance.world.places import PLACES
from cleardance.world.scene import Camera, Shot
from cleardance.world.take import Floats, Poses, Take, View

FOLLOW_TRAVEL = 3.0
"""Most that a following camera travels in one shot, stage units."""

ZOOM = 1.5
_TILT_ZOOM = 1.25  # a tilt looks round inside the painted frame, so it has to be closer
_SHAKE = 0.012
_SHAKE_ZOOM = 1.08

Look = Callable[[Floats], View]


def pan_reach(shot: Shot, aspect: float) -> float:
    """Return how far from the middle a pan starts and ends, stage units; 0 without a pan."""
    return 0.16 * aspect if shot.camera in (Camera.PAN_LEFT, Camera.PAN_RIGHT) else 0.0


def rest_y(shot: Shot) -> float:
    """Return the stage y in the middle of the frame with the camera at rest."""
    return PLACES[shot.place].ground_y - 0.5


def look(
    shot: Shot, aspect: float, first: Callable[[Floats], Poses] | None, rng: Generator
) -> Look:
    """Return the view of a shot; ``first`` is its first actor's poses, if it has actors.

    The view never leaves x within `pan_reach`, or half of `FOLLOW_TRAVEL`, of the middle, and y
    never leaves what is in the frame at rest.
    """
    seeds = rng.random(6)
    whole = _still(shot)
    if shot.camera in (Camera.PAN_LEFT, Camera.PAN_RIGHT):
        return _pan(shot, pan_reach(shot, aspect))
    if shot.camera in (Camera.TILT_UP, Camera.TILT_DOWN):
        return _tilt(shot)
    if shot.camera in (Camera.ZOOM_IN, Camera.ZOOM_OUT):
        return _zoom(shot, aspect, first)
    if shot.camera is Camera.SHAKE:
        return _shake(shot, aspect, seeds)
    if shot.camera is Camera.FOLLOW and first is not None:
        return lambda t: View(first(t).x, whole(t).y, whole(t).zoom)
    return whole


def margin(take: Take) -> float:
    """Return how far the camera travels from x = 0, in stage units, for `stage.paint`.

    Cameras that zoom, tilt or shake stay inside the frame at rest, and need none.
    """
    if not pan_reach(take.shot, take.aspect) and take.shot.camera is not Camera.FOLLOW:
        return 0.0
    times = np.linspace(0.0, take.shot.duration_s, 97)
    return float(np.abs(take.view(times).x).max())


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


def _tilt(shot: Shot) -> Look:
    """Look up or down as far as is painted, but never so high that the ground is lost."""
    half, y = 0.5 / _TILT_ZOOM, rest_y(shot)
    low, high = y - (0.5 - half), min(y + (0.5 - half), half - 0.04)
    ends = (low, high) if shot.camera is Camera.TILT_UP else (high, low)
    zoom = _TILT_ZOOM
    return lambda t: View(np.zeros_like(t), _ramp(shot, t, *ends), np.full_like(t, zoom))


def _zoom(shot: Shot, aspect: float, first: Callable[[Floats], Poses] | None) -> Look:
    """Close in on where the first actor is in the middle of the shot (or open from there)."""
    ends = (1.0, ZOOM) if shot.camera is Camera.ZOOM_IN else (ZOOM, 1.0)
    middle, aim_x, aim_y = np.array([shot.duration_s / 2]), 0.0, rest_y(shot)
    if first is not None:
        seen = first(middle)
        aim_x, aim_y = float(seen.x[0]), float((seen.y + seen.height / 2)[0])

    def view(t: Floats) -> View:
        zoom = _ramp(shot, t, *ends)
        slack = (1 - 1 / zoom) / 2
        x = np.clip(aim_x, -slack * aspect, slack * aspect)
        y = rest_y(shot) + np.clip(aim_y - rest_y(shot), -slack, slack)
        return View(x, y, zoom)

    return view


def _shake(shot: Shot, aspect: float, seeds: Floats) -> Look:
    """Hand-held: noise of 1.5 to 6 Hz that dies down to a third over the shot."""

    def view(t: Floats) -> View:
        size = _SHAKE * min(1.0, aspect) * np.clip(1 - 0.7 * t / shot.duration_s, 0.0, 1.0)
        x, y = (size * wobble(t, part, 1.5, 6.0) for part in (seeds[:3], seeds[3:]))
        return View(x, rest_y(shot) + y, np.full_like(t, _SHAKE_ZOOM))

    return view
