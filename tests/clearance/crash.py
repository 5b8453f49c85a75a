"""Runs one task in a process of its own and kills it at a given moment, as a power cut would.

Usage: python crash.py HOME DESTINATION MOMENT, where MOMENT is STEP:FRACTION or ``handing-over``.
"""

import os
import signal
import sys
from pathlib import Path

from cleardance.clearance import releasing
from cleardance.clearance.flow import clear
from cleardance.clearance.service import open_service
from cleardance.clearance.tasks import Step
from cleardance.store.blobs import BlobStore
from tests.clearance.asking import request


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    home, destination, moment = sys.argv[1:]
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

    with open_service(Path(home)) as service:
        clear(service, request(still=destination.endswith(".png")), Path(destination), at)


if __name__ == "__main__":
    main()
