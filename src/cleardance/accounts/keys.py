"""API keys: shown once, kept as a hash, checked against the database at every use.

Nothing of a key is cached, so that revoking it counts at once, in every process. A secret has 256
random bits, which nobody can try out: its plain SHA-256 is enough, and is found by an index.
"""

import hashlib
import re
import secrets
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeGuard

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from cleardance.accounts.audit import Act, record
from cleardance.accounts.limits import NO_LIMITS, Bound, Limits
from cleardance.accounts.lookup import account_id
from cleardance.accounts.roles import Permission, Principal, Role
from cleardance.errors import (
    AccessDenied,
    AuthenticationError,
    CleardanceError,
    NotFound,
    UsageError,
)
from cleardance.store import Store
from cleardance.store.tables import account, api_key, utc_now, utc_text

_SECRET = re.compile(r"cd-[A-Za-z0-9_-]{43}")
_MAX_NAME_CHARS = 64


@dataclass(frozen=True)
class NewKey:
    """A key just made: the only time that its secret can be seen."""

    id: str
    secret: str


@dataclass(frozen=True)
class KeyRow:
    """A key as stored, without its secret, which nobody has."""

    id: str
    account_id: str
    account: str
    name: str | None
    scopes: tuple[str, ...]
    created_at: str
    expires_at: str | None
    revoked_at: str | None
    limits: Limits


def create_key(
    store: Store,
    account_name: str,
    *,
    name: str | None = None,
    scopes: Collection[Permission] = (),
    expires_at: datetime | None = None,
    limits: Limits = NO_LIMITS,
    by: str | Principal,
) -> NewKey:
    """Make a key of an account. Without scopes it may do all that the account may.

    Whoever makes it through a key of their own can give no more than they have: their scopes and
    limits are the widest, their own key's end is the last, and their limits hold for what both keys
    use together. Who is signed in without a key acts by one that an operator gave their account.
    Raises NotFound, UsageError for a bad name, AccessDenied.
    """
    if name is not None and not (name.isprintable() and 1 <= len(name) <= _MAX_NAME_CHARS):
        raise UsageError(f"A key's name has 1 to {_MAX_NAME_CHARS} printable characters.")
    new = NewKey(f"key-{secrets.token_hex(8)}", f"cd-{secrets.token_urlsafe(32)}")
    with store.begin() as session:
        owner = account_id(session, account_name)
        _check_may_give(session, by, owner, frozenset(scopes), limits)
        _check_ends_in_time(session, by, expires_at)
        values = {
            "id": new.id,
            "account_id": owner,
            "name": name,
            "secret_sha256": _hash(new.secret),
            "scopes": sorted(scopes),
            "created_at": utc_now(),
            "expires_at": expires_at and utc_text(expires_at),
            "made_by": _bounding_key(session, by, limits),
            **_columns(limits),
        }
        session.execute(insert(api_key).values(**values))
        facts = {"account": owner, "scopes": sorted(scopes), "expires_at": values["expires_at"]}
        record(session, Act.KEY_CREATED, by, new.id, detail=facts | _columns(limits))
    return new


def authenticate(session: Connection, secret: str, moment: datetime) -> Principal:
    """Return who holds a key, as the database knows it now: one look-up by an index.

    Raises AuthenticationError for what is no key, or an unknown, expired or revoked one (which of
    these is told only to whoever holds the secret), AccessDenied for a suspended account.
    """
    found = authenticate_all(session, [secret], moment)[secret]
    if isinstance(found, CleardanceError):
        raise found
    return found


def authenticate_all(
    session: Connection, secrets_: Collection[str], moment: datetime
) -> dict[str, Principal | CleardanceError]:
    """Return who holds each of these keys, or what ``authenticate`` would raise: one look-up."""
    hashes = {_hash(secret): secret for secret in secrets_ if _SECRET.fullmatch(secret)}
    no_key = AuthenticationError("This is not a key: a key starts with cd-.")
    found: dict[str, Principal | CleardanceError] = dict.fromkeys(secrets_, no_key)
    unknown = AuthenticationError("There is no such key.")
    found |= dict.fromkeys(hashes.values(), unknown)
    if hashes:
        for row in session.execute(_BY_SECRET, {"hashes": list(hashes)}).all():
            found[hashes[row.secret_sha256]] = _holder(session, row, moment)
    return found


