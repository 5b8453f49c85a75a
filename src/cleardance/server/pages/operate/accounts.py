"""Accounts, their partners and roles, their keys and limits."""

from collections.abc import Callable
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import Form
from fastapi.responses import Response

from cleardance.accounts import accounts, holdings, keys, passwords
from cleardance.accounts.roles import PERMISSIONS, Permission, Role
from cleardance.errors import CleardanceError, UsageError
from cleardance.server.pages.key_form import expiry_of, limits_of
from cleardance.server.pages.page_route import page_router
from cleardance.server.pages.permitting import attempt, needing, who
from cleardance.server.pages.visit import Visit
from cleardance.store.tables import HoldingKind

router = page_router("/operate/accounts")
_HERE: Final = "/operate/accounts"
_SHOWN: Final = 200
Manager = Annotated[Visit, needing(Permission.MANAGE_ACCOUNTS)]
Name = Annotated[str, Form(max_length=200)]
Text = Annotated[str, Form(max_length=4_000)]
Roles = Annotated[list[Role], Form(max_length=8)]
Number = Annotated[str, Form(max_length=20)]


@router.get("")
def listing(seen: Manager, q: str = "") -> Response:
    """List the accounts whose name or partner has the words in it."""
    return _listing(seen, q=q)


@router.post("")
def make(seen: Manager, name: Name, roles: Roles, partner: Name = "") -> Response:
    """Make an account."""
    return attempt(
        seen,
        lambda: accounts.create_account(
            seen.service.store, name.strip(), partner.strip() or None, roles=roles, by=who(seen)
        ),
        _of(name.strip()),
        lambda problem, status: _listing(seen, problem, status),
    )


@router.get("/one")
def one(seen: Manager, name: str) -> Response:
    """Show an account and its keys."""
    return _one(seen, name)


@router.post("/roles")
def give_roles(seen: Manager, name: Name, roles: Roles, partner: Name = "") -> Response:
    """Give an account other roles, or another partner."""

    def act() -> None:
        store, by = seen.service.store, who(seen)
        accounts.set_roles(store, name, roles, by=by)
        with store.read() as session:
            before = accounts.show(session, name).partner
        if before != (partner.strip() or None):
            accounts.set_partner(store, name, partner.strip() or None, by=by)

    return _done(seen, name, act)


@router.post("/standing")
def stand(seen: Manager, name: Name, why: Text, suspend: Name = "") -> Response:
    """Suspend an account, or restore it."""

    def act() -> None:
        if not why.strip():
            raise UsageError("A reason is needed: it is kept with the act.")
        change = accounts.suspend_account if suspend else accounts.restore_account
        with seen.service.store.begin() as session:
            id_ = accounts.show(session, name).id
            change(session, id_, by=who(seen), why=why.strip())

    return _done(seen, name, act)


@router.post("/password")
def give_password(seen: Manager, name: Name, password: Text) -> Response:
    """Give an account the password by which a person signs in; its browsers are signed out."""
    return _done(
        seen,
        name,
        lambda: passwords.set_password(seen.service.store, name, password, by=who(seen)),
    )


@router.post("/holding")
def hold(seen: Manager, name: Name, kind: HoldingKind, value: Text) -> Response:
    """Tie an account to the works of an owner, or to one work."""

    def act() -> None:
        with seen.service.store.begin() as session:
            id_ = accounts.show(session, name).id
            holdings.add_holding(session, id_, kind, value.strip(), by=who(seen))

    return _done(seen, name, act)


@router.post("/keys")
def make_key(
    seen: Manager,
    account: Name,
    name: Name = "",
    days: Number = "",
    scopes: Annotated[list[Permission] | None, Form(max_length=64)] = None,
    requests: Number = "",
    tasks: Number = "",
    tokens: Number = "",
    spend: Number = "",
) -> Response:
    """Make a key, and show it this once."""
    try:
        made = keys.create_key(
            seen.service.store,
            account,
            name=name.strip() or None,
            scopes=scopes or (),
            expires_at=expiry_of(days, seen.now),
            limits=limits_of(requests, tasks, tokens, spend),
            by=who(seen),
        )
    except CleardanceError as error:
        return _one(seen, account, error.diagnostics(), error.http_status)
    return _one(seen, account, made=made)


@router.post("/keys/{key_id}/limits")
def limit(
    seen: Manager,
    key_id: str,
    account: Name,
    requests: Number = "",
    tasks: Number = "",
    tokens: Number = "",
    spend: Number = "",
) -> Response:
    """Give a key other limits."""

    def act() -> None:
        wanted = limits_of(requests, tasks, tokens, spend)
        with seen.service.store.begin() as session:
            keys.set_limits(session, key_id, wanted, by=who(seen))

    return _done(seen, account, act)


@router.post("/keys/{key_id}/standing")
def stand_key(
    seen: Manager, key_id: str, account: Name, why: Text = "", revoke: Name = ""
) -> Response:
    """Revoke a key, from the next request on; or let it count again."""

    def act() -> None:
        said = why.strip() or "by an operator, in the console"
        change = keys.revoke_key if revoke else keys.restore_key
        with seen.service.store.begin() as session:
            change(session, key_id, by=who(seen), why=said)

    return _done(seen, account, act)


def _done(seen: Visit, name: str, act: Callable[[], object]) -> Response:
    return attempt(seen, act, _of(name), lambda told, status: _one(seen, name, told, status))


def _of(name: str) -> str:
    return f"{_HERE}/one?name={quote(name, safe='')}"


def _listing(seen: Visit, problem: str | None = None, status: int = 200, q: str = "") -> Response:
    wanted = q.strip().casefold()[:200]
    with seen.service.store.read() as session:
        rows = accounts.listing(session)
    found = [
        row
        for row in rows
        if not wanted or wanted in row.name.casefold() or wanted in (row.partner or "").casefold()
    ]
    told = {
        "rows": found[:_SHOWN],
        "total": len(found),
        "search": q,
        "roles": list(Role),
        "problem": problem,
    }
    return seen.html("operate/accounts.html", "Accounts", told, here=_HERE, status=status)


def _one(
    seen: Visit,
    name: str,
    problem: str | None = None,
    status: int = 200,
    made: keys.NewKey | None = None,
) -> Response:
    with seen.service.store.read() as session:
        found = accounts.show(session, name)
        rows = keys.listing(session, name)
        subs = accounts.listing(session, parent=found.id)
        held = holdings.listing(session, found.id)
    given = frozenset().union(*(PERMISSIONS[Role(role)] for role in found.roles))
    told: dict[str, Any] = {
        "account": found,
        "keys": rows,
        "subs": subs,
        "holdings": held,
        "roles": list(Role),
        "permissions": [one for one in Permission if one in given],
        "kinds": list(HoldingKind),
        "made": made,
        "problem": problem,
        "now": seen.now,
    }
    return seen.html("operate/account.html", found.name, told, here=_HERE, status=status)
