"""How fast pictures of the world are made on one core: training clips, and shots at 720p.

    python benchmarks/world_training_clips.py [CLIPS]

Clips are sampled scenes of 3 s at 8 frames/s; caches are warm (every clip is rendered twice, the
second time counts). Times are processor time of one thread.
"""

import sys
import time
from collections.abc import Callable

import cv2
import numpy as np

from cleardance.world.language.sampling import sample
from cleardance.world.picture.render import frames
from cleardance.world.scene import Action, Actor, Camera, Place, Relation, Scene, Shot, Weather

CLIP_SIZES = ((96, 64), (128, 96))
CLIP_FPS, CLIP_S = 8, 3.0

DOG = Actor("dog", Action.RUN)
CHASE = (Actor("dog", Action.RUN, relation=Relation.CHASES, target=1), Actor("cat"))
SHOTS = {
    "a dog runs": Shot((DOG,), Place.MEADOW),
    "a dog chases a cat, rain": Shot(CHASE, Place.CITY, weather=Weather.RAIN),
    "a boat at sea": Shot((Actor("sailboat", Action.DRIVE),), Place.SEA),
    "pan": Shot((DOG,), Place.MEADOW, camera=Camera.PAN_RIGHT),
    "following camera": Shot((DOG,), Place.MEADOW, camera=Camera.FOLLOW),
    "zoom": Shot((DOG,), Place.MEADOW, camera=Camera.ZOOM_IN),
}


def timed(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def draw(scene: Scene, width_px: int, height_px: int, fps: int) -> int:
    return sum(1 for _ in frames(scene, width_px, height_px, fps))


def clips(count: int) -> None:
    rng = np.random.default_rng(0)
    scenes = [sample(rng, duration_s=CLIP_S) for _ in range(count)]
    for width, height in CLIP_SIZES:
        cold, warm = (
            [timed(lambda s=s, w=width, h=height: draw(s, w, h, CLIP_FPS)) * 1e3 for s in scenes]  # type: ignore[misc]
            for _ in range(2)
        )
        worst = np.percentile(warm, 95)
        print(
            f"{width}x{height}: {np.mean(warm):.1f} ms a clip warm (95th percentile {worst:.1f}), "
            f"{np.mean(cold):.1f} cold"
        )


def shots() -> None:
    for name, shot in SHOTS.items():
        scene = Scene((shot,), 1)
        first, second = (timed(lambda s=scene: draw(s, 1280, 720, 24)) for _ in range(2))  # type: ignore[misc]
        print(f"1280x720, 120 frames, {name}: {second:.2f} s ({first:.2f} s the first time)")


if __name__ == "__main__":
    cv2.setNumThreads(1)
    clips(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
    shots()