def _holder(
    session: Connection, row: Row[*tuple[Any, ...]], moment: datetime
) -> Principal | CleardanceError:
    if row.revoked_at is not None:
        return AuthenticationError(f"The key {row.key_id} was revoked.")
    if row.expires_at is not None and row.expires_at <= utc_text(moment):
        return AuthenticationError(f"The key {row.key_id} expired at {row.expires_at}.")
    if row.suspended_at is not None or row.parent_suspended_at is not None:
        return AccessDenied(f"The account {row.name!r} is suspended.")
    return Principal(
        account_id=row.id,
        account_name=row.name,
        key_id=row.key_id,
        partner=row.partner,
        roles=frozenset(map(Role, row.roles)),
        scopes=frozenset(Permission(scope) for scope in row.scopes),
        limits=_limits(row),
        bounds=(Bound(row.key_id, _limits(row)), *_bounds_above(session, row.made_by)),
    )


def lapsed(
    session: Connection, key_ids: Collection[str], moment: datetime
) -> dict[str, AuthenticationError]:
    """Return which of these keys count no more, and what is to be told to whoever used them.

    For the transaction that stores what was asked through a key: it may have been revoked since.
    """
    values = {"ids": list(key_ids), "now": utc_text(moment)}
    return {
        row.id: AuthenticationError(
            f"The key {row.id} {'was revoked' if row.revoked_at else 'expired'}."
        )
        for row in (session.execute(_LAPSED, values) if key_ids else ())
    }


def _bounds_above(session: Connection, key_id: str | None) -> Iterator[Bound]:
    """Yield the keys that a key came from, nearest first. Those revoked still bound it."""
    while key_id is not None:
        row = session.execute(_ABOVE, {"id": key_id}).one()
        yield Bound(key_id, _limits(row))
        key_id = row.made_by


def revoke_key(session: Connection, key_id: str, *, by: str | Principal, why: str) -> bool:
    """Revoke a key: it counts from the commit on. Returns whether it was not revoked before.

    Raises NotFound.
    """
    return _set_revoked(session, key_id, utc_now(), by, why)


def revoke_own(store: Store, key_id: str, *, by: Principal, why: str) -> None:
    """Revoke a key of one's own account, of a sub-account, or any if one manages accounts.

    Raises NotFound, for those of others too.
    """
    with store.begin() as session:
        owner = load(session, key_id).account_id
        parent = session.scalar(select(account.c.parent).where(account.c.id == owner))
        mine = by.account_id == owner or (
            by.account_id == parent and by.may(Permission.MANAGE_SUB_ACCOUNTS)
        )
        if not mine and not by.may(Permission.MANAGE_ACCOUNTS):
            raise NotFound(f"There is no key {key_id}.")
        revoke_key(session, key_id, by=by, why=why)


def restore_key(session: Connection, key_id: str, *, by: str | Principal, why: str) -> bool:
    """Undo ``revoke_key``; returns whether it was revoked. Raises NotFound."""
    return _set_revoked(session, key_id, None, by, why)


def revoke_keys_of_account(
    session: Connection, id_: str, *, by: str | Principal, why: str
) -> list[str]:
    """Revoke every key of an account; return the ids of those that counted until now."""
    return _revoke_all(session, account.c.id == id_, by, why)


def revoke_keys_of_partner(
    session: Connection, partner: str, *, by: str | Principal, why: str
) -> list[str]:
    """Revoke every key of every account of a partner, as ``revoke_keys_of_account`` does."""
    return _revoke_all(session, account.c.partner == partner, by, why)


def set_limits(session: Connection, key_id: str, limits: Limits, *, by: str | Principal) -> None:
    """Give a key these limits instead of those it has; what is used stays used. NotFound."""
    load(session, key_id)
    session.execute(update(api_key).where(api_key.c.id == key_id).values(**_columns(limits)))
    record(session, Act.LIMITS_SET, by, key_id, detail=_columns(limits))


def load(session: Connection, key_id: str) -> KeyRow:
    """Return a key. Raises NotFound."""
    row = session.execute(_ROWS.where(api_key.c.id == key_id)).one_or_none()
    if row is None:
        raise NotFound(f"There is no key {key_id}.")
    return _key(row)


def listing(session: Connection, account_name: str | None = None) -> list[KeyRow]:
    """Return the keys of an account, or all, oldest first. Raises NotFound."""
    query = _ROWS.order_by(api_key.c.created_at, api_key.c.id)
    if account_name is not None:
        query = query.where(api_key.c.account_id == account_id(session, account_name))
    return [_key(row) for row in session.execute(query)]


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


