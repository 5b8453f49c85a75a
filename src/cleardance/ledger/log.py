"""Appending to the ledger in the caller's own transaction, signing its root, proving its entries.

An entry is written in the same transaction as the rows it speaks of: both are there, or neither.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, and_, bindparam, insert, or_, select, update

from cleardance.errors import LedgerInvalid, NotFound, StoreError
from cleardance.ledger import entry as leaf
from cleardance.ledger import note, tree, witness
from cleardance.ledger.entry import EntryKind
from cleardance.ledger.keys import Keys
from cleardance.store import Store
from cleardance.store.batches import batches
from cleardance.store.inserting import insert_all
from cleardance.store.tables import (
    ledger_checkpoint,
    ledger_entry,
    ledger_node,
    meta,
    utc_now,
    utc_text,
)

_IS_SIZE = meta.c.key == "ledger_size"
# Built once: building a statement takes longer than running it.
_COUNT = select(meta.c.value).where(_IS_SIZE)
_TAKE = (
    update(meta)
    .where(_IS_SIZE)
    .values(value=meta.c.value + bindparam("more"))
    .returning(meta.c.value)
)
_NODE = ("level", "index", "hash")
_LEAVES = select(ledger_entry.c.index, ledger_entry.c.leaf_hash).where(
    ledger_entry.c.index.in_(bindparam("places", expanding=True))
)
_PARTS = ((0, "level"), (1, "index"))
_AT_ONCE = 128  # nodes in one query, of which SQLite takes less than a thousand
_T = TypeVar("_T")


@dataclass(frozen=True)
class New:
    """An entry to append; ``body`` is as in ``append``."""

    kind: EntryKind
    task_id: str | None
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Appended:
    """Where an entry went and what its leaf hashes to."""

    index: int
    leaf_hash: bytes


@dataclass(frozen=True)
class Inclusion:
    """Proof that the leaf at ``index`` is in the tree of ``size`` leaves with this root."""

    index: int
    size: int
    leaf_hash: bytes
    root: bytes
    path: tuple[bytes, ...]


@dataclass(frozen=True)
class Consistency:
    """Proof that the tree of ``new`` leaves continues that of ``old``."""

    old: int
    old_root: bytes
    new: int
    new_root: bytes
    path: tuple[bytes, ...]


def append(
    connection: Connection,
    kind: EntryKind,
    task_id: str | None,
    body: Mapping[str, Any],
    at: datetime | None = None,
) -> Appended:
    """Append an entry within the transaction of ``store.begin()``; ``at`` is now if not given.

    Indices are gapless from 0: taking one locks its counter until the transaction ends, so that
    appenders in every process take turns. ``body`` is public and forever; see ``ledger.entry``
    for what may be in it. Raises ValueError if it has no canonical JSON or is too long.
    """
    return append_all(connection, [New(kind, task_id, body)], at)[0]


def append_all(
    connection: Connection, entries: Sequence[New], at: datetime | None = None
) -> list[Appended]:
    """Append entries as ``append`` does, many times faster than one by one; all or none."""
    created_at = utc_text(at) if at else utc_now()
    hashes = [leaf.leaf_hash(new.kind, new.task_id, new.body, created_at) for new in entries]
    if not hashes:
        return []
    first = _take_indices(connection, len(hashes))
    rows = [
        {
            "index": index,
            "kind": str(new.kind),
            "task_id": new.task_id,
            "body": dict(new.body),
            "leaf_hash": leaf_hash,
            "created_at": created_at,
        }
        for index, (new, leaf_hash) in enumerate(zip(entries, hashes, strict=True), first)
    ]
    insert_all(connection, ledger_entry, rows)
    nodes = _with_nodes(connection, lambda read: list(tree.completed(first, hashes, read)))
    insert_all(connection, ledger_node, [dict(zip(_NODE, node, strict=True)) for node in nodes])
    return [Appended(index, leaf_hash) for index, leaf_hash in enumerate(hashes, first)]


def count(connection: Connection) -> int:
    """Return the number of entries."""
    found = connection.scalar(_COUNT)
    if found is None:
        raise StoreError("The ledger's counter is gone from the database.")
    return found


def checkpoint(store: Store, keys: Keys) -> str:
    """Sign the ledger as it is now, keep the checkpoint, and return its note.

    A ledger that has not grown keeps the checkpoint it has. Raises LedgerInvalid, and signs
    nothing, if it does not continue what was signed before: somebody changed its past.
    """
    with store.begin() as connection:
        now = count(connection)
        _require_continuity(connection, keys, now)
        known = select(ledger_checkpoint.c.note).where(ledger_checkpoint.c.size == now)
        if (kept := connection.scalar(known)) is not None:
            return kept
        root = root_at(connection, now)
        signed = keys.sign(note.Checkpoint(keys.origin, now, root).text())
        connection.execute(
            insert(ledger_checkpoint),
            {"size": now, "root": root, "note": signed, "created_at": utc_now()},
        )
        return signed


def _require_continuity(connection: Connection, keys: Keys, now: int) -> None:
    newest = select(ledger_checkpoint.c.note).order_by(ledger_checkpoint.c.size.desc()).limit(1)
    if (known := connection.scalar(newest)) is not None:
        signed = note.open_checkpoint(known, keys.publics)
        if signed.size > now or root_at(connection, signed.size) != signed.root:
            raise LedgerInvalid(
                f"The ledger does not continue its checkpoint at {signed.size}: it was changed.",
                hint="Nothing is signed until it is restored: cleardance ledger verify.",
            )


def add_cosignatures(store: Store, signed: str, witnesses: Sequence[note.PublicKey]) -> str:
    """Keep the cosignatures of known ``witnesses`` in ``signed``, a note of one of our checkpoints.

    Returns the note with all that it has. Raises NotFound if we signed no such checkpoint,
    LedgerInvalid if a cosignature does not fit.
    """
    says = note.Checkpoint.parse(note.split(signed)[0])
    where = ledger_checkpoint.c.size == says.size
    with store.begin() as connection:
        known = connection.scalar(select(ledger_checkpoint.c.note).where(where))
        if known is None or note.split(known)[0] != says.text():
            raise NotFound(f"We signed no such checkpoint of {says.size} entries.")
        there = {one.witness for one in witness.cosignatures(known, witnesses)}
        new = [one for one in witness.cosignatures(signed, witnesses) if one.witness not in there]
        known += "".join(one.line for one in new)
        connection.execute(update(ledger_checkpoint).where(where).values(note=known))
    return known


def root_at(connection: Connection, size: int) -> bytes:
    """Return the root of the first ``size`` entries."""
    return _with_nodes(connection, lambda read: tree.root(size, read))


def prove_inclusion(connection: Connection, index: int, size: int) -> Inclusion:
    """Return the proof for entry ``index`` in the tree of the first ``size``; NotFound."""
    return prove_inclusions(connection, [index], size)[0]


def prove_inclusions(connection: Connection, indices: Sequence[int], size: int) -> list[Inclusion]:
    """Return the proofs for several entries, as ``prove_inclusion`` does, in fewer look-ups."""
    there = count(connection)
    for index in indices:
        if not 0 <= index < size <= there:
            raise NotFound(f"No entry {index} in the first {size} of the ledger's {there} entries.")

    def build(read: tree.ReadNode) -> list[Inclusion]:
        root = tree.root(size, read)
        return [
            Inclusion(index, size, read(0, index), root, tree.inclusion_path(index, size, read))
            for index in indices
        ]

    return _with_nodes(connection, build)


def prove_consistency(connection: Connection, old: int, new: int) -> Consistency:
    """Return the proof that the first ``new`` entries continue the first ``old``; NotFound."""
    there = count(connection)
    if not 0 <= old <= new <= there:
        raise NotFound(f"No way from {old} to {new} entries in a ledger of {there}.")

    def build(read: tree.ReadNode) -> Consistency:
        path = tree.consistency_path(old, new, read)
        return Consistency(old, tree.root(old, read), new, tree.root(new, read), path)

    return _with_nodes(connection, build)


@lru_cache(maxsize=256)
def _nodes_query(count: int) -> Select[int, int, bytes]:
    """Return the query for ``count`` nodes, each found by its key.

    Not by ``(level, index) IN (…)``: for that SQLite reads the whole table.
    """
    on = ledger_node.c
    places = (
        and_(on.level == bindparam(f"level{n}"), on.index == bindparam(f"index{n}"))
        for n in range(count)
    )
    return select(on.level, on.index, on.hash).where(or_(*places))


def _take_indices(connection: Connection, count: int) -> int:
    size = connection.scalar(_TAKE, {"more": count})
    if size is None:
        raise StoreError("The ledger's counter is gone from the database.")
    return int(size) - count


def _with_nodes(connection: Connection, build: Callable[[tree.ReadNode], _T]) -> _T:
    """Return what ``build`` makes of the stored nodes, all fetched at once.

    Which nodes it needs depends on the sizes alone, so a dry run on zeros tells.
    """
    wanted: set[tuple[int, int]] = set()

    def note_down(level: int, index: int) -> bytes:
        wanted.add((level, index))
        return bytes(tree.HASH_BYTES)

    build(note_down)
    found = _fetch(connection, wanted)

    def read(level: int, index: int) -> bytes:
        try:
            return found[level, index]
        except KeyError:
            raise StoreError(f"Node {level}/{index} of the ledger is gone.") from None

    return build(read)


def _fetch(connection: Connection, wanted: set[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    leaves = [index for level, index in wanted if level == 0]
    nodes = [place for place in wanted if place[0] > 0]
    found: dict[tuple[int, int], bytes] = {}
    for places in batches(leaves, _AT_ONCE):
        rows = connection.execute(_LEAVES, {"places": places}).all()
        found |= {(0, index): hash_ for index, hash_ in rows}
    for some in batches(nodes, _AT_ONCE):
        values = {f"{part}{n}": place[at] for n, place in enumerate(some) for at, part in _PARTS}
        more = connection.execute(_nodes_query(len(some)), values).all()
        found |= {(level, index): hash_ for level, index, hash_ in more}
    return found
