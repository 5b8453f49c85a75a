"""A whole home in a folder of plain files, taken while it works; from either database, for either.

::

    DIR/backup.json          written last: the revision, and rows and SHA-256 of every table
    DIR/tables/NAME.jsonl    a row a line; bytes as base64
    DIR/blobs/ab/cdef…       every blob, as in the home
    DIR/keys/                the signing keys: guard a backup like the home itself

The tables are read in one transaction, so they are of one moment. Blobs are content-addressed and
never change: those there before it and those made until its end are copied, so that what the tables
name is there. Blobs that were let go of in between are no loss.
"""

import base64
import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, LargeBinary, Table, select

from cleardance.clearance.garbage import named_blobs
from cleardance.clearance.service import Service
from cleardance.errors import BlobDamaged, UsageError
from cleardance.settings import FILE_NAME
from cleardance.store.failures import os_failures
from cleardance.store.tables import REVISION, metadata, utc_text

FORMAT = 1
MANIFEST = "backup.json"
_AT_ONCE = 1_000


@dataclass(frozen=True)
class Backup:
    """What a backup holds; ``missing`` are blobs that rows name and the home does not have."""

    rows: int
    blobs: int
    missing: tuple[str, ...]


def back_up(service: Service, folder: Path, at: datetime) -> Backup:
    """Write a backup into ``folder``, which must be new or empty; others go on working.

    Raises UsageError for a folder with something in it, StoreError, DiskFull.
    """
    with os_failures(folder):
        _make_room(folder)
        copied = _copy_blobs(service, folder, set())
        with service.store.read() as session:
            if session.dialect.name == "postgresql":  # SQLite reads one state anyway
                session.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            tables = {
                one.name: _write_table(session, one, folder) for one in metadata.sorted_tables
            }
            named = named_blobs(session)
        copied |= _copy_blobs(service, folder, copied)
        shutil.copytree(service.store.home.keys, folder / "keys", dirs_exist_ok=True)
        if (settings := service.store.home.path / FILE_NAME).exists():
            shutil.copy2(settings, folder / FILE_NAME)
        manifest = {
            "format": FORMAT,
            "revision": REVISION,
            "origin": service.settings.origin,
            "made_at": utc_text(at),
            "tables": tables,
            "missing_blobs": sorted(named - copied),
        }
        (folder / MANIFEST).write_text(json.dumps(manifest, indent=1), "utf-8")
    rows = sum(int(table["rows"]) for table in tables.values())
    return Backup(rows, len(copied), tuple(sorted(named - copied)))


def _make_room(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty; a backup needs a folder of its own.")
    for name in ("tables", "blobs", "keys"):
        (folder / name).mkdir(mode=0o700)


def _copy_blobs(service: Service, folder: Path, known: set[str]) -> set[str]:
    """Copy all blobs but the known ones; return which."""
    copied = set()
    for digest in service.store.blobs.digests(older_than_s=0):
        if digest in known:
            continue
        place = folder / "blobs" / digest[:2] / digest[2:]
        place.parent.mkdir(mode=0o700, exist_ok=True)
        try:
            with service.store.blobs.open(digest) as source, place.open("xb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
        except BlobDamaged:  # let go of since it was listed
            continue
        copied.add(digest)
    return copied


def _write_table(session: Connection, table: Table[Any], folder: Path) -> dict[str, int | str]:
    count, sha256 = 0, hashlib.sha256()
    with (folder / "tables" / f"{table.name}.jsonl").open("xb") as file:
        for line in _lines(session, table):
            file.write(line)
            sha256.update(line)
            count += 1
    return {"rows": count, "sha256": sha256.hexdigest()}


def _lines(session: Connection, table: Table[Any]) -> Iterator[bytes]:
    binary = {column.name for column in table.columns if isinstance(column.type, LargeBinary)}
    query = select(table).order_by(*table.primary_key.columns)
    for row in session.execute(query, execution_options={"yield_per": _AT_ONCE}).mappings():
        values = {
            name: base64.b64encode(value).decode() if name in binary and value else value
            for name, value in row.items()
        }
        yield json.dumps(values, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"
