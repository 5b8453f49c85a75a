"""How long foley takes, and what it looks like.

python benchmarks/world_foley.py                        timings, cold and warm
python benchmarks/world_foley.py --pictures DIRECTORY   spectrograms of scenes and voices too
"""

import argparse
import time
from pathlib import Path

import cv2
import numpy as np

from cleardance.world.motion.directing import direct
from cleardance.world.scene import Action, Actor, Place, Shot, TimeOfDay, Weather
from cleardance.world.sound.foley import soundtrack
from cleardance.world.sound.synth import SYNTH_HZ, finished
from cleardance.world.sound.voices import VOICES, call
from cleardance.world.take import Take

SCENES = {
    "dog runs in a meadow": (("dog", Action.RUN), Place.MEADOW, TimeOfDay.DAY, Weather.CLEAR),
    "ball bounces in the city": (
        ("soccer ball", Action.BOUNCE),
        Place.CITY,
        TimeOfDay.DAY,
        Weather.CLEAR,
    ),
    "horse runs in a room": (("horse", Action.RUN), Place.ROOM, TimeOfDay.DAY, Weather.CLEAR),
    "girl walks in the snow": (("girl", Action.WALK), Place.SNOWFIELD, TimeOfDay.DAY, Weather.SNOW),
    "car drives in the rain": (("car", Action.DRIVE), Place.ROAD, TimeOfDay.DAY, Weather.RAIN),
    "rocket blasts off": (("rocket", Action.BLAST_OFF), Place.DESERT, TimeOfDay.DAY, Weather.CLEAR),
    "helicopter hovers": (("helicopter", Action.HOVER), Place.SKY, TimeOfDay.DAY, Weather.WIND),
    "owl flies at night": (("owl", Action.FLY), Place.FOREST, TimeOfDay.NIGHT, Weather.CLEAR),
    "dolphin swims": (("dolphin", Action.SWIM), Place.SEA, TimeOfDay.DAY, Weather.FOG),
    "whale under water": (("whale", Action.SWIM), Place.UNDERWATER, TimeOfDay.DAY, Weather.CLEAR),
    "frog jumps": (("frog", Action.JUMP), Place.LAKE, TimeOfDay.NIGHT, Weather.CLEAR),
    "cat grows": (("cat", Action.GROW), Place.BEACH, TimeOfDay.DAWN, Weather.CLEAR),
}


def scene_take(name: str, duration_s: float) -> Take:
    (subject, action), place, light, weather = SCENES[name]
    shot = Shot((Actor(subject, action),), place, light, weather, duration_s=duration_s)
    return direct(shot, 16 / 9, 7)


def timings() -> None:
    for duration_s, rate, channels in ((5.0, 48_000, 2), (3.0, 16_000, 2), (3.0, 16_000, 1)):
        print(f"{duration_s:g} s, {rate} Hz, {channels} channels: cold ms, warm ms")
        for name in SCENES:
            take = scene_take(name, duration_s)
            spent_s = []
            for _ in range(8):
                start = time.perf_counter()
                soundtrack([take], rate, channels)
                spent_s.append(time.perf_counter() - start)
            print(f"  {name:26s} {1e3 * spent_s[0]:7.1f} {1e3 * min(spent_s[1:]):7.2f}")


def picture(x: np.ndarray, rate: int, moments_s: list[float]) -> np.ndarray:
    """A log-frequency spectrogram over 80 dB, 50 Hz at the bottom, moments marked at the top."""
    window = 2048
    hop = max(1, len(x) // 900)
    padded = np.pad(x, window // 2)
    starts = np.arange(0, len(padded) - window, hop)
    frames = padded[starts[:, None] + np.arange(window)] * np.hanning(window)
    power = 20 * np.log10(np.abs(np.fft.rfft(frames, axis=1)) + 1e-6)
    rows = np.geomspace(50, rate / 2 - 20, 220) * window / rate
    seen = power[:, rows.astype(int)].T[::-1]
    scaled = np.clip((seen - seen.max() + 80) / 80 * 255, 0, 255).astype(np.uint8)
    coloured = cv2.applyColorMap(scaled, cv2.COLORMAP_INFERNO)
    for moment_s in moments_s:
        column = int(moment_s * rate / hop)
        coloured[:10, column : column + 2] = (0, 255, 0)
    return coloured


def labelled(image: np.ndarray, text: str, width: int) -> np.ndarray:
    image = cv2.resize(image, (width, image.shape[0]), interpolation=cv2.INTER_AREA)
    bar = np.zeros((18, width, 3), np.uint8)
    cv2.putText(bar, text, (4, 13), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (255, 255, 255), 1)
    return np.vstack([bar, image])


def pictures(directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    tiles = []
    for name in SCENES:
        take = scene_take(name, 4.0)
        x = soundtrack([take], SYNTH_HZ, 2).mean(axis=1)
        tiles.append(labelled(picture(x, SYNTH_HZ, [e.time_s for e in take.events]), name, 640))
    rows = [np.hstack(tiles[i : i + 3]) for i in range(0, len(tiles), 3)]
    cv2.imwrite(str(directory / "scenes.png"), np.vstack(rows))
    tiles = []
    for voice in VOICES:
        x = finished(call(voice, 1.0, 0))
        tiles.append(labelled(picture(x, SYNTH_HZ, []), f"{voice} {len(x) / SYNTH_HZ:.2f} s", 300))
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % 6)
    rows = [np.hstack(tiles[i : i + 6]) for i in range(0, len(tiles), 6)]
    cv2.imwrite(str(directory / "voices.png"), np.vstack(rows))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path)
    arguments = parser.parse_args()
    timings()
    if arguments.pictures:
        pictures(arguments.pictures)
