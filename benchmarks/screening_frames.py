"""How fast frames are screened, without sound and without text: CPU seconds of one thread.

Usage: ``OPENBLAS_NUM_THREADS=1 python benchmarks/screening_frames.py``. A mezzanine of 720p is read
by its keyframes (two a second), looked at and compared with 300 and with 5,000 registered pictures.
These are stand-ins: a drawn picture's descriptors, each with noise of its own, so that the index is
as full as a real one although drawing 5,000 pictures would take longer than the measurement.
"""

import tempfile
import time
from pathlib import Path

import cv2
import numpy as np

from cleardance.match.local import Features
from cleardance.match.picture import Look, look_at_query, look_at_reference
from cleardance.match.picture_index import PictureIndex
from cleardance.media import Video, sample_keyframes, write_mezzanine

FRAMES, FPS = 96, 24
cv2.setNumThreads(1)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "raw.mkv"
        write_mezzanine(path, Video(1280, 720, FPS, FRAMES, iter(moving())), None)
        for count in (300, 5_000):
            index = PictureIndex(stand_ins(count))
            index.find_local([look_at_query(moving()[0])])  # builds it
            start, seen = time.process_time(), 0
            for time_s, frame in sample_keyframes(path):
                look = look_at_query(frame, time_s)
                index.find_hashes([look])
                index.find_local([look])
                seen += 1
            spent_s = time.process_time() - start
            print(f"{count:,} pictures: {1000 * spent_s / seen:.1f} ms a frame, "
                  f"{seen / 2 / spent_s:.1f}x real time at two a second")  # fmt: skip


def scene(seed: int, width: int = 1280, height: int = 720) -> np.ndarray:
    """Draw shapes over noise: as many features as a photograph has."""
    rng = np.random.default_rng(seed)
    canvas = cv2.resize(rng.integers(0, 255, (45, 80, 3)).astype(np.uint8), (width, height))
    for _ in range(60):
        centre = int(rng.integers(width)), int(rng.integers(height))
        shade = tuple(int(value) for value in rng.integers(0, 255, 3))
        cv2.circle(canvas, centre, int(rng.integers(10, 120)), shade, -1, cv2.LINE_AA)
    return canvas


def moving() -> list[np.ndarray]:
    wide = scene(1, 1280 + 4 * FRAMES)
    return [np.ascontiguousarray(wide[:, 4 * n : 4 * n + 1280]) for n in range(FRAMES)]


def stand_ins(count: int) -> list[Look]:
    rng = np.random.default_rng(0)
    drawn = [look_at_reference(scene(100 + seed, 640, 360)) for seed in range(20)]
    looks = []
    for number in range(count):
        model = drawn[number % len(drawn)]
        noise = rng.integers(-4, 5, model.features.descriptors.shape)
        descriptors = np.clip(model.features.descriptors + noise, 0, 15).astype(np.uint8)
        codes = rng.integers(0, 2**64, model.codes.shape, dtype=np.uint64)
        features = Features(model.features.points, descriptors, model.features.aspect)
        looks.append(Look(0.0, codes, features))
    return looks


if __name__ == "__main__":
    main()
