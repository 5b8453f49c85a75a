"""Putting a released file where it was asked for: whole, or not at all."""

import os
import shutil
from pathlib import Path

from cleardance.store.failures import os_failures


def deliver(blob: Path, destination: Path) -> None:
    """Copy a sealed blob to its destination, durably, by an atomic rename.

    Raises DiskFull or StoreError; then nothing is at the destination that was not there before,
    and the sealed blob is still in the home.
    """
    # One name per blob, so that a second try overwrites what a killed first one left.
    part = destination.with_name(f".{destination.name}.{blob.name[:12]}.part")
    with os_failures(destination.parent):
        try:
            with part.open("wb") as copy, blob.open("rb") as source:
                shutil.copyfileobj(source, copy, 1 << 20)
                copy.flush()
                os.fsync(copy.fileno())
            part.replace(destination)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
