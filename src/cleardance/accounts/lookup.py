"""Finding accounts by their names."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, or_, select

from cleardance.errors import AccessDenied, CleardanceError, NotFound
from cleardance.store.tables import account

_parent = account.alias("parent")
_BY_NAME = (
    select(
        account.c.id,
        account.c.name,
        account.c.salt,
        or_(account.c.suspended_at.is_not(None), _parent.c.suspended_at.is_not(None)).label("out"),
    )
    .outerjoin(_parent, _parent.c.id == account.c.parent)
    .where(account.c.name.in_(bindparam("names", expanding=True)))
)


@dataclass(frozen=True)
class Active:
    """An account that may ask for something."""

    id: str
    salt: bytes | None


def account_id(session: Connection, name: str) -> str:
    """Return an account's id. Raises NotFound."""
    found: str | None = session.scalar(select(account.c.id).where(account.c.name == name))
    if found is None:
        raise _unknown(name)
    return found


def active_account_id(session: Connection, name: str) -> str:
    """Return an account's id. Raises NotFound; AccessDenied if it, or its partner, is suspended."""
    found = active_accounts(session, [name])[name]
    if isinstance(found, CleardanceError):
        raise found
    return found.id


def active_accounts(
    session: Connection, names: Collection[str]
) -> dict[str, Active | CleardanceError]:
    """Return each account, or what ``active_account_id`` would raise for it."""
    found: dict[str, Active | CleardanceError] = {name: _unknown(name) for name in names}
    for row in session.execute(_BY_NAME, {"names": list(names)}):
        suspended = AccessDenied(f"The account {row.name!r} is suspended.")
        found[row.name] = suspended if row.out else Active(row.id, row.salt)
    return found


def partner_of(session: Connection, account_id: str) -> str | None:
    """Return whose account it is, if it is a partner's."""
    return session.scalar(select(account.c.partner).where(account.c.id == account_id))


def _unknown(name: str) -> NotFound:
    return NotFound(
        f"There is no account {name!r}.", hint=f"cleardance account create {name} makes one."
    )