_LIMITS = (
    api_key.c.requests_per_minute,
    api_key.c.concurrent_tasks,
    api_key.c.tokens_per_day,
    api_key.c.spend_per_month_micros,
)
_parent = account.alias("parent")
_BY_SECRET: Any = (
    select(
        account,
        api_key.c.id.label("key_id"),
        api_key.c.scopes,
        api_key.c.expires_at,
        api_key.c.revoked_at,
        api_key.c.made_by,
        api_key.c.secret_sha256,
        *_LIMITS,
        _parent.c.suspended_at.label("parent_suspended_at"),
    )
    .join(account, account.c.id == api_key.c.account_id)
    .outerjoin(_parent, _parent.c.id == account.c.parent)
    .where(api_key.c.secret_sha256.in_(bindparam("hashes", expanding=True)))
)
_LAPSED = select(api_key.c.id, api_key.c.revoked_at).where(
    api_key.c.id.in_(bindparam("ids", expanding=True)),
    api_key.c.revoked_at.is_not(None) | (api_key.c.expires_at <= bindparam("now")),
)
_ABOVE = select(api_key.c.made_by, *_LIMITS).where(api_key.c.id == bindparam("id"))
_ROWS: Any = select(api_key, account.c.name.label("account")).join(
    account, account.c.id == api_key.c.account_id
)


def _limits(row: Row[*tuple[Any, ...]]) -> Limits:
    return Limits(
        row.requests_per_minute,
        row.concurrent_tasks,
        row.tokens_per_day,
        row.spend_per_month_micros,
    )


def _columns(limits: Limits) -> dict[str, int | None]:
    return {column.name: getattr(limits, column.name) for column in _LIMITS}


def _key(row: Row[*tuple[Any, ...]]) -> KeyRow:
    same = ("id", "account_id", "account", "name", "created_at", "expires_at", "revoked_at")
    return KeyRow(
        **{name: getattr(row, name) for name in same},
        scopes=tuple(row.scopes),
        limits=_limits(row),
    )


def _is_bounding(by: str | Principal) -> TypeGuard[Principal]:
    """Whether a key that ``by`` makes counts for their own: an operator's are for others."""
    return isinstance(by, Principal) and not by.may(Permission.MANAGE_ACCOUNTS)


def _check_may_give(
    session: Connection,
    by: str | Principal,
    owner: str,
    scopes: frozenset[Permission],
    limits: Limits,
) -> None:
    if not _is_bounding(by):
        return
    by.require(Permission.MANAGE_SUB_ACCOUNTS)
    parent = session.scalar(select(account.c.parent).where(account.c.id == owner))
    if by.account_id not in (owner, parent):
        raise NotFound("There is no such sub-account.")
    if by.scopes and not (scopes and scopes <= by.scopes):
        raise AccessDenied("A key cannot have wider scopes than the one that makes it.")
    if not limits.within(by.limits):
        raise AccessDenied("A key cannot have wider limits than the one that makes it.")


def _bounding_key(session: Connection, by: str | Principal, limits: Limits) -> str | None:
    """Return the key whose limits also hold for one that ``by`` makes; None if there are none.

    That of whoever is signed in is one that their account was given, a live one if there is one.
    """
    if not _is_bounding(by):
        return None
    if by.key_id is not None:
        return by.key_id
    given = select(api_key.c.id, api_key.c.revoked_at, *_LIMITS).where(
        api_key.c.account_id == by.account_id, api_key.c.made_by.is_(None)
    )
    oldest = given.order_by(api_key.c.revoked_at.is_not(None), api_key.c.created_at, api_key.c.id)
    rows = session.execute(oldest).all()
    if not rows or any(row.revoked_at is None and _limits(row) == NO_LIMITS for row in rows):
        return None
    fitting: list[str] = [row.id for row in rows if limits.within(_limits(row))]
    if not fitting:
        raise AccessDenied("A key cannot have wider limits than those that your account was given.")
    return fitting[0]


def _check_ends_in_time(
    session: Connection, by: str | Principal, expires_at: datetime | None
) -> None:
    if not _is_bounding(by) or by.key_id is None:
        return
    end = load(session, by.key_id).expires_at
    if end is not None and (expires_at is None or utc_text(expires_at) > end):
        raise AccessDenied(
            "A key cannot last longer than the one that makes it.", hint=f"That one ends at {end}."
        )


def _set_revoked(
    session: Connection, key_id: str, at: str | None, by: str | Principal, why: str
) -> bool:
    if (load(session, key_id).revoked_at is None) == (at is None):
        return False
    session.execute(update(api_key).where(api_key.c.id == key_id).values(revoked_at=at))
    record(session, Act.KEY_RESTORED if at is None else Act.KEY_REVOKED, by, key_id, why=why)
    return True


def _revoke_all(session: Connection, whose: Any, by: str | Principal, why: str) -> list[str]:
    counting = select(api_key.c.id).join(account, account.c.id == api_key.c.account_id)
    ids = list(session.scalars(counting.where(whose, api_key.c.revoked_at.is_(None))))
    for key_id in ids:
        revoke_key(session, key_id, by=by, why=why)
    return ids
