"""The independent check: from exported entries, nodes and checkpoints, without any store.

Everything is computed again in one pass over the entries, in memory that grows with the logarithm
of their number. Anyone can run it on what an operator publishes; ``verify`` runs it on a store.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cleardance.errors import LedgerInvalid
from cleardance.ledger import note, tree
from cleardance.ledger.entry import Entry


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
    ``kept`` are checkpoint notes that somebody kept elsewhere: only these can show that the end
    of the ledger was cut off together with the checkpoints that covered it.
    """
    signed = sorted(
        [*(_stored(row, keys) for row in checkpoints), *(_kept(text, keys) for text in kept)],
        key=lambda promise: promise.size,
    )
    size, root = _recompute(entries, nodes, signed)
    return Checked(size, root, max((row.size for row in signed), default=0), len(signed))


def node_order(node: Node) -> tuple[int, int]:
    """Return the sort key of a node: the entry that completes it, then its level."""
    return (node.index + 1) << node.level, node.level


@dataclass(frozen=True)
class _Promise:
    size: int
    root: bytes
    name: str


def _stored(row: SignedRoot, keys: Sequence[note.PublicKey]) -> _Promise:
    name = f"The checkpoint at {row.size}"
    says = _opened(row.note, keys, name)
    if (says.size, says.root) != (row.size, row.root):
        raise LedgerInvalid(f"{name} was changed: its note says size {says.size}, another root.")
    return _Promise(row.size, row.root, name)


def _kept(text: str, keys: Sequence[note.PublicKey]) -> _Promise:
    says = _opened(text, keys, "A kept checkpoint")
    return _Promise(says.size, says.root, f"The kept checkpoint at {says.size}")


def _opened(text: str, keys: Sequence[note.PublicKey], name: str) -> note.Checkpoint:
    try:
        return note.open_checkpoint(text, keys)
    except LedgerInvalid as error:
        raise LedgerInvalid(f"{name} cannot be trusted: {error.message}") from error


def _recompute(
    entries: Iterable[Entry], nodes: Iterable[Node], signed: Sequence[_Promise]
) -> tuple[int, bytes]:
    frontier = _Frontier()
    stored = iter(nodes)
    promises = iter(signed)
    promise = _keep_promises(frontier, next(promises, None), promises)
    for entry in entries:
        _check_entry(entry, frontier.size)
        for made in frontier.add(entry.leaf_hash):
            _check_node(next(stored, None), made)
        promise = _keep_promises(frontier, promise, promises)
    if (extra := next(stored, None)) is not None:
        raise LedgerInvalid(f"Node {extra.level}/{extra.index} of the ledger does not belong.")
    if promise is not None:
        raise LedgerInvalid(
            f"{promise.name} covers {promise.size} entries, but there are only {frontier.size}."
        )
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


def _keep_promises(
    frontier: "_Frontier", promise: _Promise | None, rest: Iterator[_Promise]
) -> _Promise | None:
    """Compare every checkpoint of the present size; return the first of a greater one."""
    while promise is not None and promise.size <= frontier.size:
        if promise.root != frontier.root():
            raise LedgerInvalid(f"{promise.name} does not fit the first {promise.size} entries.")
        promise = next(rest, None)
    return promise


class _Frontier:
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
