"""Which works concern a rights-holder's account: those of owners, and those named one by one."""

from sqlalchemy import ColumnElement, Connection, delete, insert, or_, select

from cleardance.accounts.audit import Act, record
from cleardance.accounts.roles import Permission, Principal
from cleardance.errors import UsageError
from cleardance.store.tables import HoldingKind, holding, work


def add_holding(
    session: Connection, account_id: str, kind: HoldingKind, value: str, *, by: str | Principal
) -> bool:
    """Tie an account to all works of an owner, or to one work by its id; False if it was.

    Only an operator should: it shows what was made of these works. Raises UsageError for no value.
    """
    if not value.strip():
        raise UsageError("Name an owner, or a work by its id.")
    if session.scalar(select(holding.c.value).where(_same(account_id, kind, value))) is not None:
        return False
    session.execute(insert(holding).values(account_id=account_id, kind=kind, value=value))
    facts = {"kind": kind.value, "value": value}
    record(session, Act.HOLDING_ADDED, by, account_id, detail=facts)
    return True


def remove_holding(
    session: Connection, account_id: str, kind: HoldingKind, value: str, *, by: str | Principal
) -> bool:
    """Undo ``add_holding``; False if there was none."""
    gone = session.execute(delete(holding).where(_same(account_id, kind, value))).rowcount == 1
    if gone:
        facts = {"kind": kind.value, "value": value}
        record(session, Act.HOLDING_REMOVED, by, account_id, detail=facts)
    return gone


def listing(session: Connection, account_id: str) -> list[tuple[HoldingKind, str]]:
    """Return what an account is tied to: owners, then works by their ids."""
    mine = select(holding.c.kind, holding.c.value).where(holding.c.account_id == account_id)
    rows = session.execute(mine.order_by(holding.c.kind, holding.c.value))
    return [(HoldingKind(kind), value) for kind, value in rows]


def works_of(session: Connection, principal: Principal) -> frozenset[str]:
    """Return the ids of the works that concern an account: its holdings, and all parts of them.

    A work that is not registered any more is among them if it was named by its id: what was found
    of it is still theirs to see. Raises AccessDenied without the permission ``works:read``.
    """
    principal.require(Permission.READ_OWN_WORKS)
    mine = holding.c.account_id == principal.account_id
    named = select(holding.c.value).where(mine, holding.c.kind == HoldingKind.WORK)
    owners = select(holding.c.value).where(mine, holding.c.kind == HoldingKind.OWNER)
    held = or_(work.c.id.in_(named), work.c.owner.in_(owners))
    tree = select(work.c.id).where(held).cte("tree", recursive=True)
    tree = tree.union(select(work.c.id).join(tree, work.c.belongs_to == tree.c.id))
    return frozenset(session.scalars(select(tree.c.id))) | frozenset(session.scalars(named))


def owners_of(session: Connection, principal: Principal) -> tuple[str, ...]:
    """Return the owners whose works concern an account, and for whom it may register more."""
    principal.require(Permission.READ_OWN_WORKS)
    mine = holding.c.account_id == principal.account_id
    query = select(holding.c.value).where(mine, holding.c.kind == HoldingKind.OWNER)
    return tuple(session.scalars(query.order_by(holding.c.value)))


def _same(account_id: str, kind: HoldingKind, value: str) -> ColumnElement[bool]:
    row = holding.c
    return (row.account_id == account_id) & (row.kind == kind) & (row.value == value)
