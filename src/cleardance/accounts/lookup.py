"""Finding an account by its name."""

from sqlalchemy import Connection, select

from cleardance.errors import NotFound
from cleardance.store.tables import account


def account_id(session: Connection, name: str) -> str:
    """Return an account's id. Raises NotFound."""
    found: str | None = session.scalar(select(account.c.id).where(account.c.name == name))
    if found is None:
        raise NotFound(
            f"There is no account {name!r}.", hint=f"cleardance account create {name} makes one."
        )
    return found


def partner_of(session: Connection, account_id: str) -> str | None:
    """Return whose account it is, if it is a partner's."""
    return session.scalar(select(account.c.partner).where(account.c.id == account_id))
