"""Processes that are killed, forked from one that has all models in memory: reading them takes
longer than what the tests kill."""

import os
import signal
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

_FORKS = get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.clearance.warm"])


def run_until_killed(target: Callable[..., None], *arguments: object, said: Path) -> None:
    """Run a function of a module in a process of its own; it must kill itself with SIGKILL."""
    process = _FORKS.Process(target=_run, args=(target, arguments, said))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL, said.read_text()


def _run(target: Callable[..., None], arguments: tuple[object, ...], said: Path) -> None:
    with said.open("w") as log:
        os.dup2(log.fileno(), 2)
    target(*arguments)
