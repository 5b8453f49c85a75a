"""Moving pictures and sounds with enough in them to hide a mark, small enough to be quick."""

from functools import cache

import cv2
import numpy as np

from cleardance.media import Frame, Samples
from cleardance.provenance.watermark import KeyedWatermark

OURS, THEIRS = KeyedWatermark(bytes(range(32))), KeyedWatermark(bytes(32))
WIDTH, HEIGHT = 640, 360
INDEX = 4_711


@cache
def plain(count: int = 6) -> tuple[Frame, ...]:
    """Clouds of texture that drift over a gradient, RGB [360, 640, 3]."""
    random = np.random.default_rng(5)
    coarse = random.normal(0, 1, (60, 140)).astype(np.float32)
    clouds = cv2.resize(coarse, (1120, 480), interpolation=cv2.INTER_CUBIC) * 14
    fine = cv2.GaussianBlur(random.normal(0, 12, (480, 1120)).astype(np.float32), (0, 0), 1.2)
    sky = np.linspace(70, 180, HEIGHT, dtype=np.float32)[:, None]
    frames = []
    for index in range(count):
        part = np.s_[20 : 20 + HEIGHT, 31 * index % 460 : 31 * index % 460 + WIDTH]
        grey = np.clip(sky + clouds[part] + fine[part], 16, 235)
        frames.append(np.repeat(grey[..., None], 3, axis=2).astype(np.uint8))
    return tuple(frames)


def marked(
    index: int = INDEX, watermark: KeyedWatermark = OURS, frames: tuple[Frame, ...] | None = None
) -> list[Frame]:
    return [
        np.repeat(watermark.embed(frame[..., 0].copy(), n, index)[..., None], 3, axis=2)
        for n, frame in enumerate(frames or plain())
    ]


@cache
def rustle(duration_s: float = 6.0) -> Samples:
    """Wind over a hum, stereo [N, 2] at 48 kHz."""
    random = np.random.default_rng(6)
    count = round(48_000 * duration_s)
    noise = random.normal(0, 0.05, (count, 2))
    swell = 1 + 0.5 * np.sin(np.arange(count) / 9000)[:, None]
    hum = 0.02 * np.sin(2 * np.pi * 110 * np.arange(count) / 48_000)[:, None]
    return (noise * swell + hum).astype(np.float32)


def sounding(index: int = INDEX, samples: Samples | None = None, blocks: int = 7) -> Samples:
    source = rustle() if samples is None else samples
    return np.concatenate(list(OURS.embed_sound(iter(np.array_split(source, blocks)), index)))
