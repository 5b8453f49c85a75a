"""Accounts and keys: one's own, those of a partner's sub-accounts, and all for operators."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field

from cleardance.accounts import keys
from cleardance.accounts.accounts import create_account, create_sub_account
from cleardance.accounts.limits import Limits
from cleardance.accounts.roles import Permission, Role
from cleardance.server.guard import Called, Guarded, needs
from cleardance.server.wire.base import Wire

router = APIRouter(prefix="/api/clearance", route_class=Guarded, tags=["Accounts"])

Name = Annotated[str, Field(min_length=1, max_length=64)]


class NewAccount(Wire):
    """An account to be made."""

    name: Name
    roles: list[Role] = Field([Role.CREATOR], min_length=1, max_length=8)
    partner: Name | None = None


class NewSubAccount(Wire):
    """An account of a partner's own customer."""

    name: Name


class NewKey(Wire):
    """A key to be made; without scopes it may do all that its account may."""

    account: Name
    name: Name | None = None
    scopes: list[Permission] = Field([], max_length=64)
    expires_at: datetime | None = None
    requests_per_minute: int | None = None
    concurrent_tasks: int | None = None
    tokens_per_day: int | None = None


class Why(Wire):
    """Why a key is revoked."""

    why: str = Field(min_length=1, max_length=4_000)


@router.post("/accounts")
@needs(Permission.MANAGE_ACCOUNTS)
def make_account(here: Called, body: NewAccount) -> dict[str, str]:
    """Make an account with roles."""
    store, by = here.service.store, here.principal
    made = create_account(store, body.name, body.partner, roles=body.roles, by=by)
    return {"id": made, "name": body.name}


@router.post("/sub-accounts")
@needs(Permission.MANAGE_SUB_ACCOUNTS)
def make_sub_account(here: Called, body: NewSubAccount) -> dict[str, str]:
    """Make an account under one's own."""
    by = here.principal
    made = create_sub_account(here.service.store, body.name, of=by.account_name, by=by)
    return {"id": made, "name": body.name}


@router.post("/keys")
@needs(Permission.MANAGE_SUB_ACCOUNTS)
def make_key(here: Called, body: NewKey) -> dict[str, str]:
    """Make a key, which is shown this once. No wider than the one that makes it."""
    limits = Limits(body.requests_per_minute, body.concurrent_tasks, body.tokens_per_day)
    made = keys.create_key(
        here.service.store,
        body.account,
        name=body.name,
        scopes=body.scopes,
        expires_at=body.expires_at,
        limits=limits,
        by=here.principal,
    )
    return {"id": made.id, "key": made.secret}


@router.post("/keys/{key_id}/revoke")
@needs(Permission.REVOKE_OWN_KEYS)
def revoke_key(here: Called, key_id: str, body: Why) -> dict[str, Any]:
    """Revoke a key: it counts no more, from the next request on, in every process."""
    keys.revoke_own(here.service.store, key_id, by=here.principal, why=body.why)
    return {"id": key_id, "revoked": True}
