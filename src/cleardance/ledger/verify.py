"""Verifying the ledger of a store: every row read again, everything computed again."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager

from sqlalchemy import Connection, Text, cast, select
from sqlalchemy.exc import DBAPIError

from cleardance.errors import LedgerInvalid
from cleardance.ledger import log, note
from cleardance.ledger.acts import check_acts
from cleardance.ledger.check import Checked, Node, SignedRoot, check
from cleardance.ledger.entry import Entry
from cleardance.ledger.rows import check_reviews, check_tasks, check_verdicts
from cleardance.store import Store
from cleardance.store.tables import ledger_checkpoint, ledger_entry, ledger_node

_STREAMED = {"yield_per": 1000}


def verify(store: Store, keys: Sequence[note.PublicKey], kept: Sequence[str] = ()) -> Checked:
    """Prove that no entry, node or checkpoint was changed, added or removed since it was written.

    ``keys`` are the ledger's, oldest first. ``kept`` are checkpoint notes from outside the
    store: whoever holds the signing key can cut the end off the ledger and sign again, and only
    a note kept elsewhere shows it. Entries after the newest checkpoint (``signed_size``) are
    checked against each other, but nobody has signed them yet. Task, verdict and review rows must
    be the ones that were logged; they may be gone, as personal data can be deleted, but not
    different.
    Writers are not held up. Raises LedgerInvalid naming what is wrong.
    """
    with store.read() as connection, _undecodable():
        with (
            closing(read_entries(connection)) as entries,
            closing(read_nodes(connection)) as nodes,
        ):
            checked = check(entries, nodes, read_checkpoints(connection), keys, kept)
        counted = log.count(connection)
        _check_newest(connection, keys)
        check_verdicts(connection)
        check_reviews(connection)
        check_acts(connection)
        check_tasks(connection)
    if counted != checked.size:
        raise LedgerInvalid(f"The ledger counted {counted} entries, but has {checked.size}.")
    return checked


def _check_newest(connection: Connection, keys: Sequence[note.PublicKey]) -> None:
    """Raise LedgerInvalid unless the key in use, the last one, signed the newest checkpoint.

    Or whoever has a retired key could cut the ledger before its retirement and sign that.
    """
    newest = read_newest_checkpoint(connection)
    if newest is not None and len(keys) > 1:
        try:
            note.open_checkpoint(newest.note, keys[-1:])
        except LedgerInvalid as error:
            raise LedgerInvalid(
                f"The checkpoint at {newest.size} is not signed by the key in use."
            ) from error


@contextmanager
def _undecodable() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        # The driver refuses the row, so it can name its column and text, but not its index.
        if "Could not decode to UTF-8" not in str(error.orig):
            raise
        raise LedgerInvalid(f"A text of the ledger was changed: {error.orig}.") from error


def read_entries(connection: Connection) -> Generator[Entry]:
    """Yield every entry in order, with its body as the text that is stored.

    Close the generator if you do not read it to its end: an open result would keep this
    transaction's view of the database for the next one.
    """
    at = ledger_entry.c
    query = select(
        at.index, at.kind, at.task_id, cast(at.body, Text), at.created_at, at.leaf_hash
    ).order_by(at.index)
    with connection.execute(query, execution_options=_STREAMED) as rows:
        for row in rows:
            yield Entry(*row)


def read_nodes(connection: Connection) -> Generator[Node]:
    """Yield every stored node in the order in which entries complete them; close it as above."""
    on = ledger_node.c
    last = (on.index + 1).bitwise_lshift(on.level)
    query = select(on.level, on.index, on.hash).order_by(last, on.level)
    with connection.execute(query, execution_options=_STREAMED) as rows:
        for row in rows:
            yield Node(*row)


def read_checkpoints(connection: Connection) -> list[SignedRoot]:
    """Return every checkpoint, smallest first."""
    at = ledger_checkpoint.c
    query = select(at.size, at.root, cast(at.note, Text)).order_by(at.size)
    return [SignedRoot(*row) for row in connection.execute(query)]


def newest_checkpoints(connection: Connection, most: int) -> list[SignedRoot]:
    """Return the newest checkpoints, the newest first."""
    at = ledger_checkpoint.c
    query = select(at.size, at.root, cast(at.note, Text)).order_by(at.size.desc()).limit(most)
    return [SignedRoot(*row) for row in connection.execute(query)]


def read_newest_checkpoint(connection: Connection) -> SignedRoot | None:
    """Return the checkpoint of the greatest size."""
    return next(iter(newest_checkpoints(connection, 1)), None)
