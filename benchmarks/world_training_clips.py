"""How fast clips with sound are made on one core, for training; and pictures of shots at 720p.

    python benchmarks/world_training_clips.py [CLIPS]

Clips are sampled scenes of 3 s: 24 frames at 8 a second, and one channel of sound at 16 kHz. The
floor is 80 clips a second on one core. What counts are clips never made before, once eight times as
many others have filled the caches, as after the first minute of training. Times are processor time
of one thread.
The measured limit is what no renderer of such clips can do without, in the same run: copy a
finished background 24 times, blend one ready sprite into each, add two ready pieces of sound.
"""

import sys
import time
from collections.abc import Callable

import cv2
import numpy as np

from cleardance.world.language.sampling import sample
from cleardance.world.picture import render
from cleardance.world.picture.compose import Cut, stick
from cleardance.world.scene import Action, Actor, Camera, Place, Relation, Scene, Shot, Weather
from cleardance.world.sound import foley

CLIP_SIZES = ((96, 64), (128, 96))
CLIP_FPS, CLIP_S, CLIP_HZ = 8, 3.0, 16_000
FLOOR_PER_S = 80.0

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
    return sum(1 for _ in render.frames(scene, width_px, height_px, fps))


def clip(scene: Scene, width_px: int, height_px: int) -> None:
    takes = render.takes(scene, width_px / height_px)
    for _ in render.film(takes, width_px, height_px, CLIP_FPS):
        pass
    foley.soundtrack(takes, CLIP_HZ, 1)


def sound(scene: Scene, width_px: int, height_px: int) -> None:
    foley.soundtrack(render.takes(scene, width_px / height_px), CLIP_HZ, 1)


def bare(_: Scene, width_px: int, height_px: int) -> None:
    plate = np.full((height_px, width_px, 3), 90, np.uint8)
    sprite = Cut(np.full((height_px // 3, height_px // 3, 4), 120, np.uint8), 20, 20)
    for _ in range(round(CLIP_FPS * CLIP_S)):
        stick(plate.copy(), sprite)
    loop = np.ones((1, round(CLIP_HZ * CLIP_S)), np.float32)
    track = np.zeros_like(loop)
    track += loop
    track[:, 1000:9000] += loop[:, :8000]


def clips(count: int) -> None:
    rng = np.random.default_rng(0)
    first = [sample(rng, duration_s=CLIP_S) for _ in range(8 * count)]
    scenes = [sample(rng, duration_s=CLIP_S) for _ in range(count)]
    for width, height in CLIP_SIZES:

        def each(make: Callable[[Scene, int, int], None], of: list[Scene]) -> float:
            return timed(lambda: [make(scene, width, height) for scene in of]) / len(of)  # noqa: B023

        cold_s, warm_s, again_s = each(clip, first), each(clip, scenes), each(clip, scenes)
        sound_s, bare_s = each(sound, scenes), each(bare, scenes)
        print(
            f"{width}x{height}: {1 / warm_s:.0f} new clips/s with sound, {1 / again_s:.0f} made "
            f"again (of {1e3 * again_s:.1f} ms, sound {1e3 * sound_s:.1f}), {1 / cold_s:.0f} from "
            f"cold; floor {FLOOR_PER_S:.0f} {'met' if warm_s * FLOOR_PER_S <= 1 else 'missed'}; "
            f"the limit, {1 / bare_s:.0f} clips/s, is {warm_s / bare_s:.0f} times as fast"
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
