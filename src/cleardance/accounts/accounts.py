"""Accounts: on whose behalf things are asked, reviewed, demanded and administered."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from cleardance.accounts.audit import Act, record
from cleardance.accounts.lookup import account_id, partner_of
from cleardance.accounts.roles import Permission, Principal, Role
from cleardance.errors import AccessDenied, NotFound, UsageError
from cleardance.store import Store
from cleardance.store.tables import account, utc_now

__all__ = ["LOCAL_ACCOUNT", "account_id", "partner_of"]

LOCAL_ACCOUNT = "local"
"""Whoever has the command line and the home: an operator, and a reviewer of others' requests."""

_LOCAL_ROLES = frozenset({Role.CREATOR, Role.REVIEWER, Role.OPERATOR})
_MAX_NAME_CHARS = 64


@dataclass(frozen=True)
class Account:
    """An account as stored; ``parent`` is the id of the partner's account it is under."""

    id: str
    name: str
    created_at: str
    partner: str | None
    parent: str | None
    roles: tuple[str, ...]
    suspended_at: str | None


def create_account(
    store: Store,
    name: str,
    partner: str | None = None,
    *,
    roles: Collection[Role] = (Role.CREATOR,),
    by: str | Principal = LOCAL_ACCOUNT,
) -> str:
    """Create an account, of a partner or of nobody, and return its id.

    Raises UsageError for a bad or taken name, or no roles.
    """
    _check_names(name, partner)
    _check_roles(roles)
    with store.begin() as session:
        return _create(session, name, partner, None, frozenset(roles), by)


def create_sub_account(store: Store, name: str, *, of: str, by: str | Principal) -> str:
    """Create a creator's account under the partner account ``of``, by name; return its id.

    It belongs to the same partner, whose licences cover it. Raises UsageError for a bad or taken
    name, NotFound, or AccessDenied if ``of`` is no partner, or not the one that asks.
    """
    _check_names(name)
    with store.begin() as session:
        parent = _load(session, name=of)
        if Role.PARTNER not in parent.roles or parent.partner is None:
            raise AccessDenied(
                f"{of!r} is no partner and can have no sub-accounts.",
                hint="cleardance account create NAME --role partner --partner PARTNER",
            )
        if isinstance(by, Principal) and by.account_id != parent.id:
            by.require(Permission.MANAGE_ACCOUNTS)
        only = frozenset({Role.CREATOR})
        return _create(session, name, parent.partner, parent.id, only, by)


def set_partner(
    store: Store, name: str, partner: str | None, *, by: str | Principal = LOCAL_ACCOUNT
) -> None:
    """Make an account one of a partner's, or of nobody's; it counts from the next request on.

    A sub-account stays under its partner: UsageError. Raises NotFound, or UsageError for a name.
    """
    _check_names(name, partner)
    with store.begin() as session:
        found = _load(session, name=name)
        if found.parent is not None:
            raise UsageError(f"{name!r} is a sub-account: its partner is that of its parent.")
        session.execute(update(account).where(account.c.id == found.id).values(partner=partner))
        _inherit(session, found.id, partner)
        record(session, Act.PARTNER_SET, by, found.id, detail={"partner": partner})


def set_roles(
    store: Store, name: str, roles: Collection[Role], *, by: str | Principal = LOCAL_ACCOUNT
) -> None:
    """Give an account these roles instead of those it has; it counts at once, for its keys too.

    Raises NotFound, or UsageError for none, or for taking ``local`` the role of an operator.
    """
    _check_roles(roles)
    if name == LOCAL_ACCOUNT and Role.OPERATOR not in roles:
        raise UsageError("The account of the command line stays an operator.")
    with store.begin() as session:
        found = _load(session, name=name)
        kept = sorted(roles)
        session.execute(update(account).where(account.c.id == found.id).values(roles=kept))
        record(session, Act.ROLES_SET, by, found.id, detail={"roles": kept})


def suspend_account(session: Connection, id_: str, *, by: str | Principal, why: str) -> bool:
    """Suspend an account, by its id: its keys do nothing until it is restored. Its rows stay.

    Returns whether it was not suspended before. Raises NotFound, UsageError for ``local``.
    """
    if _load(session, id_=id_).name == LOCAL_ACCOUNT:
        raise UsageError("The account of the command line cannot be suspended.")
    return _set_suspended(session, id_, utc_now(), by, why)


