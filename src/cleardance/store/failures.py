"""What the file system and the database complain of, in our own errors."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from cleardance.errors import DiskFull, HomeUnusable, StoreError

_NO_SPACE = {errno.ENOSPC, errno.EDQUOT}
_NO_ACCESS = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST, errno.EISDIR}

_FULL_HINT = "Free some space on that disk, or set CLEARDANCE_HOME to a folder on another one."
_HOME_HINT = "Make it a folder you own and can write to, or set CLEARDANCE_HOME to another one."
_DAMAGE_HINT = "Restore the database from a backup; the media beside it are not affected."
_BUSY_HINT = "Another process has been writing for too long. Wait for it or end it, then try again."


def from_os(error: OSError, path: Path) -> StoreError:
    """Return what ``error`` means for ``path``: DiskFull, HomeUnusable or a plain StoreError."""
    if error.errno in _NO_SPACE:
        return DiskFull(f"No space is left to write {path}.", hint=_FULL_HINT)
    reason = error.strerror or str(error)
    if error.errno in _NO_ACCESS:
        return HomeUnusable(f"{path} cannot be used: {reason}.", hint=_HOME_HINT)
    return StoreError(f"{path} failed: {reason}.")


def from_sql(error: SQLAlchemyError, home: Path) -> StoreError:
    """Return what ``error`` of the database in ``home`` means."""
    if isinstance(error, IntegrityError):
        return StoreError(f"The database refused the rows: {error.orig}.")
    if not isinstance(error, DBAPIError):
        return StoreError(f"The database layer failed: {error}.")
    if isinstance(error.orig, sqlite3.Error):
        return _from_sqlite(error.orig, home)
    return StoreError(f"The database failed: {error.orig}.")


def _from_sqlite(error: sqlite3.Error, home: Path) -> StoreError:
    # The low byte of an extended result code is its class: https://sqlite.org/rescode.html
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return DiskFull(f"No space is left for the database in {home}.", hint=_FULL_HINT)
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return HomeUnusable(f"The database in {home} cannot be used: {error}.", hint=_HOME_HINT)
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return StoreError(f"The database in {home} is damaged: {error}.", hint=_DAMAGE_HINT)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreError(f"The database in {home} is busy: {error}.", hint=_BUSY_HINT)
    return StoreError(f"The database in {home} failed: {error}.")


@contextmanager
def os_failures(path: Path) -> Iterator[None]:
    """Raise what the operating system says about ``path`` as a StoreError."""
    try:
        yield
    except OSError as error:
        raise from_os(error, path) from error


@contextmanager
def sql_failures(home: Path) -> Iterator[None]:
    """Raise what the database in ``home`` says as a StoreError."""
    try:
        yield
    except SQLAlchemyError as error:
        raise from_sql(error, home) from error


@contextmanager
def full_disk(path: Path) -> Iterator[None]:
    """Raise DiskFull if no space is left for ``path``; let every other error pass as it is."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_SPACE:
            raise from_os(error, path) from error
        raise
