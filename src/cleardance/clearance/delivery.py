"""Putting a released file where it was asked for: whole, or not at all."""

import os
import shutil
from pathlib import Path

from cleardance.errors import UsageError
from cleardance.store.failures import os_failures


def check_destination(destination: Path, suffix: str) -> None:
    """Raise UsageError, before any work is done, if the file cannot be put there."""
    if destination.suffix.lower() != suffix:
        raise UsageError(
            f"{destination.name} should end in {suffix}.",
            hint="Videos are .mp4 or .mov, stills are .png.",
        )
    folder = destination.absolute().parent
    if not folder.is_dir():
        raise UsageError(f"There is no folder {folder} to put {destination.name} into.")
    _try_writing(destination)
    if destination.exists() and not destination.is_file():
        raise UsageError(f"{destination} is there, and is not a file.")


def _try_writing(destination: Path) -> None:
    part = _part(destination, "try")
    try:
        part.touch()
        part.unlink()
        destination.exists()  # the name may be too long, or not one of this file system
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"{destination} cannot be written: {reason}.") from error


def deliver(blob: Path, destination: Path) -> None:
    """Copy a sealed blob to its destination, durably, by an atomic rename.

    Raises DiskFull or StoreError; then nothing is at the destination that was not there before,
    and the sealed blob is still in the home.
    """
    # One name per blob, so that a second try overwrites what a killed first one left.
    part = _part(destination, blob.name[:12])
    with os_failures(destination.parent):
        try:
            with part.open("wb") as copy, blob.open("rb") as source:
                shutil.copyfileobj(source, copy, 1 << 20)
                copy.flush()
                os.fsync(copy.fileno())
            part.replace(destination)
            _sync(destination.parent)
        except BaseException:
            part.unlink(missing_ok=True)
            raise


def _part(destination: Path, name: str) -> Path:
    return destination.with_name(f".cleardance-{name}.part")


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
