"""Passwords of the people who use the pages: Argon2id (RFC 9106), slow to guess at.

After a few wrong ones an account takes none for a while, and for longer each time: whoever guesses
is slowed down, and its owner can still use a browser that is signed in already.
"""

import secrets
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import Connection, delete, insert, select, update

from cleardance.accounts.audit import Act, record
from cleardance.accounts.lookup import account_id
from cleardance.accounts.roles import Principal
from cleardance.errors import AuthenticationError, UsageError
from cleardance.store import Store
from cleardance.store.tables import account, browser, password, utc_now, utc_text

MIN_CHARS: Final = 12
MAX_CHARS: Final = 200
FREE_FAILURES: Final = 5
"""So many wrong ones in a row cost nothing; each further one doubles the wait."""

_LONGEST_WAIT_S: Final = 3600
_WRONG: Final = "This account and password do not belong together."


def check_length(text: str) -> None:
    """Raise UsageError for a password that is too short, or too long to be looked at."""
    if not MIN_CHARS <= len(text) <= MAX_CHARS:
        raise UsageError(f"A password has {MIN_CHARS} to {MAX_CHARS} characters.")


def set_password(store: Store, name: str, text: str, *, by: str | Principal) -> None:
    """Give an account this password, and sign all its browsers out.

    Raises NotFound, or UsageError for one that is too short or too long.
    """
    check_length(text)
    hashed = _hasher().hash(text)  # slow, so before the transaction
    with store.begin() as session:
        owner = account_id(session, name)
        session.execute(delete(password).where(password.c.account_id == owner))
        values = {"account_id": owner, "hash": hashed, "changed_at": utc_now()}
        session.execute(insert(password).values(**values))
        session.execute(delete(browser).where(browser.c.account_id == owner))
        record(session, Act.PASSWORD_SET, by, owner)


def check_password(store: Store, name: str, text: str, moment: datetime) -> str:
    """Return the id of the account that has this name and password.

    Raises AuthenticationError, in the same words and time whether there is such an account or not.
    """
    with store.read() as session:
        of_name = select(password).join(account, account.c.id == password.c.account_id)
        row = session.execute(of_name.where(account.c.name == name)).one_or_none()
    if row is not None and row.locked_until is not None and row.locked_until > utc_text(moment):
        raise AuthenticationError(
            "Too many wrong passwords were tried.",
            hint=f"Try again after {row.locked_until[11:16]} UTC.",
        )
    try:
        _hasher().verify(_nobodys() if row is None else row.hash, text[:MAX_CHARS])
    except VerifyMismatchError:
        if row is not None:
            _count_failure(store, row.account_id, moment)
        raise AuthenticationError(_WRONG) from None
    assert row is not None  # nobody knows the password behind the other hash
    if row.failures:
        with store.begin() as session:
            _set_failures(session, row.account_id, 0, None)
    return str(row.account_id)


def has_any(session: Connection) -> bool:
    """Whether any account has a password: if not, the first operator is still to come."""
    return session.scalar(select(password.c.account_id).limit(1)) is not None


def _count_failure(store: Store, owner: str, moment: datetime) -> None:
    with store.begin() as session:
        counted = select(password.c.failures).where(password.c.account_id == owner)
        failures = (session.scalar(counted) or 0) + 1
        over = failures - FREE_FAILURES
        wait = timedelta(seconds=min(2.0**over, _LONGEST_WAIT_S)) if over > 0 else None
        _set_failures(session, owner, failures, utc_text(moment + wait) if wait else None)


def _set_failures(session: Connection, owner: str, failures: int, until: str | None) -> None:
    of_owner = update(password).where(password.c.account_id == owner)
    session.execute(of_owner.values(failures=failures, locked_until=until))


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobodys() -> str:
    """Return the hash of a password that nobody has, to spend the same time on unknown names."""
    return _hasher().hash(secrets.token_urlsafe(32))
