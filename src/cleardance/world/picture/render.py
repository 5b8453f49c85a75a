"""Frames: takes, stages and sprites become pictures, one at a time and in order."""

import math
from collections.abc import Iterable, Iterator

import numpy as np

from cleardance.world.motion import camera
from cleardance.world.motion.directing import direct
from cleardance.world.picture import stage
from cleardance.world.picture.compose import Pixels, stick
from cleardance.world.picture.figures import Figure, in_water, submerge
from cleardance.world.picture.scenery import Scenery
from cleardance.world.places import PLACES, Medium
from cleardance.world.scene import Scene
from cleardance.world.take import Floats, Take

_SHARP_FROM_PX = 200
"""Height from which a stage that is zoomed into is painted at the scale of its closest view."""


def takes(scene: Scene, aspect: float) -> tuple[Take, ...]:
    """Return the scene's shots, directed for frames ``aspect`` wide per unit of height.

    Each shot has its own seed, derived from the scene's.
    """
    return tuple(
        direct(shot, aspect, int(np.random.SeedSequence([scene.seed, i]).generate_state(1)[0]))
        for i, shot in enumerate(scene.shots)
    )


def frames(scene: Scene, width_px: int, height_px: int, fps: int) -> Iterator[Pixels]:
    """Yield the scene's frames: `film` of its `takes`."""
    if min(width_px, height_px) < 1:
        raise ValueError("width and height must be positive")
    return film(takes(scene, width_px / height_px), width_px, height_px, fps)


def film(directed: Iterable[Take], width_px: int, height_px: int, fps: int) -> Iterator[Pixels]:
    """Yield takes laid one after the other, RGB uint8 [height_px, width_px, 3].

    The k-th frame shows time k / fps, of ceil(duration * fps) frames; memory does not grow with
    the duration, and every frame is a new array. The same takes give the same bytes. Raises
    ValueError for a size or rate below 1.
    """
    if min(width_px, height_px, fps) < 1:
        raise ValueError("width, height and frame rate must be positive")
    first, start_s = 0, 0.0
    for take in directed:
        end_s = start_s + take.shot.duration_s
        last = math.ceil(round(end_s * fps, 6))
        times = np.arange(first, last) / fps - start_s
        if len(times):
            yield from shoot(take, times, width_px, height_px)
        first, start_s = last, end_s


def shoot(take: Take, times_s: Floats, width_px: int, height_px: int) -> Iterator[Pixels]:
    """Yield one take's frames at the given times [T]."""
    shot, size = take.shot, (width_px, height_px)
    reach = camera.margin(take)
    fine = camera.closest(take, times_s) if height_px >= _SHARP_FROM_PX else 1.0
    plate = round(fine * width_px), round(fine * height_px)
    painted = stage.paint(shot, *plate, reach, take.seed)
    weather = stage.air(shot, width_px, height_px, take.seed)
    place = PLACES[shot.place]
    parts = range(len(take.performances))
    figures = [Figure(take, i, times_s, size, painted.tint) for i in parts]
    shadow = painted.shadow if place.medium is Medium.LAND else 0.0
    scenery = Scenery(take, painted, times_s, size, plate)
    for k, time_s in enumerate(times_s):
        frame = scenery.back(k)
        for figure in figures:
            figure.shade(frame, k, shadow)
        for i, figure in enumerate(figures):
            cut = figure.cut(k)
            if cut is not None:
                wet = in_water(take, place.medium, i)
                stick(frame, submerge(cut, figure.ground_px[k]) if wet else cut)
        scenery.front(frame, k)
        weather(frame, float(time_s), float(scenery.x[k]))
        yield frame
