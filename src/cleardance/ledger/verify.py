"""Verifying the ledger of a store: every row read again, everything computed again."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, Text, cast, select

from cleardance.errors import LedgerInvalid
from cleardance.ledger import log, note
from cleardance.ledger.check import Checked, Node, SignedRoot, check
from cleardance.ledger.entry import Entry
from cleardance.store import Store
from cleardance.store.tables import ledger_checkpoint, ledger_entry, ledger_node

_STREAMED = {"yield_per": 1000}


def verify(store: Store, keys: Sequence[note.PublicKey], kept: Sequence[str] = ()) -> Checked:
    """Prove that no entry, node or checkpoint was changed, added or removed since it was written.

    ``kept`` are checkpoint notes from outside the store: whoever holds the signing key can cut
    the end off the ledger and sign again, and only a note kept elsewhere shows it. Entries after
    the newest checkpoint (``signed_size``) are checked against each other, but nobody has signed
    them yet. Writers are not held up. Raises LedgerInvalid naming what is wrong.
    """
    with store.read() as connection:
        checked = check(
            read_entries(connection),
            read_nodes(connection),
            read_checkpoints(connection),
            keys,
            kept,
        )
        counted = log.count(connection)
    if counted != checked.size:
        raise LedgerInvalid(f"The ledger counted {counted} entries, but has {checked.size}.")
    return checked


def read_entries(connection: Connection) -> Iterator[Entry]:
    """Yield every entry in order, with its body as the text that is stored."""
    at = ledger_entry.c
    query = select(
        at.index, at.kind, at.task_id, cast(at.body, Text), at.created_at, at.leaf_hash
    ).order_by(at.index)
    for row in connection.execute(query, execution_options=_STREAMED):
        yield Entry(*row)


def read_nodes(connection: Connection) -> Iterator[Node]:
    """Yield every stored node in the order in which the entries complete them."""
    on = ledger_node.c
    last = (on.index + 1).bitwise_lshift(on.level)
    query = select(on.level, on.index, on.hash).order_by(last, on.level)
    for row in connection.execute(query, execution_options=_STREAMED):
        yield Node(*row)


def read_checkpoints(connection: Connection) -> Iterator[SignedRoot]:
    """Yield every checkpoint, smallest first."""
    at = ledger_checkpoint.c
    for row in connection.execute(select(at.size, at.root, cast(at.note, Text)).order_by(at.size)):
        yield SignedRoot(*row)
