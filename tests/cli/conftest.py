import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.clearance.conftest import home, new_home

__all__ = ["home", "new_home"]


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    exit_code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON object on stdout."""
        return json.loads(self.out)


Run = Callable[..., Done]


@pytest.fixture
def run(home: Path, tmp_path: Path) -> Run:
    """Run the real command in a process of its own, with a home of its own."""

    def run_command(*arguments: str, in_home: Path = home) -> Done:
        command = [sys.executable, "-m", "cleardance.cli.main", "--home", str(in_home), *arguments]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run_command
