"""Locks that die with their holder: ``flock`` on a file that exists only while it is held."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def held(path: Path, *, wait: bool) -> Iterator[int]:
    """Hold the lock file ``path``, made 0600 if absent and removed at the end; yield its fd.

    Excludes every other holder, in this process too. Raises BlockingIOError if it is taken and
    ``wait`` is false, OSError if the file cannot be made.
    """
    descriptor = _acquire(path, wait=wait)
    try:
        yield descriptor
    finally:
        try:
            if _names(path, descriptor):
                path.unlink()
        finally:
            os.close(descriptor)


def is_held(path: Path) -> bool:
    """Whether somebody holds the lock file ``path`` now; OSError if it is there, but not ours."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _acquire(path: Path, *, wait: bool) -> int:
    operation = fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, operation)
            # The previous holder removed the file we waited on: what we hold excludes nobody.
            if _names(path, descriptor):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _names(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
