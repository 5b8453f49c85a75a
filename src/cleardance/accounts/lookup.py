"""Finding an account by its name."""

from sqlalchemy import Connection, select

from cleardance.errors import AccessDenied, NotFound
from cleardance.store.tables import account


def account_id(session: Connection, name: str) -> str:
    """Return an account's id. Raises NotFound."""
    found: str | None = session.scalar(select(account.c.id).where(account.c.name == name))
    if found is None:
        raise NotFound(
            f"There is no account {name!r}.", hint=f"cleardance account create {name} makes one."
        )
    return found


def active_account_id(session: Connection, name: str) -> str:
    """Return an account's id. Raises NotFound; AccessDenied if it, or its partner, is suspended."""
    parent = account.alias("parent")
    query = (
        select(account.c.id, account.c.suspended_at, parent.c.suspended_at)
        .outerjoin(parent, parent.c.id == account.c.parent)
        .where(account.c.name == name)
    )
    row = session.execute(query).one_or_none()
    if row is None:
        return account_id(session, name)
    found, *suspended = row
    if any(suspended):
        raise AccessDenied(f"The account {name!r} is suspended.")
    return str(found)


def partner_of(session: Connection, account_id: str) -> str | None:
    """Return whose account it is, if it is a partner's."""
    return session.scalar(select(account.c.partner).where(account.c.id == account_id))
