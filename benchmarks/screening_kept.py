"""What was kept of many outputs, compared with four works registered since: CPU time of one thread.

Usage: ``OPENBLAS_NUM_THREADS=1 python benchmarks/screening_kept.py [--outputs N]``. Each output is
5 s: a hash of ten frames, a glance and a look of three distinct ones, its sound, and two words that
were read in it. The pictures are stills of the data world and the sounds peaks at random, 300
different ones of each, taken in turn; every hundredth output shows one of the 20 references, cut by
a fifth. Four works have five pictures each, not of the data world, and a name. Nothing is read from
a store here. The peer is the same comparison asked for one output after the other.
"""

import tempfile
import time
from argparse import ArgumentParser
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np

from cleardance.dataset.stills import still
from cleardance.match.picture import GLANCE, KIND, look_at_query
from cleardance.match.sound_peaks import BINS, Peaks
from cleardance.media import write_png
from cleardance.rights.registry import add
from cleardance.rights.row import RegistryRow, WorkKind
from cleardance.rights.snapshot import RegistrySnapshot, load_registry
from cleardance.screen.hearing import SoundMatcher
from cleardance.screen.kept import matches_in_kept
from cleardance.screen.matching import KeptOutputs, KeptSignal, Matchers
from cleardance.screen.pictures import LocalMatcher, PdqMatcher
from cleardance.screen.reading import FrameTextMatcher
from cleardance.settings import Settings
from cleardance.store import open_store
from cleardance.world.vocabulary import subjects
from screening_frames import scene

BATCH = 1_000
cv2.setNumThreads(1)


def main() -> None:
    arguments = ArgumentParser(description=__doc__)
    arguments.add_argument("--outputs", type=int, default=10_000)
    outputs = arguments.parse_args().outputs
    with tempfile.TemporaryDirectory() as folder:
        registry = registered(Path(folder))
        looks = [look_at_query(drawn(seed)) for seed in range(300)]
        copies = [look_at_query(scene(n, 640, 360)[36:-36, 64:-64]) for n in range(20)]
        sounds = [peaks(np.random.default_rng(seed), 5.0) for seed in range(300)]
        matchers = Matchers((PdqMatcher(), LocalMatcher(), FrameTextMatcher()), (SoundMatcher(),))
        compare(kept(range(1), looks, copies, sounds), registry, matchers)  # builds the indexes
        spent_s, found, shown = 0.0, 0, 0
        for start in range(0, outputs, BATCH):
            batch = kept(range(start, start + BATCH), looks, copies, sounds)
            seconds, tasks = compare(batch, registry, matchers)
            spent_s += seconds
            found += len({task for task in tasks if int(task) % 100 == 0})
            shown += len({task for task in tasks if int(task) % 100})
        singly_s = sum(
            compare(kept(range(n, n + 1), looks, copies, sounds), registry, matchers)[0]
            for n in range(50)
        ) / 50  # fmt: skip
        print(f"{outputs:,} outputs: {spent_s:.1f} s, {1000 * spent_s / outputs:.3f} ms each; "
              f"found {found} of {outputs // 100}, others {shown}; "
              f"one by one {1000 * singly_s:.2f} ms each")  # fmt: skip


def registered(folder: Path) -> RegistrySnapshot:
    with open_store(Settings(home=folder / "home")) as store:
        for work in range(4):
            files = []
            for n in range(5 * work, 5 * work + 5):
                write_png(folder / f"{n}.png", scene(n, 640, 360))
                files.append(f"{n}.png")
            name = "Zorblax " + ("Quest", "Moon", "Harbour", "Lantern")[work]
            row = RegistryRow(name=name, kind=WorkKind.FILM, references=tuple(files))
            add(store, row, folder)
        registry = load_registry(store)
        len(registry.pictures)
        return registry


def drawn(seed: int) -> np.ndarray:
    return still(seed, list(subjects())[:200], 384, 216).pixels


def peaks(rng: np.random.Generator, length_s: float) -> bytes:
    count = int(32 * length_s)
    frames = np.sort(rng.integers(0, int(length_s / 0.016), count))
    return Peaks(frames, rng.integers(0, BINS, count)).to_bytes()


def kept(numbers, looks, copies, sounds) -> KeptOutputs:
    by_kind, pictures = defaultdict(list), defaultdict(list)
    for number in numbers:
        task = str(number)
        chosen = [looks[(3 * number + n) % len(looks)] for n in range(3)]
        if number % 100 == 0:
            chosen[1] = copies[number // 100 % len(copies)]
        for n, look in enumerate(chosen):
            by_kind[GLANCE].append((task, KeptSignal(GLANCE, float(n), look.glance.pack())))
            pictures[task].append((task, KeptSignal(KIND, float(n), look.pack())))
        for n in range(10):
            code = chosen[n % 3].codes.tobytes()[:32]
            by_kind["pdq"].append((task, KeptSignal("pdq", n / 2, code)))
        by_kind["sound"].append((task, KeptSignal("sound", 0.0, sounds[number % len(sounds)])))
        by_kind["frame_text"].append((task, KeptSignal("frame_text", 0.0, b"OPEN\nmarket")))
    return KeptOutputs(by_kind, lambda tasks: [one for t in sorted(tasks) for one in pictures[t]])


def compare(batch: KeptOutputs, registry: RegistrySnapshot, matchers: Matchers):
    start = time.process_time()
    found = matches_in_kept(batch, registry, matchers)
    return time.process_time() - start, set(found)


if __name__ == "__main__":
    main()
