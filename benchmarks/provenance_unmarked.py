"""How often a mark is seen where there is none, or only somebody else's.

A file is one second of H.264 (crf 26, four pictures, which is what inspection looks at in a
second) of a part of a moving picture: cut, mirrored, lightened and scaled by chance. Every second
one carries the mark of another deployment, under a key that the reader does not have. A hundred
files share the reader's key, with 2,001 issued entries to be mistaken for. The pictures come from
the clips of provenance_watermark and from a dozen more drawn scenes. Kept after each hundred and
gone on with by a later run.

Usage: python benchmarks/provenance_unmarked.py [--media DIR] [--files 5000] [--minutes 9]
"""

import argparse
import json
import sys
import tempfile
import time
import warnings
from pathlib import Path

import av
import cv2
import numpy as np

from cleardance.provenance.watermark import KeyedWatermark
from cleardance.provenance.watermark.payload import CHECK_BITS, MAX_READINGS

sys.path.insert(0, str(Path(__file__).parent))
from watermark_attacks import Clip, coded
from watermark_clips import Source, sources

ISSUED = [*range(3, 20_003, 10), 271_828]
MORE = (
    "a cat sleeps in a kitchen", "a train crosses a bridge at night", "two dogs on a beach",
    "a balloon over mountains", "a bicycle in a park in autumn", "a ship in a storm",
    "a girl reads in a library", "a horse in a desert", "rain on a street with lamps",
    "a fish under water", "fireworks over a harbour", "a man walks in a forest in fog",
)  # fmt: skip


def part(clip: Clip, random: np.random.Generator) -> Clip:
    """Return four pictures a quarter of a second apart, cut, mirrored, scaled and lightened."""
    start = int(random.integers(0, max(1, len(clip) - 18)))
    height, width = clip[0].shape[:2]
    left, top = int(random.integers(0, width // 3)), int(random.integers(0, height // 3))
    across = 2 * int(random.integers(120, 240))
    down = 2 * round(across * random.uniform(0.5, 0.9) / 2)
    way, gain, more = random.choice([1, -1]), random.uniform(0.8, 1.15), random.uniform(-15, 15)
    cuts = [frame[top:, left:][:, ::way] for frame in clip[start : start + 19 : 6]]
    scaled = [cv2.resize(cut, (across, down), interpolation=cv2.INTER_AREA) for cut in cuts]
    return [np.clip(frame * gain + more, 0, 255).astype(np.uint8) for frame in scaled]


def marked(clip: Clip, watermark: KeyedWatermark, index: int) -> Clip:
    changed = []
    for frame in clip:
        luma = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
        mask = watermark.embed(luma, 0, index).astype(int) - luma
        changed.append(np.clip(frame + mask[..., None], 0, 255).astype(np.uint8))
    return changed


def hundred(clips: list[Clip], first: int) -> tuple[int, int]:
    """Return the files accepted, and those with a mark that its own key reads."""
    random = np.random.default_rng([9, first])
    ours, other = KeyedWatermark(random.bytes(32)), KeyedWatermark(random.bytes(32))
    accepted = there = 0
    for number in range(first, first + 100):
        clip = part(clips[int(random.integers(len(clips)))], random)
        if number % 2:
            clip = marked(clip, other, ISSUED[number % len(ISSUED)])
        file = coded(clip, fps=4, crf="26", preset="veryfast")
        accepted += ours.detect(file, ISSUED).found
        if number % 20 == 1:
            there += other.detect(file, ISSUED).found
    return accepted, there


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--media", type=Path)
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--minutes", type=float, default=1e9, help="to go on for at most")
    kept = Path(tempfile.gettempdir()) / "watermark_unmarked.json"
    parser.add_argument("--checkpoint", type=Path, default=kept)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    av.logging.set_level(av.logging.PANIC)
    warnings.simplefilter("ignore")
    done = {"files": 0, "accepted": 0, "checked": 0, "there": 0, "cpu_s": 0.0}
    if arguments.checkpoint.exists():
        done = json.loads(arguments.checkpoint.read_text())
    end = time.monotonic() + 60 * arguments.minutes
    scenes = [Source(prompt, False, prompt) for prompt in MORE]
    clips = [source.frames(48) for source in (*sources(arguments.media), *scenes)]
    while done["files"] < arguments.files and time.monotonic() < end:
        start_s = time.process_time()
        accepted, there = hundred(clips, done["files"])
        done["files"] += 100
        done["accepted"] += accepted
        done["checked"] += 5
        done["there"] += there
        done["cpu_s"] += time.process_time() - start_s
        arguments.checkpoint.write_text(json.dumps(done))
    print(
        f"{done['files']} files from {len(clips)} clips, half unmarked, half under another key,"
        f" {done['files'] // 100} keys, {len(ISSUED)} issued entries: {done['accepted']} accepted\n"
        f"of {done['checked']} marked ones their own key read {done['there']}\n"
        f"{done['cpu_s'] / max(1, done['files']):.2f} s of processor time a file\n"
        f"bound by arithmetic: {MAX_READINGS / 2**CHECK_BITS:.1e} read, 1e-9 each way compared"
    )


if __name__ == "__main__":
    main()
