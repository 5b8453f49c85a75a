"""Entries with the proof that they are where they say."""

from sqlalchemy import Connection, Text, cast, select

from cleardance.errors import LedgerInvalid, NotFound
from cleardance.ledger import log
from cleardance.ledger.entry import Entry
from cleardance.ledger.proof import Consistency, Proof, text_of
from cleardance.ledger.tree import hash_leaf, verify_inclusion
from cleardance.ledger.verify import read_newest_checkpoint
from cleardance.store.tables import ledger_entry


def proved_entries(connection: Connection, task_id: str) -> list[Entry]:
    """Return a task's entries in order, each proved to be in the tree as it is now.

    Raises LedgerInvalid naming the entry whose row or proof does not hold.
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
        proof = log.prove_inclusion(connection, entry.index, now)
        verify_inclusion(entry.leaf_hash, entry.index, now, proof.path, proof.root)
    return entries


def proof_of(connection: Connection, index: int, since: int | None = None) -> Proof:
    """Return the proof of entry ``index`` under the newest checkpoint; NotFound if none covers it.

    With ``since``, also that the ledger continues what it was at that size.
    """
    newest = read_newest_checkpoint(connection)
    if newest is None or index >= newest.size:
        raise NotFound(f"No checkpoint covers entry {index}.")
    found = log.prove_inclusion(connection, index, newest.size)
    at = ledger_entry.c
    query = select(at.index, at.kind, at.task_id, cast(at.body, Text), at.created_at, at.leaf_hash)
    entry = Entry(*connection.execute(query.where(at.index == index)).one())
    if hash_leaf(entry.leaf()) != entry.leaf_hash:
        raise LedgerInvalid(f"Entry {index} of the ledger was changed.")
    return Proof(
        index=index,
        entry=entry.leaf().decode(),
        checkpoint=newest.note,
        path=tuple(map(text_of, found.path)),
        consistency=None if since is None else _grown(connection, since, newest.size),
    )


def _grown(connection: Connection, since: int, size: int) -> Consistency:
    found = log.prove_consistency(connection, since, size)
    path = tuple(map(text_of, found.path))
    return Consistency(old_size=since, old_root=text_of(found.old_root), path=path)
