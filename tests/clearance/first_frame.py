"""A small real model that begins with a picture: it pans across the first frame it was given."""

import numpy as np

from cleardance.generate.backend import Capabilities, Preview, Raw, unseen
from cleardance.generate.models import Model
from cleardance.media import Video, read_image
from cleardance.request import FPS, Ratio, Request, Resolution

MODEL = Model(
    name="pan",
    version="1",
    source_type="algorithmicMedia",
    capabilities=Capabilities(
        ratios=frozenset(Ratio),
        resolutions=frozenset(Resolution),
        min_duration_s=1.0,
        max_duration_s=5.0,
        audio=False,
        stills=True,
        roles=frozenset({"first_frame", "reference_image"}),
        max_images=9,
    ),
    backend="tests.clearance.first_frame:Pan",
)


class Pan:
    def generate(self, request: Request, preview: Preview = unseen) -> Raw:
        import cv2

        picture = cv2.resize(read_image(request.references[0].path), request.size)
        count = 1 if request.still else round(request.duration_s * FPS)
        frames = (np.roll(picture, 4 * number, axis=1) for number in range(count))
        return Raw(Video(*request.size, FPS, count, frames), None, (), {})
