"""Publishing a ledger as plain files (C2SP ``tlog-tiles``), which any web server can serve.

Beside the standard's files there are every checkpoint ever signed (``checkpoints/<size>``), with
the witnesses' cosignatures, and the public keys (``keys``, one a line, oldest first).
"""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection, select

from cleardance.errors import NotFound
from cleardance.ledger import tiles
from cleardance.ledger.keys import Keys
from cleardance.ledger.verify import read_checkpoints, read_entries
from cleardance.store import Store
from cleardance.store.failures import os_failures
from cleardance.store.tables import ledger_node


@dataclass(frozen=True)
class Exported:
    """What was written: entries covered by the newest checkpoint, and files."""

    size: int
    files: int
    checkpoint: str


def export(store: Store, keys: Keys, folder: Path) -> Exported:
    """Write what the newest checkpoint covers into ``folder``; older exports there are extended.

    The checkpoint is replaced last, so that a reader never sees one without its tiles. Raises
    NotFound before the first checkpoint, DiskFull, StoreError.
    """
    with os_failures(folder), store.read() as connection:
        checkpoints = read_checkpoints(connection)
        if not checkpoints:
            raise NotFound("There is no checkpoint yet.", hint="Run: cleardance ledger checkpoint")
        newest = checkpoints[-1]
        count = sum(
            _put(folder / name, data)
            for files in (_entries(connection, newest.size), _upper(connection, newest.size))
            for name, data in files
        )
        for row in checkpoints:
            count += _put(folder / "checkpoints" / str(row.size), row.note.encode())
        count += _put(folder / "keys", "".join(f"{key}\n" for key in keys.publics).encode())
        count += _put(folder / tiles.CHECKPOINT, newest.note.encode())
    return Exported(newest.size, count, newest.note)


def _entries(connection: Connection, size: int) -> Iterator[tuple[str, bytes]]:
    """Yield the bundles of entries and the lowest tiles, which hold their hashes."""
    with closing(read_entries(connection)) as entries:
        for number, width in tiles.spans(size):
            some = list(islice(entries, width))
            yield (
                tiles.path(tiles.ENTRIES, number, width),
                tiles.bundle(entry.leaf() for entry in some),
            )
            yield tiles.path(0, number, width), b"".join(entry.leaf_hash for entry in some)


def _upper(connection: Connection, size: int) -> Iterator[tuple[str, bytes]]:
    for level, count in tiles.levels(size):
        if level:
            on = ledger_node.c
            query = select(on.hash).where(on.level == level * tiles.HEIGHT, on.index < count)
            hashes = iter(connection.scalars(query.order_by(on.index)))
            for number, width in tiles.spans(count):
                yield tiles.path(level, number, width), _joined(islice(hashes, width))


def _joined(hashes: Iterable[bytes]) -> bytes:
    return b"".join(hashes)


def _put(path: Path, data: bytes) -> int:
    """Write a file whole or not at all; a full tile that is there already stays as it is."""
    if path.is_file() and path.read_bytes() == data:
        return 0
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.new")
    draft.write_bytes(data)
    draft.replace(path)
    return 1
