"""Entries with the proof that they are where they say."""

from dataclasses import dataclass

from sqlalchemy import Connection, Text, cast, select

from cleardance.errors import LedgerInvalid, NotFound, StoreError
from cleardance.ledger import log, note
from cleardance.ledger.entry import Entry, EntryKind
from cleardance.ledger.proof import Consistency, Proof, text_of
from cleardance.ledger.tree import hash_leaf, verify_consistency, verify_inclusion
from cleardance.ledger.verify import read_newest_checkpoint
from cleardance.store.tables import ledger_entry


@dataclass(frozen=True)
class History:
    """A task's entries in order, each proved; the first ``signed_size`` of the ledger are signed.

    An entry past that is where it says, but anybody who can write the database may have put it
    there.
    """

    entries: tuple[Entry, ...]
    signed_size: int

    def has(self, kind: EntryKind) -> bool:
        """Whether there is an entry of a kind, signed or not."""
        return any(entry.kind == kind for entry in self.entries)

    def signed(self, kind: EntryKind) -> Entry | None:
        """Return the newest entry of a kind that is under a signed checkpoint."""
        found = (e for e in reversed(self.entries) if e.kind == kind and e.index < self.signed_size)
        return next(found, None)


def history_of(connection: Connection, task_id: str, key: note.PublicKey) -> History:
    """Return a task's entries, proved to be in a tree that continues the newest checkpoint.

    ``key`` is the ledger's present one. Raises LedgerInvalid naming the entry whose row or proof
    does not hold, or saying that the ledger does not continue what was signed.
    """
    at = ledger_entry.c
    query = (
        select(at.index, at.kind, at.task_id, cast(at.body, Text), at.created_at, at.leaf_hash)
        .where(at.task_id == task_id)
        .order_by(at.index)
    )
    now = log.count(connection)
    entries = [Entry(*row) for row in connection.execute(query)]
    for entry in entries:
        if hash_leaf(entry.leaf()) != entry.leaf_hash:
            raise LedgerInvalid(f"Entry {entry.index} of the ledger was changed.")
    try:
        proofs = log.prove_inclusions(connection, [entry.index for entry in entries], now)
    except (NotFound, StoreError) as error:
        raise LedgerInvalid(f"The ledger is damaged: {error.message}") from error
    for entry, proof in zip(entries, proofs, strict=True):
        verify_inclusion(entry.leaf_hash, entry.index, now, proof.path, proof.root)
    return History(tuple(entries), _signed_size(connection, key, now))


def _signed_size(connection: Connection, key: note.PublicKey, now: int) -> int:
    """Return how many entries are signed; LedgerInvalid unless the tree of ``now`` has them."""
    newest = read_newest_checkpoint(connection)
    if newest is None:
        return 0
    signed = note.open_checkpoint(newest.note, [key])
    if signed.size > now:
        raise LedgerInvalid(f"The checkpoint at {signed.size} covers more than there is.")
    grown = log.prove_consistency(connection, signed.size, now)
    verify_consistency(signed.size, signed.root, now, grown.new_root, grown.path)
    return signed.size


def newest(connection: Connection, most: int) -> list[Entry]:
    """Return the newest entries, the newest first, as they stand: nothing of them is proved."""
    at = ledger_entry.c
    query = select(at.index, at.kind, at.task_id, cast(at.body, Text), at.created_at, at.leaf_hash)
    rows = connection.execute(query.order_by(at.index.desc()).limit(most))
    return [Entry(*row) for row in rows]


def proof_of(connection: Connection, index: int, since: int | None = None) -> Proof:
    """Return the proof of entry ``index`` under the newest checkpoint; NotFound if none covers it.

    With ``since``, also that the ledger continues what it was at that size.
    """
    signed = read_newest_checkpoint(connection)
    if signed is None or index >= signed.size:
        raise NotFound(f"No checkpoint covers entry {index}.")
    found = log.prove_inclusion(connection, index, signed.size)
    at = ledger_entry.c
    query = select(at.index, at.kind, at.task_id, cast(at.body, Text), at.created_at, at.leaf_hash)
    entry = Entry(*connection.execute(query.where(at.index == index)).one())
    if hash_leaf(entry.leaf()) != entry.leaf_hash:
        raise LedgerInvalid(f"Entry {index} of the ledger was changed.")
    return Proof(
        index=index,
        entry=entry.leaf().decode(),
        checkpoint=signed.note,
        path=tuple(map(text_of, found.path)),
        consistency=None if since is None else _grown(connection, since, signed.size),
    )


def _grown(connection: Connection, since: int, size: int) -> Consistency:
    found = log.prove_consistency(connection, since, size)
    path = tuple(map(text_of, found.path))
    return Consistency(old_size=since, old_root=text_of(found.old_root), path=path)
