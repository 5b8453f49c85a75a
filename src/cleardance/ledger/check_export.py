"""The independent check of a published ledger: from its files alone, without any store or network.

Every entry is hashed again and every tile and checkpoint compared with what follows from the
entries, in one pass and little memory. Needs the ledger's public key from somewhere else.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from cleardance.errors import LedgerInvalid
from cleardance.ledger import note, tiles, tree, witness
from cleardance.ledger.check import Checked, Frontier, Promises
from cleardance.ledger.entry import EntryKind

_MAX_FILE_BYTES = 64 * 2**20  # a bundle of 256 entries of 64 KiB is 16 MiB


def check_export(
    folder: Path,
    keys: Sequence[note.PublicKey],
    kept: Sequence[str] = (),
    witnesses: Sequence[note.PublicKey] = (),
    quorum: int = 0,
) -> Checked:
    """Verify the files in ``folder``; raise LedgerInvalid naming the first thing that is wrong.

    ``keys`` and ``kept`` as in ``check.check``; the newest checkpoint must bear the cosignatures
    of ``quorum`` of the ``witnesses``, and of those who signed every cosignature must fit.
    """
    newest = _text(folder / tiles.CHECKPOINT)
    size = note.Checkpoint.parse(note.split(newest)[0]).size
    promises = Promises(keys, [], dict.fromkeys([newest, *_others(folder), *kept]))
    frontier, upper = Frontier(), _Upper(folder, size)
    promises.keep(frontier)
    for leaf in _leaves(folder, size):
        if rotation := _rotation(leaf, frontier.size):
            promises.rotate(rotation)
        leaf_hash = tree.hash_leaf(leaf)
        upper.take(0, leaf_hash)
        for made in frontier.add(leaf_hash):
            if made.level % tiles.HEIGHT == 0:
                upper.take(made.level // tiles.HEIGHT, made.hash)
        promises.keep(frontier)
    promises.require_kept(frontier.size)
    witness.require(newest, witnesses, quorum)
    return Checked(frontier.size, frontier.root(), promises.signed_size, promises.count)


def published_keys(folder: Path) -> list[note.PublicKey]:
    """Return the keys that the export itself names: proof of nothing until compared."""
    return [note.PublicKey.parse(line) for line in _text(folder / "keys").splitlines()]


def _others(folder: Path) -> Iterator[str]:
    """Yield every checkpoint that was signed: the way along which keys were rotated."""
    for path in sorted((folder / "checkpoints").glob("*")):
        text = _text(path)
        if path.name != str(note.Checkpoint.parse(note.split(text)[0]).size):
            raise LedgerInvalid(f"checkpoints/{path.name} is of another size.")
        yield text


def _leaves(folder: Path, size: int) -> Iterator[bytes]:
    for number, width in tiles.spans(size):
        name = tiles.path(tiles.ENTRIES, number, width)
        yield from tiles.unbundle(_bytes(folder / name, name), width, name)


def _rotation(leaf: bytes, index: int) -> object:
    """Return the body of a rotation's entry, else None; LedgerInvalid unless it is an entry."""
    try:
        entry = json.loads(leaf)
        return entry["body"] if entry["kind"] == EntryKind.ROTATED else None
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise LedgerInvalid(f"Entry {index} of the ledger is not what we write.") from error


class _Upper:
    """Compares tiles of hashes with the hashes that follow from the entries, as they come."""

    def __init__(self, folder: Path, size: int) -> None:
        self._folder = folder
        self._counts = dict(tiles.levels(size))
        self._done = dict.fromkeys(self._counts, 0)
        self._tiles: dict[int, bytes] = {}

    def take(self, level: int, hash_: bytes) -> None:
        number, place = divmod(self._done[level], tiles.WIDTH)
        if place == 0:
            self._tiles[level] = self._read(level, number)
        at = place * tree.HASH_BYTES
        if self._tiles[level][at : at + tree.HASH_BYTES] != hash_:
            raise LedgerInvalid(f"Hash {place} of {self._name(level, number)} was changed.")
        self._done[level] += 1

    def _read(self, level: int, number: int) -> bytes:
        name = self._name(level, number)
        data = _bytes(self._folder / name, name)
        if len(data) != self._width(level, number) * tree.HASH_BYTES:
            raise LedgerInvalid(f"{name} does not have as many hashes as its name says.")
        return data

    def _width(self, level: int, number: int) -> int:
        return min(tiles.WIDTH, self._counts[level] - number * tiles.WIDTH)

    def _name(self, level: int, number: int) -> str:
        return tiles.path(level, number, self._width(level, number))


def _text(path: Path) -> str:
    try:
        return _bytes(path, path.name).decode("utf-8")
    except UnicodeDecodeError as error:
        raise LedgerInvalid(f"{path.name} is not text.") from error


def _bytes(path: Path, name: str) -> bytes:
    try:
        if path.stat().st_size > _MAX_FILE_BYTES:
            raise LedgerInvalid(f"{name} is larger than anything in a ledger.")
        return path.read_bytes()
    except OSError as error:
        raise LedgerInvalid(f"{name} cannot be read: {error.strerror}.") from error