def restore_account(session: Connection, id_: str, *, by: str | Principal, why: str) -> bool:
    """Undo ``suspend_account``; returns whether it was suspended. Raises NotFound."""
    return _set_suspended(session, id_, None, by, why)


def is_suspended(session: Connection, id_: str) -> bool:
    """Whether an account is suspended, itself or the partner it is under. Raises NotFound."""
    found = _load(session, id_=id_)
    own = found.suspended_at is not None
    return own or (found.parent is not None and is_suspended(session, found.parent))


def show(session: Connection, name: str) -> Account:
    """Return an account by its name. Raises NotFound."""
    return _load(session, name=name)


def listing(session: Connection, *, parent: str | None = None) -> list[Account]:
    """Return all accounts by name, or the sub-accounts of the account with the id ``parent``."""
    query = select(account).order_by(account.c.name)
    if parent is not None:
        query = query.where(account.c.parent == parent)
    return [_account(row) for row in session.execute(query)]


def principal_of(session: Connection, name: str) -> Principal:
    """Return who acts when an account is named at the command line, with no key.

    Raises NotFound, or AccessDenied if it is suspended.
    """
    found = _load(session, name=name)
    if is_suspended(session, found.id):
        raise AccessDenied(f"The account {name!r} is suspended.")
    roles = frozenset(map(Role, found.roles))
    return Principal(found.id, found.name, None, found.partner, roles)


def ensure_local_account(store: Store) -> None:
    """Make the account that commands act for when they name none."""
    known = select(account.c.id).where(account.c.name == LOCAL_ACCOUNT)
    with store.read() as session:
        if session.scalar(known) is not None:
            return
    with store.begin() as session:
        if session.scalar(known) is None:
            _insert(session, LOCAL_ACCOUNT, None, None, _LOCAL_ROLES)


def _check_names(*names: str | None) -> None:
    for name in names:
        if name is not None and not (name.isprintable() and 1 <= len(name) <= _MAX_NAME_CHARS):
            raise UsageError(f"A name has 1 to {_MAX_NAME_CHARS} printable characters.")


def _check_roles(roles: Collection[Role]) -> None:
    if not roles:
        raise UsageError(f"An account has at least one role: {', '.join(Role)}.")


def _load(session: Connection, *, name: str | None = None, id_: str | None = None) -> Account:
    one = account.c.name == name if name is not None else account.c.id == id_
    row = session.execute(select(account).where(one)).one_or_none()
    if row is None:
        raise NotFound(
            f"There is no account {name or id_!r}.",
            hint=f"cleardance account create {name or 'NAME'} makes one.",
        )
    return _account(row)


def _account(row: Row[*tuple[Any, ...]]) -> Account:
    return Account(
        id=row.id,
        name=row.name,
        created_at=row.created_at,
        partner=row.partner,
        parent=row.parent,
        roles=tuple(row.roles),
        suspended_at=row.suspended_at,
    )


def _inherit(session: Connection, parent_id: str, partner: str | None) -> None:
    subs = update(account).where(account.c.parent == parent_id)
    session.execute(subs.values(partner=partner))


def _set_suspended(
    session: Connection, id_: str, at: str | None, by: str | Principal, why: str
) -> bool:
    if (_load(session, id_=id_).suspended_at is None) == (at is None):
        return False
    session.execute(update(account).where(account.c.id == id_).values(suspended_at=at))
    act = Act.ACCOUNT_RESTORED if at is None else Act.ACCOUNT_SUSPENDED
    record(session, act, by, id_, why=why)
    return True


def _create(
    session: Connection,
    name: str,
    partner: str | None,
    parent: str | None,
    roles: frozenset[Role],
    by: str | Principal,
) -> str:
    if session.scalar(select(account.c.id).where(account.c.name == name)) is not None:
        raise UsageError(f"There is already an account {name!r}.")
    new_id = _insert(session, name, partner, parent, roles)
    facts = {"roles": sorted(roles), "parent": parent, "partner": partner}
    record(session, Act.ACCOUNT_CREATED, by, new_id, detail=facts)
    return new_id


def _insert(
    session: Connection,
    name: str,
    partner: str | None,
    parent: str | None,
    roles: frozenset[Role],
) -> str:
    new_id = f"acc-{secrets.token_hex(8)}"
    values = {
        "id": new_id,
        "name": name,
        "created_at": utc_now(),
        "partner": partner,
        "parent": parent,
        "roles": sorted(roles),
        "salt": secrets.token_bytes(32),
    }
    session.execute(insert(account).values(**values))
    return new_id
