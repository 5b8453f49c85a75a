"""What the tests of accounts share: keys of new accounts, and who comes with them."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from cleardance.accounts.accounts import create_account
from cleardance.accounts.keys import authenticate, create_key
from cleardance.accounts.roles import Principal, Role
from cleardance.store import Store

NOW = datetime(2026, 2, 17, 9, tzinfo=UTC)


def who(store: Store, secret: str, moment: datetime = NOW) -> Principal:
    with store.read() as session:
        return authenticate(session, secret, moment)


def holder(
    store: Store,
    name: str,
    roles: Collection[Role] = (Role.CREATOR,),
    partner: str | None = None,
    **values: Any,
) -> Principal:
    """Whoever holds a key of a new account."""
    create_account(store, name, partner, roles=roles)
    return who(store, create_key(store, name, by="local", **values).secret)
