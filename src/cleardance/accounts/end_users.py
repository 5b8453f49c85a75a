"""The people behind a partner's requests, known to us only as hashes."""

import hashlib
import hmac

from sqlalchemy import Connection, select

from cleardance.errors import NotFound, UsageError
from cleardance.store.tables import account

_MAX_CHARS = 256


def hash_end_user(session: Connection, account_id: str, end_user: str) -> str:
    """Return what is stored for an end user's id: 64 hex digits, the same each time.

    HMAC-SHA-256 under the salt of the account that asks, so that two accounts' end users cannot be
    compared, nobody without the database can guess ids, and erasing the account's salt makes the
    hashes say nothing. Raises UsageError for an id that is empty or longer than 256 characters.
    """
    salt = session.scalar(select(account.c.salt).where(account.c.id == account_id))
    return hashed(salt, end_user)


def hashed(salt: bytes | None, end_user: str) -> str:
    """Return the hash of an end user's id under the salt of an account, as ``hash_end_user``."""
    if not 1 <= len(end_user) <= _MAX_CHARS:
        raise UsageError(f"An end user's id has 1 to {_MAX_CHARS} characters.")
    if salt is None:
        raise NotFound("There is no such account, or it was erased.")
    return hmac.new(salt, end_user.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
