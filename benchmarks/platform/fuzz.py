"""What nobody would send: schemathesis against the published description of the HTTP interface.

Usage: python benchmarks/platform/fuzz.py [--examples 40] [--seeds 1-10] [--tally FILE]

Each seed starts a real server on an empty home, with a key that may do everything, and has
schemathesis make so many requests for each of about 60 operations; the first seed also what its
coverage phase lists, which is the same for each. No answer may be a 5xx, or break its schema, its
status codes or its content type. With a tally, seeds that are in it are not run
again, so that a long run can be gone on with.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.platform.api import serving

from cleardance.accounts.accounts import create_account
from cleardance.accounts.keys import create_key
from cleardance.accounts.roles import Role
from cleardance.clearance.service import open_service

CHECKS = "not_a_server_error,response_schema_conformance,status_code_conformance"


@dataclass(frozen=True)
class Run:
    """One seed: how many requests were made, and what was found."""

    seed: int
    cases: int
    failures: int
    defects: int  # exceptions in the server's log
    seconds: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=40)
    parser.add_argument("--seeds", default="1-10")
    parser.add_argument("--tally", type=Path)
    options = parser.parse_args()
    first, _, last = options.seeds.partition("-")
    runs = _read(options.tally)
    for seed in range(int(first), int(last or first) + 1):
        if all(one.seed != seed for one in runs):
            runs.append(fuzz(seed, options.examples))
            _keep(options.tally, runs[-1])
    cases, found = sum(one.cases for one in runs), sum(one.failures + one.defects for one in runs)
    print(f"{len(runs)} seeds, {cases} cases, {found} failures")
    return int(found > 0)


def fuzz(seed: int, examples: int) -> Run:
    with tempfile.TemporaryDirectory() as folder:
        home, log, start_s = Path(folder) / "home", Path(folder) / "log", time.monotonic()
        with open_service(home) as service:
            create_account(service.store, "all", roles=list(Role))
            key = create_key(service.store, "all", by="local").secret
        command = [sys.executable, "-m", "cleardance.cli.main", "--home", str(home)]
        with serving([*command, "serve", "--port", "0", "--slots", "0"], log) as at:
            done = run(at.port, key, examples, seed)
        traces = [line for line in log.read_text().splitlines() if '"trace"' in line]
    cases = re.search(r"(\d[\d,]*) generated", done.stdout)
    unique = re.search(r"(\d+) unique failures?", done.stdout)
    failures = int(unique[1]) if unique else int(done.returncode != 0)
    if failures or traces:
        print(done.stdout, *traces, sep="\n")
    made = int(cases[1].replace(",", "")) if cases else 0
    return Run(seed, made, failures, len(traces), round(time.monotonic() - start_s, 1))


def run(port: int, key: str, examples: int, seed: int) -> "subprocess.CompletedProcess[str]":
    phases = "coverage,fuzzing" if seed == 1 else "fuzzing"
    tool = Path(sys.executable).with_name("schemathesis")
    return subprocess.run(
        [str(tool), "run", f"http://127.0.0.1:{port}/openapi.json", "--checks", CHECKS,
         "--header", f"Authorization: Bearer {key}", "--max-examples", str(examples),
         "--seed", str(seed), "--phases", phases, "--mode", "all",
         "--suppress-health-check", "all", "--no-color", "--request-timeout", "120"],
        capture_output=True, text=True, check=False, timeout=7_200,
    )  # fmt: skip


def _read(tally: Path | None) -> list[Run]:
    if tally is None or not tally.exists():
        return []
    return [Run(**json.loads(line)) for line in tally.read_text().splitlines()]


def _keep(tally: Path | None, run: Run) -> None:
    print(run, flush=True)
    if tally is not None:
        with tally.open("a") as file:
            file.write(json.dumps(asdict(run)) + "\n")


if __name__ == "__main__":
    raise SystemExit(main())
