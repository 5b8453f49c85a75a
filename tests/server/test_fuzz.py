"""A few hundred of the requests that benchmarks/platform/fuzz.py sends in their ten thousands."""

import re
import subprocess
import sys
from pathlib import Path

from tests.server.conftest import Server

CHECKS = "not_a_server_error,response_schema_conformance,status_code_conformance"


def test_what_nobody_would_send_is_answered_as_the_description_says(idle: Server) -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("schemathesis"), "run", f"{idle.url}/openapi.json",
         "--checks", CHECKS, "--header", f"Authorization: Bearer {idle.keys['operator']}",
         "--max-examples", "3", "--seed", "7", "--phases", "fuzzing", "--mode", "all",
         "--suppress-health-check", "all", "--no-color", "--generation-database", "none",
         "--request-timeout", "120"],
        capture_output=True, text=True, check=False, timeout=280, cwd=idle.home.parent,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-9000:]
    cases = re.search(r"(\d+) generated", done.stdout)
    assert cases is not None, done.stdout[-9000:]
    assert int(cases[1]) >= 100
