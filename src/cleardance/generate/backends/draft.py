"""The ``draft`` model: the procedural world renders what the prompt describes, at once."""

from cleardance import __version__
from cleardance.generate.backend import Capabilities, Raw
from cleardance.media import Audio, Video
from cleardance.request import FPS, Ratio, Request, Resolution
from cleardance.world import foley, reading, render

SAMPLE_RATE_HZ = 48_000
STILL_AT = 0.4
"""Where in the scene a still is taken: by then every actor has entered."""


class DraftBackend:
    """An instant animatic with sound. Everything it shows is in our own licensed art."""

    name = "draft"
    capabilities = Capabilities(
        ratios=frozenset(Ratio),
        resolutions=frozenset(Resolution),
        min_duration_s=4.0,
        max_duration_s=15.0,
        audio=True,
        stills=True,
        roles=frozenset(),
    )

    def generate(self, request: Request) -> Raw:
        """Render the scene the prompt describes; frames are drawn as they are read."""
        understood = reading.read(request.prompt, request.duration_s, request.seed)
        width_px, height_px = request.size
        recipe = {"world": __version__, "seed": str(request.seed)}
        if request.still:
            frame = render.still(understood.scene, width_px, height_px, STILL_AT)
            video = Video(width_px, height_px, FPS, 1, iter([frame]))
            return Raw(video, None, understood.ignored, recipe)
        frame_count = round(request.duration_s * FPS)
        frames = render.frames(understood.scene, width_px, height_px, FPS)
        video = Video(width_px, height_px, FPS, frame_count, frames)
        audio = self._sound(request, understood) if request.audio else None
        return Raw(video, audio, understood.ignored, recipe)

    def _sound(self, request: Request, understood: reading.Reading) -> Audio:
        width_px, height_px = request.size
        takes = render.takes(understood.scene, width_px / height_px)
        return Audio(foley.soundtrack(takes, SAMPLE_RATE_HZ, channels=2), SAMPLE_RATE_HZ)
