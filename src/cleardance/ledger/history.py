"""One task's entries, each proved to be where it says."""

from sqlalchemy import Connection, Text, cast, select

from cleardance.errors import LedgerInvalid
from cleardance.ledger import log
from cleardance.ledger.entry import Entry
from cleardance.ledger.tree import hash_leaf, verify_inclusion
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
