"""Every privileged act is kept: in words for operators, as a commitment in the public ledger.

The ledger says only what kind of act it was. Who did it, to whom and why is in a row that can be
deleted, with its salt, when the person it speaks of is erased.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, func, select

from cleardance.accounts.lookup import account_id
from cleardance.accounts.roles import Principal
from cleardance.ledger.acts import keep_act
from cleardance.ledger.entry import EntryKind
from cleardance.ledger.log import append
from cleardance.store.tables import account, admin_act


class Act(StrEnum):
    """What can be administered."""

    ACCOUNT_CREATED = "account_created"
    ACCOUNT_SUSPENDED = "account_suspended"
    ACCOUNT_RESTORED = "account_restored"
    ROLES_SET = "roles_set"
    PARTNER_SET = "partner_set"
    HOLDING_ADDED = "holding_added"
    HOLDING_REMOVED = "holding_removed"
    KEY_CREATED = "key_created"
    KEY_REVOKED = "key_revoked"
    KEY_RESTORED = "key_restored"
    LIMITS_SET = "limits_set"
    PASSWORD_SET = "password_set"  # noqa: S105 - the name of an act


@dataclass(frozen=True)
class AuditRow:
    """One act as kept; ``actor`` is a name, or the id of an account that was erased."""

    id: str
    at: str
    act: str
    actor: str
    key_id: str | None
    subject: str
    why: str | None
    detail: dict[str, Any] | None


def record(
    session: Connection,
    act: Act,
    by: str | Principal,
    subject: str,
    *,
    why: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Keep and log one act, in the transaction of what was done.

    ``by`` is an account's name, or whoever acts through a key; ``subject`` is an id. What is in
    ``detail`` must be JSON. Raises NotFound if there is no account of that name.
    """
    actor, key_id = _actor(session, by)
    kept = keep_act(session, act, actor, subject, key_id=key_id, why=why, detail=detail)
    append(session, EntryKind.ADMIN, None, {"act": act.value, **kept})


def listing(session: Connection, *, newest: int = 100) -> list[AuditRow]:
    """Return the newest acts, the newest first."""
    on = admin_act.c
    name = func.coalesce(account.c.name, on.actor)
    columns = (on.id, on.at, on.act, name, on.key_id, on.subject, on.why, on.detail)
    query = select(*columns).outerjoin(account, account.c.id == on.actor)
    rows = session.execute(query.order_by(on.at.desc(), on.id).limit(newest)).all()
    return [AuditRow(*row) for row in rows]


def _actor(session: Connection, by: str | Principal) -> tuple[str, str | None]:
    if isinstance(by, Principal):
        return by.account_id, by.key_id
    return account_id(session, by), None
