"""What nobody would send: schemathesis against the published description of the HTTP interface.

Usage: python benchmarks/platform/fuzz.py [--examples 450] [--seed 1]

Starts a real server on an empty home, with a key that may do everything, and has schemathesis make
so many requests for each of about 55 operations. No answer may be a 5xx, or break its schema, its
status codes or its content type. 450 examples are more than 20,000 requests.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.platform.api import serving

from cleardance.accounts.accounts import create_account
from cleardance.accounts.keys import create_key
from cleardance.accounts.roles import Role
from cleardance.clearance.service import open_service

CHECKS = "not_a_server_error,response_schema_conformance,status_code_conformance"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=450)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        with open_service(home) as service:
            create_account(service.store, "all", roles=list(Role))
            key = create_key(service.store, "all", by="local").secret
        command = [sys.executable, "-m", "cleardance.cli.main", "--home", str(home)]
        with serving([*command, "serve", "--port", "0", "--slots", "0"], home.parent / "log") as at:
            done = run(at, key, options.examples, options.seed)
        log = (home.parent / "log").read_text().splitlines()
        traces = [line for line in log if '"trace"' in line]
        print(done.stdout, *traces, f"defects in the server's log: {len(traces)}", sep="\n")
        cases = re.search(r"(\d[\d,]*) generated", done.stdout)
        print(f"cases: {cases[1] if cases else 'see above'}; seed {options.seed}")
    return done.returncode or bool(traces)


def run(port: int, key: str, examples: int, seed: int) -> "subprocess.CompletedProcess[str]":
    tool = Path(sys.executable).with_name("schemathesis")
    return subprocess.run(
        [str(tool), "run", f"http://127.0.0.1:{port}/openapi.json", "--checks", CHECKS,
         "--header", f"Authorization: Bearer {key}", "--max-examples", str(examples),
         "--seed", str(seed), "--phases", "coverage,fuzzing", "--mode", "all",
         "--suppress-health-check", "all", "--no-color"],
        capture_output=True, text=True, check=False, timeout=7_200,
    )  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(main())
