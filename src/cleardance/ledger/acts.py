"""Privileged acts: who did it is in a row that can be deleted, a commitment to it is public.

An act is an entry of its own (an account suspended, a key revoked), or part of the entry of what
was done (works registered, rules activated), under ``by``.
"""

import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, select

from cleardance.errors import LedgerInvalid
from cleardance.ledger.entry import EntryKind, canonical, personal
from cleardance.store.tables import account, admin_act, ledger_entry, utc_now

_PARTS = ("act", "actor", "key_id", "subject", "why", "detail")
_KINDS = (
    EntryKind.ADMIN, EntryKind.REGISTERED, EntryKind.WITHDRAWN, EntryKind.RULES,
    EntryKind.LICENCE_ANSWERED,
)  # fmt: skip


def keep_act(
    connection: Connection,
    act: str,
    actor: str,
    subject: str,
    *,
    key_id: str | None = None,
    why: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> dict[str, str]:
    """Keep an act, and return what the entry that is appended with it says of it.

    ``actor`` is an account's id; ``detail`` must be JSON.
    """
    act_id, salt = f"act-{secrets.token_hex(8)}", secrets.token_bytes(32)
    row = {
        "act": act,
        "actor": actor,
        "key_id": key_id,
        "subject": subject,
        "why": why,
        "detail": None if detail is None else dict(detail),
    }
    connection.execute(insert(admin_act).values(id=act_id, at=utc_now(), salt=salt, **row))
    return {"id": act_id, "commitment": _commitment(row, salt)}


def keep_act_of(connection: Connection, act: str, name: str, subject: str) -> dict[str, str]:
    """Keep an act of the account called ``name``; if there is none, of that name."""
    found = connection.scalar(select(account.c.id).where(account.c.name == name))
    return keep_act(connection, act, found or name, subject)


def check_acts(connection: Connection) -> None:
    """Raise LedgerInvalid naming an act that no entry records, or that is gone; one may be erased.

    An erased act has lost its salt, its reason and its detail; the row itself stays.
    """
    said = _said(connection)
    for row in connection.execute(select(admin_act)).mappings():
        commitment = said.pop(row["id"], None)
        erased = row["salt"] is None
        if commitment is None or not (erased or commitment == _commitment(row, row["salt"])):
            raise LedgerInvalid(f"Act {row['id']} was changed: the ledger records another.")
    if said:
        raise LedgerInvalid(f"Act {min(said)} is gone; the ledger records it.")


def _said(connection: Connection) -> dict[str, str]:
    at = ledger_entry.c
    query = select(at.kind, at.body).where(at.kind.in_(_KINDS))
    said: dict[str, str] = {}
    for kind, body in connection.execute(query):
        act = body if kind == EntryKind.ADMIN else body.get("by")
        if act is not None:
            id_, commitment = _cited(act)
            said[id_] = commitment
    return said


def _cited(act: Any) -> tuple[str, str]:
    match act:
        case {"id": str(id_), "commitment": str(commitment)}:
            return id_, commitment
    raise LedgerInvalid("An entry of a privileged act does not say which act it is.")


def _commitment(row: Any, salt: bytes) -> str:
    return personal(canonical({part: row[part] for part in _PARTS}).decode(), salt)
