"""The whole command, 5 s at 1280x720: wall time, where it goes, memory against duration.

The measured limit is a bare encode of the same frames, already decoded in memory, with the same
encoder and nothing else, in the same run.

Usage: python benchmarks/draft.py [--repeats 3]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import av

PROMPT = "a fox runs across a snowy field at dusk while the wind blows"
CLEARING_SIGNING_LOGGING = (
    "check", "enqueue", "screen_ask", "screen_output", "screen_again", "sign", "release",
)  # fmt: skip
PARTS_OF_STEPS = ("render", "mezzanine", "encode", "sign")  # of generate and of seal


def run_command(home: Path, duration_s: int, out: Path) -> tuple[float, float, dict[str, float]]:
    """Run ``generate`` in a process of its own: (wall s, peak memory MiB, timings)."""
    command = [sys.executable, "-m", "cleardance.cli.main", "--home", str(home), "generate", PROMPT]
    command += ["-o", str(out), "--duration", str(duration_s), "--seed", "7", "--json"]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"generate failed: {printed!r}")
    return wall_s, usage.ru_maxrss / 1024, json.loads(printed)["timings_s"]


def bare_encode_s(path: Path) -> float:
    """Encode the file's frames again, from memory, with the product's encoder settings."""
    with av.open(str(path)) as container:
        frames = [frame.reformat(format="yuv420p") for frame in container.decode(video=0)]
    start = time.perf_counter()
    with av.open(str(path.with_suffix(".bare.mp4")), "w") as container:
        stream = container.add_stream(
            "libx264", rate=24, options={"preset": "veryfast", "crf": "20"}
        )
        stream.width, stream.height, stream.pix_fmt = frames[0].width, frames[0].height, "yuv420p"
        stream.codec_context.thread_count = 2
        for index, frame in enumerate(frames):
            frame.pts, frame.pict_type = index, 0
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    repeats = parser.parse_args().repeats
    with tempfile.TemporaryDirectory() as folder:
        home, out = Path(folder) / "home", Path(folder) / "out.mp4"
        first_s, _, _ = run_command(home, 5, out)
        runs = [run_command(home, 5, out) for _ in range(repeats)]
        limit_s = bare_encode_s(out)
        _, long_mib, _ = run_command(home, 15, out)
    wall_s, peak_mib, parts = sorted(runs, key=lambda run: run[0])[repeats // 2]
    cost_s = sum(parts[name] for name in CLEARING_SIGNING_LOGGING)
    print(f"first command of a new home     {first_s:6.2f} s")
    print(f"whole command, median of {repeats}      {wall_s:6.2f} s, {wall_s / 5:.2f} x real time")
    for name, seconds in parts.items():
        print(f"  {name:<28}  {seconds:6.3f} s")
    print(f"  {'start, and the rest':<28}  {wall_s - sum_of_steps(parts):6.3f} s")
    print(f"clearing, signing, logging      {cost_s:6.3f} s, {cost_s / wall_s:.1%} of the command")
    print(f"bare encode of the same frames  {limit_s:6.2f} s: the command takes", end=" ")
    print(f"{wall_s / limit_s:.1f} x that")
    print(f"peak memory, 5 s and 15 s       {peak_mib:.0f} and {long_mib:.0f} MiB")


def sum_of_steps(parts: dict[str, float]) -> float:
    return sum(seconds for name, seconds in parts.items() if name not in PARTS_OF_STEPS)


if __name__ == "__main__":
    main()
