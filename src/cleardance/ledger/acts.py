"""Holding the rows of privileged acts to what the ledger says of them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from cleardance.errors import LedgerInvalid
from cleardance.ledger.entry import EntryKind, canonical, personal
from cleardance.store.tables import admin_act, ledger_entry

_PARTS = ("act", "actor", "key_id", "subject", "why", "detail")


def commitment_of(row: Mapping[str, Any], salt: bytes) -> str:
    """Return what the ledger says of an act: ``row`` has what was done, by whom, to whom, why."""
    return personal(canonical({part: row[part] for part in _PARTS}).decode(), salt)


def check_acts(connection: Connection) -> None:
    """Raise LedgerInvalid naming an act that no entry records, or that is gone; one may be erased.

    An erased act has lost its salt, its reason and its detail; the row itself stays.
    """
    at = ledger_entry.c
    bodies = connection.scalars(select(at.body).where(at.kind == EntryKind.ADMIN))
    said = {body["id"]: body for body in bodies if "id" in body}
    for row in connection.execute(select(admin_act)).mappings():
        body = said.pop(row["id"], {})
        if body.get("act") != row["act"]:
            raise LedgerInvalid(f"Act {row['id']} was changed: the ledger records another.")
        if row["salt"] is not None and body["commitment"] != commitment_of(dict(row), row["salt"]):
            raise LedgerInvalid(f"Act {row['id']} was changed: the ledger records another.")
    if said:
        raise LedgerInvalid(f"Act {min(said)} is gone; the ledger records it.")
