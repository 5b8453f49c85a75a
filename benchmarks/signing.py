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
from time import perf_counter

import numpy as np

from cleardance.media import Video, encode_final, write_mezzanine
from cleardance.provenance import (
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


def typical_ms(rounds: int, work: Callable[[], object]) -> float:
    times = []
    for _ in range(rounds + 1):
        start = perf_counter()
        work()
        times.append((perf_counter() - start) * 1000)
    return median(times[1:])


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
        without = typical_ms(rounds, lambda: sign(source, target, parts, bare))
        print(f"clip of {source.stat().st_size / 1e6:.1f} MB")
        print(f"signed, no time stamp     {without:7.1f} ms")
        with_stamp = typical_ms(rounds, lambda: sign(source, target, parts, authority))
        print(f"signed, our time stamp    {with_stamp:7.1f} ms")
        verified = typical_ms(rounds, lambda: verify_signed(target, authority.root_pem))
        print(f"read back and verified    {verified:7.1f} ms")
        total = with_stamp + verified
        print(f"all three                 {total:7.1f} ms; budget {BUDGET_MS:.0f} ms")
        print(f"the manifest adds         {target.stat().st_size - source.stat().st_size:7,} bytes")


if __name__ == "__main__":
    main()
