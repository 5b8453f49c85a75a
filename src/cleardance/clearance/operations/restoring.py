"""A home made again from a backup: the same ledger, to the last proof, in either database."""

import base64
import hashlib
import json
import shutil
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    LargeBinary,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    text,
    update,
)

from cleardance.clearance.operations.backup import FORMAT, MANIFEST
from cleardance.errors import BackupInvalid, UsageError
from cleardance.ledger import keys
from cleardance.ledger.check import Checked
from cleardance.ledger.verify import verify
from cleardance.settings import FILE_NAME, Settings
from cleardance.store import Store, open_store
from cleardance.store.failures import os_failures
from cleardance.store.tables import REVISION, account, metadata

_AT_ONCE = 500


def restore(settings: Settings, folder: Path) -> Checked:
    """Fill the home and the database of ``settings``, both empty, and verify the whole ledger.

    Raises UsageError if they are not empty, BackupInvalid for a backup that is not whole or was
    made by another version, LedgerInvalid if what was restored proves not to be what was logged.
    """
    manifest = _read_manifest(folder)
    with open_store(settings) as store:
        _check_empty(store)
        with os_failures(folder):
            _restore_blobs(store, folder)
            _copy_private(folder / "keys", store.home.keys)
            with store.begin() as session:
                _fill(session, folder, manifest)
        return verify(store, keys.load_or_make(store.home.keys, settings.origin).publics)


def put_settings_back(home: Path, folder: Path) -> None:
    """Copy the settings of a backup into a home that has none, before they are read."""
    if (folder / FILE_NAME).exists() and not (home / FILE_NAME).exists():
        with os_failures(home):
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.copy2(folder / FILE_NAME, home / FILE_NAME)


def _read_manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        made, version = manifest["format"], manifest["revision"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupInvalid(f"{folder} is no backup, or one that was not finished.") from error
    if (made, version) != (FORMAT, REVISION):
        raise BackupInvalid(
            f"The backup is of revision {version} of the database; this version has {REVISION}.",
            hint="Restore it with the version that made it; a newer one then migrates the home.",
        )
    for table in metadata.sorted_tables:
        path = folder / "tables" / f"{table.name}.jsonl"
        try:
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
            same = found == manifest["tables"][table.name]["sha256"]
        except (OSError, KeyError, TypeError) as error:
            raise BackupInvalid(f"The backup has no table {table.name}.") from error
        if not same:
            raise BackupInvalid(f"{path} is not what was backed up.")
    return dict(manifest)


def _check_empty(store: Store) -> None:
    with store.read() as session:
        used = session.scalar(select(func.count()).select_from(account))
    if used or any(store.home.keys.iterdir()):
        raise UsageError(
            f"{store.home.path} is in use: a backup is restored into a new home and database.",
            hint="Name another one: cleardance --home NEW restore DIR",
        )


def _restore_blobs(store: Store, folder: Path) -> None:
    for path in sorted((folder / "blobs").glob("??/*")):
        digest = path.parent.name + path.name
        if store.blobs.put_file(path) != digest:
            raise BackupInvalid(f"{path} is not what was backed up.")


def _copy_private(source: Path, target: Path) -> None:
    for path in source.iterdir():
        if path.is_dir():
            (target / path.name).mkdir(mode=0o700, exist_ok=True)
            _copy_private(path, target / path.name)
        else:
            shutil.copyfile(path, target / path.name)
            (target / path.name).chmod(path.stat().st_mode & 0o700)


def _fill(session: Connection, folder: Path, manifest: dict[str, Any]) -> None:
    for table in reversed(metadata.sorted_tables):  # what a new home begins with
        session.execute(delete(table))
    for table in metadata.sorted_tables:
        count = 0
        own = [key.parent for key in table.foreign_keys if key.column.table is table]
        lines = _rows(table, folder)
        while rows := list(islice(lines, _AT_ONCE)):
            # Rows that refer to others of their table may come before them.
            first = [row | {column.name: None for column in own} for row in rows]
            session.execute(insert(table), first)
            count += len(rows)
        for column in own:
            _refer(session, table, column, folder)
        if count != manifest["tables"][table.name]["rows"]:
            raise BackupInvalid(f"The backup lacks rows of {table.name}.")
        _go_on_counting(session, table)


def _refer(session: Connection, table: Table[Any], column: Any, folder: Path) -> None:
    key = next(iter(table.primary_key.columns))
    change = update(table).where(key == bindparam("its_key")).values({column: bindparam("its_own")})
    for row in _rows(table, folder):
        if row[column.name] is not None:
            session.execute(change, {"its_key": row[key.name], "its_own": row[column.name]})


def _rows(table: Table[Any], folder: Path) -> Iterator[dict[str, Any]]:
    binary = {column.name for column in table.columns if isinstance(column.type, LargeBinary)}
    with (folder / "tables" / f"{table.name}.jsonl").open("rb") as file:
        for line in file:
            row = json.loads(line.decode("utf-8", "surrogatepass"))
            yield {
                name: base64.b64decode(value) if name in binary and value is not None else value
                for name, value in row.items()
            }


def _go_on_counting(session: Connection, table: Table[Any]) -> None:
    """Let PostgreSQL's own numbers go on after those that were given; SQLite's do by themselves."""
    column = table.autoincrement_column
    if session.dialect.name != "postgresql" or column is None or column.name != "id":
        return
    highest = session.scalar(select(func.max(column)))
    if highest is not None:
        sequence = func.pg_get_serial_sequence(text(f"'{table.name}'"), text("'id'"))
        session.execute(select(func.setval(sequence, highest)))
