"""Sounds, faces and text in frames: what is found under attack, what is wrongly found, the cost.

python benchmarks/screening_people.py                     on sounds and pictures made here
python benchmarks/screening_people.py --music FOLDER      on recordings too, one work a file
python benchmarks/screening_people.py --faces FOLDER      on portraits too, named PERSON-NUMBER.jpg
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.match import portraits
from tests.match.pictures import picture
from tests.match.sounds import ATTACKS, RATE_HZ, Stereo, audio, tune
from tests.match.test_frame_text import ATTACKS as TEXT_ATTACKS
from tests.match.test_frame_text import titled

from cleardance.match.faces import FACE_SIGNAL, faces_in
from cleardance.match.frame_text import read_lines
from cleardance.match.sound import SOUND_SIGNAL
from cleardance.match.sound_index import SoundIndex
from cleardance.match.sound_peaks import BINS, Peaks
from cleardance.media import read_audio, read_image
from cleardance.world.motion.directing import direct
from cleardance.world.scene import Action, Actor, Place, Shot, TimeOfDay, Weather
from cleardance.world.sound.foley import soundtrack

DENIED, HELD = (rung.max_distance for rung in SOUND_SIGNAL.ladder.rungs)
CLIP_S = 10
TITLES = (
    "Zorblax Quest", "THE LAST LANTERN", "Harbour of Glass", "Moonwhistle", "Café Zürich",
    "Captain Quibble 2", "鱿鱼游戏", "イカゲーム",
)  # fmt: skip
SUBJECTS = (("dog", Action.RUN), ("horse", Action.WALK), ("car", Action.DRIVE), ("owl", Action.FLY))


def recordings(folder: Path | None) -> Iterator[Stereo]:
    """Yield sounds of at least 30 s, each another work."""
    if folder is None:
        yield from (tune(seed, 40) for seed in range(20))
        return
    for path in sorted(p for p in folder.rglob("*") if p.suffix in {".ogg", ".mp3", ".wav"}):
        samples = read_audio(path).samples
        if len(samples) >= 30 * RATE_HZ:
            yield np.repeat(samples[: 180 * RATE_HZ], 2, axis=1)[:, :2]


def world_sounds() -> Iterator[Stereo]:
    """Yield what the data world sounds like, in every place."""
    for number, place in enumerate(Place):
        actor = Actor(*SUBJECTS[number % len(SUBJECTS)])
        shot = Shot((actor,), place, TimeOfDay.DAY, Weather.CLEAR, duration_s=float(CLIP_S))
        samples = soundtrack([direct(shot, 16 / 9, number)], RATE_HZ, 2)
        yield np.asarray(getattr(samples, "samples", samples), np.float32)


def sounds(folder: Path | None) -> None:
    references = list(recordings(folder))
    values = [SOUND_SIGNAL.compute(audio(one)) or b"" for one in references]
    index = SoundIndex(values)
    print(f"\nsound: {len(references)} works, a clip of {CLIP_S} s each; found: denied (or held)")
    start = 15 * RATE_HZ
    clips = [one[start : start + CLIP_S * RATE_HZ] for one in references]
    wrong = 0
    for name, attack in ATTACKS.items():
        denied = held = 0
        for number, clip in enumerate(clips):
            for match in index.search(SOUND_SIGNAL.compute(audio(attack(clip))) or b""):
                if match.reference == number:
                    denied += match.distance <= DENIED
                    held += DENIED < match.distance <= HELD
                else:
                    wrong += 1
        print(f"  {name:26s} {denied:3d} ({held}) of {len(clips)}", flush=True)
    print(
        f"  found in another work: {wrong} of {len(ATTACKS) * len(clips) * (len(clips) - 1)} pairs"
    )
    false_sounds(index, references)


def false_sounds(index: SoundIndex, references: list[Stereo]) -> None:
    noise = [
        0.1 * np.random.default_rng(k).standard_normal((CLIP_S * RATE_HZ, 2)) for k in range(10)
    ]
    others = [tune(seed, CLIP_S) for seed in range(500, 520)]
    groups = {"data world": list(world_sounds()), "noise": noise, "other tunes": others}
    for name, group in groups.items():
        nearest = [
            min((m.distance for m in index.search(SOUND_SIGNAL.compute(audio(one)) or b"", 1.0)),
                default=1.0)
            for one in group
        ]  # fmt: skip
        hits = sum(distance <= HELD for distance in nearest)
        print(f"  {name:12s} {hits} of {len(group)} found; nearest {min(nearest):.2f}", flush=True)
    half = [SoundIndex([v for k, v in enumerate(index._values) if k % 2 == p]) for p in (0, 1)]
    nearest = [
        min((m.distance for m in half[1 - k % 2].search(value, 1.0)), default=1.0)
        for k, value in enumerate(index._values)
    ]
    hits = sum(distance <= HELD for distance in nearest)
    print(f"  whole works  {hits} of {len(nearest)} found in others; nearest {min(nearest):.2f}")


def sound_costs() -> None:
    clip = audio(tune(3, CLIP_S))
    spent_s = fastest(lambda: SOUND_SIGNAL.compute(clip))
    print(f"\nsound: peaks of {CLIP_S} s in {1e3 * spent_s:.0f} ms")
    rng = np.random.default_rng(1)
    for count in (100, 10_000):
        values = [random_peaks(rng) for _ in range(count - 1)] + [SOUND_SIGNAL.compute(clip) or b""]
        began = time.process_time()
        index = SoundIndex(values)
        index.search(values[0])
        built_s = time.process_time() - began
        query = SOUND_SIGNAL.compute(audio(ATTACKS["aac at 32 kbit/s"](tune(3, CLIP_S)))) or b""
        spent_s = fastest(lambda index=index, query=query: index.search(query))
        found = [match.reference for match in index.search(query)]
        print(
            f"  {count} references of 30 s: built in {built_s:.1f} s, "
            f"searched in {1e3 * spent_s:.0f} ms, found {found == [count - 1]}",
            flush=True,
        )


def random_peaks(rng: np.random.Generator) -> bytes:
    frames = np.sort(rng.integers(0, 30 * 62, 960))
    return Peaks(frames, rng.integers(0, BINS, 960)).to_bytes()


def faces(folder: Path | None) -> None:
    files = {"Collins-1": portraits.COLLINS, "Hopper-1": portraits.HOPPER}
    files |= {path.stem: path for path in sorted(folder.iterdir())} if folder else {}
    seen = {}
    for name, path in files.items():
        found = faces_in(read_image(path))
        if found:
            seen[name] = np.frombuffer(found[0].value, np.float32)
    same, different = [], []
    for left, right in combinations(seen, 2):
        alike = left.split("-")[0] == right.split("-")[0]
        (same if alike else different).append(float(np.linalg.norm(seen[left] - seen[right])))
    attacked = []
    for path in (portraits.COLLINS, portraits.HOPPER):
        own = np.frombuffer(faces_in(read_image(path))[0].value, np.float32)
        for attack in portraits.ATTACKS.values():
            found = faces_in(attack(read_image(path)))
            values = (np.frombuffer(face.value, np.float32) for face in found)
            attacked += [float(np.linalg.norm(value - own)) for value in values]
    print(f"\nfaces: {len(seen)} of {len(files)} portraits have one; thresholds "
          f"{[rung.max_distance for rung in FACE_SIGNAL.ladder.rungs]}")  # fmt: skip
    for name, values in (("same, attacked", attacked), ("same", same), ("different", different)):
        if values:
            print(f"  {name:15s} {len(values):3d} pairs, {min(values):.2f} to {max(values):.2f}")
    print(f"  no face: {sum(bool(faces_in(picture(k))) for k in range(50))} of 50 scenes have one")


def texts() -> None:
    print(f"\ntext in frames: {len(TITLES)} titles, read letter by letter")
    for name, attack in TEXT_ATTACKS.items():
        counts = []
        for size_px in (64, 32):
            read = 0
            for seed, title in enumerate(TITLES):
                lines = read_lines(attack(titled(title, size_px, seed)))
                read += _letters(" ".join(line.text for line in lines)) == _letters(title)
            counts.append(read)
        print(f"  {name:28s} {counts[0]} at 64 px, {counts[1]} at 32 px", flush=True)
    print(
        f"  no text: {sum(bool(read_lines(picture(k))) for k in range(30))} of 30 scenes have any"
    )


def _letters(text: str) -> str:
    return "".join(text.split()).casefold()


def costs() -> None:
    scene = portraits.ATTACKS["in a scene"](read_image(portraits.COLLINS))
    title = titled("Zorblax Quest")
    for name, look, full in (("face", faces_in, scene), ("frame text", read_lines, title)):
        for what, frame in (("without", picture(1, 1280, 720)), ("with one", full)):
            spent_s = fastest(lambda look=look, frame=frame: look(frame))
            print(f"  {name:10s} 1280x720 {what:8s} {1e3 * spent_s:4.0f} ms, "
                  f"{0.5 / spent_s:.1f} x real time at 2 frames a second")  # fmt: skip


def fastest(work: Callable[[], Any], times: int = 5) -> float:
    spent = []
    for _ in range(times):
        began = time.process_time()
        work()
        spent.append(time.process_time() - began)
    return min(spent)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--music", type=Path)
    parser.add_argument("--faces", type=Path)
    given = parser.parse_args()
    faces(given.faces)
    texts()
    print("\ncosts, processor time of one core")
    costs()
    sound_costs()
    sounds(given.music)


if __name__ == "__main__":
    main()
