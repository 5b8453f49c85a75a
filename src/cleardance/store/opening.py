"""Opening a home: making it at first use, migrating it when it is older."""

import errno
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine

from cleardance.errors import StoreError
from cleardance.store.blobs import BlobStore
from cleardance.store.database import Store, make_engine, serialise, transaction
from cleardance.store.failures import os_failures, sql_failures
from cleardance.store.home import Home, prepare
from cleardance.store.locks import held
from cleardance.store.tables import REVISION

if TYPE_CHECKING:
    from alembic.config import Config

    from cleardance.settings import Settings


def open_store(settings: "Settings") -> Store:
    """Open the home named by ``settings``, made or migrated first if it must be.

    Any number of processes may do this at once. Raises HomeUnusable, DiskFull, StoreError (a
    damaged database, or one made by a newer version) or UsageError (an unusable database URL).
    """
    home = prepare(settings.home)
    engine = make_engine(home, settings.database_url)
    try:
        with sql_failures(home.path):
            if not _is_current(engine):
                _bring_up_to_date(home, engine)
    except BaseException:
        engine.dispose()
        raise
    return Store(home, engine, blobs_of(settings, home))


def blobs_of(settings: "Settings", home: Home) -> BlobStore:
    """Return the blobs in the home, or in the object store that the settings name."""
    if settings.blob_url is None:
        return BlobStore(home.blobs)
    from cleardance.store.remote_blobs import remote_blobs

    return remote_blobs(home.blobs, settings)


def _is_current(engine: Engine) -> bool:
    if engine.dialect.name != "sqlite":
        with transaction(engine, writes=False) as connection:
            return _revision(connection) == REVISION
    if not Path(str(engine.url.database)).exists():
        return False
    with transaction(engine, writes=False) as connection:
        mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
        return mode == "wal" and _revision(connection) == REVISION


def _revision(connection: Connection) -> str | None:
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return None if revision is None else str(revision)


def _bring_up_to_date(home: Home, engine: Engine) -> None:
    lock = home.locks / "migration.lock"
    with os_failures(lock), held(lock, wait=True):
        if _is_current(engine):
            return
        if engine.dialect.name == "sqlite":
            _make_sqlite(Path(str(engine.url.database)), engine)
        with transaction(engine, writes=True, migrates=True) as connection:
            serialise(connection, "migration")  # on other machines, too
            _upgrade(connection, home)


def _make_sqlite(path: Path, engine: Engine) -> None:
    # Made here, because SQLite would make it readable by others; -wal and -shm follow its mode.
    # Only if it is not there: closing a file drops SQLite's locks on it, of the whole process.
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    if not os.access(path, os.R_OK | os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    raw = engine.raw_connection()
    try:
        # The mode stays with the file, and cannot be changed inside a transaction.
        raw.cursor().execute("PRAGMA journal_mode=WAL")
    finally:
        raw.close()


def migration_config(connection: Connection) -> "Config":
    """Return what Alembic needs to run our migrations on ``connection``."""
    from alembic.config import Config

    config = Config()
    folder = Path(__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection, home: Home) -> None:
    # Alembic takes longer to import than everything else here together, and is rarely needed.
    from alembic import command
    from alembic.util import CommandError

    try:
        command.upgrade(migration_config(connection), "head")
    except CommandError as error:
        raise StoreError(
            f"The database in {home.path} cannot be migrated: {error}.",
            hint="It was made by a newer version. Upgrade Cleardance, or restore a backup.",
        ) from error
