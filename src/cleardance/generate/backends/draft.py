"""The ``draft`` model: the procedural world renders what the prompt describes, at once."""

from dataclasses import replace

import numpy as np

from cleardance.generate.backend import Preview, Raw, unseen
from cleardance.media import Audio, Video
from cleardance.request import FPS, Request
from cleardance.world.language import reading
from cleardance.world.language.reading import Reading
from cleardance.world.picture import render
from cleardance.world.scene import Camera, Scene
from cleardance.world.sound import foley

SAMPLE_RATE_HZ = 48_000
STILL_AT = 0.4
"""When in the first shot a still is taken, as a fraction of it: by then every actor is there."""


class DraftBackend:
    """An instant animatic with sound. Everything it shows is drawn from our own licensed art."""

    def generate(self, request: Request, preview: Preview = unseen) -> Raw:
        """Render the scene the prompt describes; frames are drawn as they are read.

        It has no steps of its own to preview.
        """
        understood = reading.read(request.prompt, request.duration_s, request.seed)
        if request.camera_fixed:
            understood = replace(understood, scene=_without_camera(understood.scene))
        if request.still:
            return _still(request, understood)
        width_px, height_px = request.size
        frame_count = round(understood.scene.duration_s * FPS)
        frames = render.frames(understood.scene, width_px, height_px, FPS)
        video = Video(width_px, height_px, FPS, frame_count, frames)
        audio = _sound(request, understood) if request.audio else None
        return Raw(video, audio, _ignored(understood), {})


def _ignored(understood: Reading) -> tuple[str, ...]:
    """Return the words that were not used, each once."""
    return tuple(dict.fromkeys(understood.ignored))


def _without_camera(scene: Scene) -> Scene:
    shots = tuple(replace(shot, camera=Camera.STATIC) for shot in scene.shots)
    return replace(scene, shots=shots)


def _still(request: Request, understood: Reading) -> Raw:
    width_px, height_px = request.size
    take = render.takes(understood.scene, width_px / height_px)[0]
    moment = np.array([STILL_AT * take.shot.duration_s])
    frames = render.shoot(take, moment, width_px, height_px)
    return Raw(Video(width_px, height_px, FPS, 1, frames), None, _ignored(understood), {})


def _sound(request: Request, understood: Reading) -> Audio:
    width_px, height_px = request.size
    takes = render.takes(understood.scene, width_px / height_px)
    return Audio(foley.soundtrack(takes, SAMPLE_RATE_HZ, channels=2), SAMPLE_RATE_HZ)
