import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cleardance.cli.main import main
from tests.clearance.conftest import home, new_home
from tests.forks import run_forked

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
        command = ["cleardance", "--home", str(in_home), *arguments]
        done = run_forked(_command, command, folder=tmp_path)
        return Done(done.code, done.out.decode(), done.err.decode())

    return run_command


def _command(arguments: list[str]) -> None:
    sys.argv = arguments
    main()
