"""On whose behalf things are made."""

import secrets

from sqlalchemy import Connection, insert, select, update

from cleardance.errors import NotFound, UsageError
from cleardance.store import Store
from cleardance.store.tables import account, utc_now

LOCAL_ACCOUNT = "local"
_MAX_NAME_CHARS = 64


def create_account(store: Store, name: str, partner: str | None = None) -> str:
    """Create an account, of a partner or of nobody, and return its id.

    Raises UsageError for a bad or taken name.
    """
    _check_names(name, partner)
    with store.begin() as session:
        if session.scalar(select(account.c.id).where(account.c.name == name)) is not None:
            raise UsageError(f"There is already an account {name!r}.")
        return _insert(session, name, partner)


def set_partner(store: Store, name: str, partner: str | None) -> None:
    """Make an account one of a partner's, or of nobody's; it counts from the next request on.

    Raises NotFound, or UsageError for a bad name.
    """
    _check_names(name, partner)
    with store.begin() as session:
        of_name = account.c.id == account_id(session, name)
        session.execute(update(account).where(of_name).values(partner=partner))


def ensure_local_account(store: Store) -> None:
    """Make the account that commands act for when they name none."""
    known = select(account.c.id).where(account.c.name == LOCAL_ACCOUNT)
    with store.read() as session:
        if session.scalar(known) is not None:
            return
    with store.begin() as session:
        if session.scalar(known) is None:
            _insert(session, LOCAL_ACCOUNT, None)


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


def _check_names(*names: str | None) -> None:
    for name in names:
        if name is not None and not (name.isprintable() and 1 <= len(name) <= _MAX_NAME_CHARS):
            raise UsageError(f"A name has 1 to {_MAX_NAME_CHARS} printable characters.")


def _insert(session: Connection, name: str, partner: str | None) -> str:
    new_id = f"acc-{secrets.token_hex(8)}"
    values = {"id": new_id, "name": name, "created_at": utc_now(), "partner": partner}
    session.execute(insert(account).values(**values))
    return new_id
