"""What a signature costs: sign, time stamp and verify a clip of 5 s at 720p, each in milliseconds.

Run: python benchmarks/signing.py [--rounds N]

The clip is noise on moving colour, encoded once by our encoder; signing never looks at pictures,
so only the file's size counts. Peers have no part in it: the reading is c2pa's, as ours is.
"""

import argparse
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import numpy as np

from cleardance.media import Video, encode_final, write_mezzanine, write_png
from cleardance.provenance import (
    Ingredient,
    ManifestParts,
    Recipe,
    SourceType,
    open_authority,
    sign,
    verify_signed,
)

WIDTH, HEIGHT, FPS, COUNT = 1280, 720, 24, 120
BUDGET_MS = 60.0


def clip(folder: Path) -> Path:
    noise = np.random.default_rng(1).integers(0, 60, (HEIGHT, WIDTH, 3), np.uint8)
    frames = (np.roll(noise, 3 * n, 1) + np.uint8(n) for n in range(COUNT))
    write_mezzanine(folder / "raw.mkv", Video(WIDTH, HEIGHT, FPS, COUNT, frames), None)
    encode_final(folder / "raw.mkv", folder / "clip.mp4")
    return folder / "clip.mp4"


def typical_ms(rounds: int, work: Callable[[], object]) -> tuple[float, float]:
    """Median by the clock, and of computing, all threads together."""
    by_clock, computing = [], []
    for _ in range(rounds + 1):
        start, busy = perf_counter(), process_time()
        work()
        by_clock.append((perf_counter() - start) * 1000)
        computing.append((process_time() - busy) * 1000)
    return median(by_clock[1:]), median(computing[1:])


def show(label: str, spent: tuple[float, float]) -> tuple[float, float]:
    print(f"{label:<26}{spent[0]:7.1f} ms, {spent[1]:6.1f} ms of it computing")
    return spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    rounds: int = parser.parse_args().rounds
    recipe = Recipe("draft", "1", 5, WIDTH, HEIGHT, FPS, COUNT / FPS, "cd" * 32)
    parts = ManifestParts("clip", "out_1", 7, "ab" * 32, 3, SourceType.PROCEDURAL, recipe)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source, target = clip(folder), folder / "signed.mp4"
        authority = open_authority(folder / "keys", "benchmark.example")
        bare = replace(authority, time_stamps=None)
        print(f"clip of {source.stat().st_size / 1e6:.1f} MB, {rounds} rounds")
        show("signed, no time stamp", typical_ms(rounds, lambda: sign(source, target, parts, bare)))
        made = typical_ms(rounds, lambda: sign(source, target, parts, authority))
        show("signed, our time stamp", made)
        read = typical_ms(rounds, lambda: verify_signed(target, authority.root_pem))
        show("read back and verified", read)
        total = show("stamped, signed, verified", (made[0] + read[0], made[1] + read[1]))
        picture = folder / "picture.png"
        write_png(picture, np.random.default_rng(2).integers(0, 256, (720, 1280, 3), np.uint8))
        sign(source, folder / "given.mp4", replace(parts, ledger_index=6), authority)
        given = (
            Ingredient(picture, "first frame", "image/png"),
            Ingredient(folder / "given.mp4", "reference video", "video/mp4"),
        )
        with_given = replace(parts, ingredients=given)
        made = typical_ms(rounds, lambda: sign(source, folder / "x.mp4", with_given, authority))
        read = typical_ms(rounds, lambda: verify_signed(folder / "x.mp4", authority.root_pem))
        show("with 2 ingredients", (made[0] + read[0], made[1] + read[1]))
        print("within" if total[0] <= BUDGET_MS else "OVER", f"{BUDGET_MS:.0f} ms")
        print(f"the manifest adds         {target.stat().st_size - source.stat().st_size:7,} bytes")


if __name__ == "__main__":
    main()
