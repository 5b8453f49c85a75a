"""The independent check: from exported entries, nodes and checkpoints, without any store.

Everything is computed again in one pass over the entries, in memory that grows with the logarithm
of their number. Anyone can run it on what an operator publishes; ``verify`` runs it on a store.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cleardance.errors import LedgerInvalid
from cleardance.ledger import note, tree
from cleardance.ledger.entry import Entry, EntryKind


@dataclass(frozen=True)
class Node:
    """One stored root of a complete subtree, level 1 or higher."""

    level: int
    index: int
    hash: bytes


@dataclass(frozen=True)
class SignedRoot:
    """One stored checkpoint: its size, its 32-byte root, and the note that says so."""

    size: int
    root: bytes
    note: str


@dataclass(frozen=True)
class Checked:
    """What was proved: all ``size`` entries, the first ``signed_size`` of them under signature."""

    size: int
    root: bytes
    signed_size: int
    checkpoints: int


def check(
    entries: Iterable[Entry],
    nodes: Iterable[Node],
    checkpoints: Iterable[SignedRoot],
    keys: Sequence[note.PublicKey],
    kept: Sequence[str] = (),
) -> Checked:
    """Verify a whole ledger; raise LedgerInvalid naming the first thing that is wrong.

    ``entries`` and ``checkpoints`` come in order, ``nodes`` in the order of ``node_order``.
    ``keys`` may be the ledger's first key alone: where it was rotated, the ledger says to which,
    and the checkpoint over that entry is signed by the old one. A retired key signs nothing more.
    ``kept`` are checkpoint notes that somebody kept elsewhere: only these can show that the end
    of the ledger was cut off together with the checkpoints that covered it.
    """
    promises = Promises(keys, checkpoints, kept)
    size, root = _recompute(entries, nodes, promises)
    return Checked(size, root, promises.signed_size, promises.count)


def node_order(node: Node) -> tuple[int, int]:
    """Return the sort key of a node: the entry that completes it, then its level."""
    return (node.index + 1) << node.level, node.level


class Promises:
    """The checkpoints that a growing ledger must fit, and the keys that may sign them.

    A rotation is believed once a checkpoint over it is signed by a key that was good before.
    """

    def __init__(
        self, keys: Sequence[note.PublicKey], stored: Iterable[SignedRoot], kept: Iterable[str]
    ) -> None:
        promises = [*map(_stored, stored), *map(_kept, kept)]
        self._open = sorted(promises, key=lambda promise: promise.says.size)
        self.count = len(promises)
        self.signed_size = self._open[-1].says.size if promises else 0
        self._keys = list(keys)
        self._rotations: list[tuple[note.PublicKey, note.PublicKey]] = []

    def rotate(self, body: object) -> None:
        """Note down what a rotation's entry says; one that names no keys changes none."""
        if isinstance(body, dict) and {"old", "new"} <= body.keys():
            old, new = (note.PublicKey.parse(str(body[part])) for part in ("old", "new"))
            self._rotations.append((old, new))

    def keep(self, frontier: "Frontier") -> None:
        """Hold the checkpoints of the present size to it; LedgerInvalid naming one that differs."""
        while self._open and self._open[0].says.size <= frontier.size:
            promise = self._open.pop(0)
            try:
                note.open_checkpoint(promise.note, self._keys)
            except LedgerInvalid as error:
                raise LedgerInvalid(f"{promise.name} cannot be trusted: {error.message}") from error
            if promise.says.root != frontier.root():
                raise LedgerInvalid(
                    f"{promise.name} does not fit the first {promise.says.size} entries."
                )
            self._believe_rotations()

    def require_kept(self, size: int) -> None:
        """Raise LedgerInvalid if a checkpoint covers more than ``size`` entries."""
        if self._open:
            promise = self._open[0]
            raise LedgerInvalid(
                f"{promise.name} covers {promise.says.size} entries, but there are only {size}."
            )

    def _believe_rotations(self) -> None:
        for old, new in self._rotations:
            if old in self._keys:
                self._keys.remove(old)
                self._keys += [new] if new not in self._keys else []
        self._rotations.clear()


@dataclass(frozen=True)
class _Promise:
    says: note.Checkpoint  # not believed before its signature was checked
    note: str
    name: str


def _stored(row: SignedRoot) -> _Promise:
    name = f"The checkpoint at {row.size}"
    says = _claimed(row.note, name)
    if (says.size, says.root) != (row.size, row.root):
        raise LedgerInvalid(f"{name} was changed: its note says size {says.size}, another root.")
    return _Promise(says, row.note, name)


def _kept(text: str) -> _Promise:
    says = _claimed(text, "A kept checkpoint")
    return _Promise(says, text, f"The kept checkpoint at {says.size}")


def _claimed(text: str, name: str) -> note.Checkpoint:
    try:
        return note.Checkpoint.parse(note.split(text)[0])
    except LedgerInvalid as error:
        raise LedgerInvalid(f"{name} cannot be trusted: {error.message}") from error


def _recompute(
    entries: Iterable[Entry], nodes: Iterable[Node], promises: Promises
) -> tuple[int, bytes]:
    frontier = Frontier()
    stored = iter(nodes)
    promises.keep(frontier)
    for entry in entries:
        _check_entry(entry, frontier.size)
        if entry.kind == EntryKind.ROTATED:
            promises.rotate(json.loads(entry.body))
        for made in frontier.add(entry.leaf_hash):
            _check_node(next(stored, None), made)
        promises.keep(frontier)
    if (extra := next(stored, None)) is not None:
        raise LedgerInvalid(f"Node {extra.level}/{extra.index} of the ledger does not belong.")
    promises.require_kept(frontier.size)
    return frontier.size, frontier.root()


def _check_entry(entry: Entry, expected: int) -> None:
    if entry.index != expected:
        raise LedgerInvalid(f"Entry {expected} of the ledger is missing; next is {entry.index}.")
    if tree.hash_leaf(entry.leaf()) != entry.leaf_hash:
        raise LedgerInvalid(f"Entry {entry.index} of the ledger was changed.")


def _check_node(found: Node | None, made: Node) -> None:
    if found is not None and not (1 <= found.level < 64 and found.index >= 0):
        raise LedgerInvalid(f"Node {found.level}/{found.index} of the ledger does not belong.")
    if found is None or node_order(found) > node_order(made):
        raise LedgerInvalid(f"Node {made.level}/{made.index} of the ledger is missing.")
    if (found.level, found.index) != (made.level, made.index):
        raise LedgerInvalid(f"Node {found.level}/{found.index} of the ledger does not belong.")
    if found.hash != made.hash:
        raise LedgerInvalid(f"Node {made.level}/{made.index} of the ledger was changed.")


class Frontier:
    """The complete subtrees at the right edge of a growing tree: one a set bit of its size."""

    def __init__(self) -> None:
        self.size = 0
        self._edge: dict[int, bytes] = {}

    def add(self, leaf_hash: bytes) -> Iterator[Node]:
        """Add a leaf; yield the nodes it completes, lowest first."""
        index, level, hash_ = self.size, 0, leaf_hash
        self.size += 1
        while level in self._edge:
            hash_ = tree.hash_node(self._edge.pop(level), hash_)
            level += 1
            yield Node(level, index >> level, hash_)
        self._edge[level] = hash_

    def root(self) -> bytes:
        """Return the root of the leaves added so far."""
        return tree.root(self.size, lambda level, _: self._edge[level])
