"""Processes forked from one that has our modules and models in memory.

Starting Python anew takes longer than what most tests have such a process do.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

_FORKS = get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.warm"])


@dataclass(frozen=True)
class Ended:
    """How a process ended: its exit code, or minus the signal that killed it, and what it said."""

    code: int
    out: bytes
    err: bytes


def run_forked(target: Callable[..., object], *arguments: object, folder: Path) -> Ended:
    """Run a function of a module in a process of its own, in ``folder``, with our environment."""
    with TemporaryDirectory() as said:
        out, err = Path(said, "out"), Path(said, "err")
        told = target, arguments, dict(os.environ), folder, (out, err)
        process = _FORKS.Process(target=_run, args=told)
        process.start()
        process.join()
        assert process.exitcode is not None
        return Ended(process.exitcode, out.read_bytes(), err.read_bytes())


def _run(
    target: Callable[..., object],
    arguments: tuple[object, ...],
    environment: dict[str, str],
    folder: Path,
    said: tuple[Path, Path],
) -> None:
    for descriptor, path in enumerate(said, start=1):
        opened = os.open(path, os.O_WRONLY | os.O_CREAT)
        os.dup2(opened, descriptor)
        os.close(opened)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    target(*arguments)
