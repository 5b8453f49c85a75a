"""One database and its blobs, opened: transactions, locks, errors in our own words."""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from cleardance.errors import StoreError, TaskBusy, UsageError
from cleardance.store.blobs import BlobStore
from cleardance.store.failures import from_os, sql_failures
from cleardance.store.home import Home
from cleardance.store.locks import held, is_held

_LOCK_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_WRITES = "cleardance_writes"
_BUSY_TIMEOUT_MS = 30_000
_MMAP_BYTES = 2**30

Guard = Callable[[Connection], None]
"""Called at the beginning of a write transaction; raises to forbid it."""


class Store:
    """The database, the blobs and the locks of one home. Safe for use by several threads."""

    def __init__(
        self,
        home: Home,
        engine: Engine,
        blobs: BlobStore,
        guard: Guard | None = None,
        unguarded: Self | None = None,
    ) -> None:
        self.home = home
        self.blobs = blobs
        self.unguarded = unguarded or self
        self._engine = engine
        self._guard = guard

    def guarded(self, guard: Guard) -> Self:
        """Return this store for somebody who may lose the right to write to it.

        Every write transaction of it begins with ``guard``, which raises to forbid it.
        """
        return type(self)(self.home, self._engine, self.blobs, guard, self.unguarded)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Yield a connection in a write transaction.

        Leaving the block commits, durably, everything done in it; an exception rolls all of it
        back and goes on. Writers take turns from the first statement on, so keep the block short
        and do nothing slow in it. Raises DiskFull, HomeUnusable or StoreError; what the database
        refuses can be caught inside the block as ``sqlalchemy.exc.IntegrityError``.
        """
        with sql_failures(self.home.path), transaction(self._engine, writes=True) as connection:
            if self._guard is not None:
                self._guard(connection)
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Yield a connection that sees one unchanging state; writers are not held up.

        Writing through it raises StoreError (on SQLite). Read every result to its end or close
        it: SQLite keeps showing the old state as long as one is open.
        """
        with sql_failures(self.home.path), transaction(self._engine, writes=False) as connection:
            yield connection

    @contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Hold the lock ``name`` (letters, digits, ``. _ -``); TaskBusy at once if it is taken.

        It excludes other processes of this home and other holders in this one, and dies with its
        process. Who works on a task is said by leases, which count on other machines, too.
        """
        if not _LOCK_NAME.fullmatch(name):
            raise StoreError(f"{name!r} cannot name a lock.")
        path = self.home.locks / f"{name}.lock"
        with ExitStack() as stack:
            try:
                stack.enter_context(held(path, wait=False))
            except BlockingIOError as error:
                raise TaskBusy(f"{name} is already being worked on.") from error
            except OSError as error:
                raise from_os(error, path) from error
            yield

    def was_left(self, name: str) -> bool:
        """Whether a process of this home died while it held the lock ``name``."""
        path = self.home.locks / f"{name}.lock"
        return path.exists() and not is_held(path)

    def close(self) -> None:
        """Close every connection; the store cannot be used in a transaction at that time."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def make_engine(home: Home, database_url: str | None) -> Engine:
    """Return an engine for ``database_url``, or for the SQLite file of ``home`` without one.

    Nothing is opened yet. Raises UsageError if the URL or its driver is unknown.
    """
    url = URL.create("sqlite", database=str(home.database))
    try:
        # A server may have been restarted since a connection was last used.
        engine = create_engine(
            make_url(database_url) if database_url else url, pool_pre_ping=bool(database_url)
        )
    except (ArgumentError, ImportError) as error:
        raise UsageError(f"CLEARDANCE_DATABASE_URL cannot be used: {error}.") from error
    if engine.dialect.name == "sqlite":
        if not str(engine.url.database or "").startswith("/"):
            raise UsageError("CLEARDANCE_DATABASE_URL needs four slashes and the path of a file.")
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def transaction(engine: Engine, *, writes: bool, migrates: bool = False) -> Iterator[Connection]:
    """Yield a connection in a transaction that commits at the end; raise SQLAlchemy's errors.

    One that ``migrates`` may make tables anew that others refer to; in the end they still must.
    """
    with engine.connect() as connection:
        connection.execution_options(**{_WRITES: writes})
        if migrates and engine.dialect.name == "sqlite":
            yield from _without_cascades(connection)
            return
        with connection.begin():
            yield connection


def _without_cascades(connection: Connection) -> Iterator[Connection]:
    # Dropping a table deletes its rows first, and with them all that refers to them; the switch
    # is deaf inside a transaction. https://sqlite.org/lang_altertable.html#otheralter
    raw = connection.connection.cursor()
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        with connection.begin():
            yield connection
            if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                raise StoreError("The migration would leave rows that refer to nothing.")
    finally:
        raw.execute("PRAGMA foreign_keys=ON")


def serialise(connection: Connection, what: str) -> None:
    """Let nobody else be in a transaction that has serialised ``what``, until this one ends.

    On SQLite all writers take turns anyway.
    """
    if connection.dialect.name == "postgresql":
        number = int.from_bytes(hashlib.sha256(what.encode()).digest()[:8], "big", signed=True)
        connection.execute(select(func.pg_advisory_xact_lock(number)))


def clock(connection: Connection) -> datetime:
    """Return the present by the clock that all users of the database share."""
    if connection.dialect.name == "sqlite":
        return datetime.now(UTC)
    moment = connection.scalar(select(func.clock_timestamp()))
    assert isinstance(moment, datetime)
    return moment.astimezone(UTC)


def _configure_sqlite(connection: Any, _record: object) -> None:
    # The driver's own BEGIN comes too late to serialise writers, so it is switched off.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={_BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute(f"PRAGMA mmap_size={_MMAP_BYTES}")  # proofs read all over a large ledger
    connection.execute("PRAGMA secure_delete=ON")  # who erases a person's data means it


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
