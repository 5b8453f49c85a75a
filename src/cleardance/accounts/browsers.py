"""Browsers that are signed in: a random cookie, kept here as a hash, good for half a day.

Every form carries a token made of the cookie, so that another site cannot send it in somebody's
name (the "HMAC based token" of OWASP's cheat sheet on cross-site request forgery).
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, insert, select

from cleardance.accounts.passwords import check_password
from cleardance.accounts.roles import Principal, Role
from cleardance.errors import AccessDenied, AuthenticationError
from cleardance.store import Store
from cleardance.store.tables import account, browser, utc_text

LIFE: Final = timedelta(hours=12)
_PARENT: Final = account.alias("parent")


@dataclass(frozen=True)
class SignedIn:
    """A browser just signed in; the token goes into its cookie and is never seen again."""

    token: str
    principal: Principal


def sign_in(store: Store, name: str, text: str, moment: datetime) -> SignedIn:
    """Sign a browser in by an account's name and password, under a new token.

    Raises AuthenticationError, or AccessDenied for a suspended account.
    """
    owner = check_password(store, name, text, moment)
    token = secrets.token_urlsafe(32)
    values = {
        "token_sha256": _hash(token),
        "account_id": owner,
        "signed_in_at": utc_text(moment),
        "expires_at": utc_text(moment + LIFE),
    }
    with store.begin() as session:
        session.execute(delete(browser).where(browser.c.expires_at <= utc_text(moment)))
        session.execute(insert(browser).values(**values))
        return SignedIn(token, principal_of(session, token, moment))


def principal_of(session: Connection, token: str, moment: datetime) -> Principal:
    """Return who a browser is signed in as, as the database knows it now.

    Raises AuthenticationError for an unknown or old token, AccessDenied for a suspended account.
    """
    row = session.execute(
        select(account, browser.c.expires_at, _PARENT.c.suspended_at.label("parent_suspended_at"))
        .join(browser, browser.c.account_id == account.c.id)
        .outerjoin(_PARENT, _PARENT.c.id == account.c.parent)
        .where(browser.c.token_sha256 == _hash(token))
    ).one_or_none()
    if row is None or row.expires_at <= utc_text(moment):
        raise AuthenticationError("You are not signed in, or no longer.")
    if row.suspended_at is not None or row.parent_suspended_at is not None:
        raise AccessDenied(f"The account {row.name!r} is suspended.")
    roles = frozenset(map(Role, row.roles))
    return Principal(row.id, row.name, None, row.partner, roles)


def sign_out(store: Store, token: str) -> None:
    """Sign one browser out; nothing happens if it was not signed in."""
    with store.begin() as session:
        session.execute(delete(browser).where(browser.c.token_sha256 == _hash(token)))


def form_token(token: str) -> str:
    """Return what forms of a browser carry; of one not signed in, of its temporary cookie."""
    digest = hmac.digest(token.encode(), b"cleardance form", hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def check_form_token(token: str, given: str) -> None:
    """Raise AccessDenied unless a form came from a page that we gave to this browser."""
    if not hmac.compare_digest(form_token(token).encode(), given.encode("utf-8", "replace")):
        raise AccessDenied("This form was not made for you here, or is too old; load it again.")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
