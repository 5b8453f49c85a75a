"""Changing the key that signs checkpoints, so that outsiders can follow and the old one is dead.

The ledger says so in an entry, and the checkpoint over that entry is signed by both keys: whoever
trusts the old one learns the new one from it (``ledger.check``). After that the old key signs
nothing that is believed, and its private half is deleted.
"""

from pathlib import Path

from sqlalchemy import Connection, insert, select

from cleardance.ledger import keys as key_files
from cleardance.ledger import log, note
from cleardance.ledger.entry import EntryKind
from cleardance.ledger.keys import Keys
from cleardance.store import Store
from cleardance.store.tables import ledger_checkpoint, ledger_entry, utc_now


def rotate(store: Store, folder: Path, origin: str) -> Keys:
    """Replace the key in ``folder``; return the new ones. Safe to repeat after a crash."""
    old, new = key_files.next_keys(folder, origin)
    body = {"old": str(old.public), "new": str(new.public)}
    with store.begin() as connection:
        if not _is_logged(connection, body):
            log.append(connection, EntryKind.ROTATED, None, body)
            _sign_by_both(connection, old, new)
    key_files.replace(folder, old.public)
    return new


def _is_logged(connection: Connection, body: dict[str, str]) -> bool:
    query = select(ledger_entry.c.body).where(ledger_entry.c.kind == EntryKind.ROTATED)
    return body in connection.scalars(query).all()


def _sign_by_both(connection: Connection, old: Keys, new: Keys) -> None:
    size = log.count(connection)
    root = log.root_at(connection, size)
    text = note.Checkpoint(old.origin, size, root).text()
    signed = old.sign(text) + note.split(new.sign(text))[1][0].text
    row = {"size": size, "root": root, "note": signed, "created_at": utc_now()}
    connection.execute(insert(ledger_checkpoint), row)
