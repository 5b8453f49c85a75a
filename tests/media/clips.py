"""Small real clips for tests: a moving square with a tone, and a flash with a click."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from cleardance.media import Audio, Frame, Video, encode_final, write_mezzanine

WIDTH, HEIGHT, FPS = 160, 96, 24


def frame(index: int, width: int = WIDTH, height: int = HEIGHT) -> Frame:
    """A green gradient with a red square that moves two pixels a frame."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[..., 1] = np.linspace(40, 200, width, dtype=np.uint8)
    left = 8 + 2 * index % (width - 40)
    pixels[32:64, left : left + 32] = (220, 40, 40)
    return pixels


def moving(count: int = 24, width: int = WIDTH, height: int = HEIGHT) -> Video:
    return Video(width, height, FPS, count, (frame(i, width, height) for i in range(count)))


def tone(duration_s: float = 1.0, sample_rate_hz: int = 48_000, channels: int = 2) -> Audio:
    times = np.arange(round(duration_s * sample_rate_hz)) / sample_rate_hz
    wave = (0.3 * np.sin(2 * np.pi * 440 * times)).astype(np.float32)
    return Audio(np.repeat(wave[:, None], channels, axis=1), sample_rate_hz)


def flash_and_click(at_frame: int, count: int) -> tuple[Video, Audio]:
    """Black but for one white frame; silent but for one click as that frame begins."""

    def frames() -> Iterator[Frame]:
        for index in range(count):
            yield np.full((HEIGHT, WIDTH, 3), 255 if index == at_frame else 0, np.uint8)

    samples = np.zeros((count * 2000, 2), np.float32)  # 48000 / 24 samples a frame
    samples[at_frame * 2000 : at_frame * 2000 + 24] = 0.9
    return Video(WIDTH, HEIGHT, FPS, count, frames()), Audio(samples, 48_000)


def mezzanine(folder: Path, count: int = 24, *, audio: bool = True) -> Path:
    path = folder / "raw.mkv"
    write_mezzanine(path, moving(count), tone(count / FPS) if audio else None)
    return path


def mp4(folder: Path, count: int = 24, *, audio: bool = True) -> Path:
    path = folder / "clip.mp4"
    encode_final(mezzanine(folder, count, audio=audio), path)
    return path
