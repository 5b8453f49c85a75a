"""Runs one task and kills its process at a given moment, as a power cut would."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

from cleardance.clearance import releasing
from cleardance.clearance.flow import clear
from cleardance.clearance.service import open_service
from cleardance.clearance.tasks import Step
from cleardance.store.blobs import BlobStore
from tests.clearance.asking import request
from tests.forks import run_forked


def killed(target: Callable[..., None], *arguments: object, folder: Path) -> None:
    """Run a function in a process of its own, which must kill itself."""
    ended = run_forked(target, *arguments, folder=folder)
    assert ended.code == -signal.SIGKILL, ended.err.decode()


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def crash(home: Path, destination: Path, moment: str) -> None:
    """``moment`` is STEP:FRACTION, or one of those named here."""
    if moment == "handing-over":  # after the release was logged, before the file is in place
        releasing.deliver = die
    if moment == "discarding":  # after the file is in place, before the raw media are deleted
        BlobStore.delete = die
    if moment == "keeping":  # after the sealed blob is stored, before its row says so
        put_file = BlobStore.put_file
        BlobStore.put_file = lambda blobs, path: die(put_file(blobs, path))

    def at(step: Step, fraction: float) -> None:
        name, _, least = moment.partition(":")
        if step.name == name and fraction >= float(least):
            die()

    with open_service(home) as service:
        clear(service, request(still=destination.suffix == ".png"), destination, at)
