"""One's own account: its keys; for partners also their sub-accounts, with keys, limits, outputs."""

from collections.abc import Callable
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import Form
from fastapi.responses import Response

from cleardance.accounts import accounts, keys
from cleardance.accounts.roles import Permission
from cleardance.clearance import viewing
from cleardance.errors import CleardanceError, NotFound
from cleardance.server.pages.key_form import expiry_of, limits_of
from cleardance.server.pages.page_route import page_router
from cleardance.server.pages.permitting import attempt, needing, who
from cleardance.server.pages.visit import Visit

router = page_router("/account")
HERE: Final = "/account"
_SHOWN: Final = 24
Reader = Annotated[Visit, needing(Permission.READ_OWN_KEYS)]
Revoker = Annotated[Visit, needing(Permission.REVOKE_OWN_KEYS)]
Partner = Annotated[Visit, needing(Permission.MANAGE_SUB_ACCOUNTS)]
Name = Annotated[str, Form(max_length=200)]
Number = Annotated[str, Form(max_length=20)]


@router.get("")
def mine(seen: Reader) -> Response:
    """Show one's own account."""
    return _page(seen, who(seen).account_name)


@router.get("/sub-account")
def sub_account(seen: Partner, name: str) -> Response:
    """Show a sub-account: its keys, and what was made by it."""
    return _page(seen, name)


@router.post("/sub-accounts")
def make_sub_account(seen: Partner, name: Name) -> Response:
    """Make an account under one's own."""
    by, called = who(seen), name.strip()
    return attempt(
        seen,
        lambda: accounts.create_sub_account(seen.service.store, called, of=by.account_name, by=by),
        _of(seen, called),
        lambda problem, status: _page(seen, by.account_name, problem, status),
    )


@router.post("/keys")
def make_key(
    seen: Partner,
    account: Name,
    name: Name = "",
    days: Number = "",
    requests: Number = "",
    tasks: Number = "",
    tokens: Number = "",
    spend: Number = "",
) -> Response:
    """Make a key of one's own, or of a sub-account; it is shown this once."""
    _check_theirs(seen, account)
    try:
        made = keys.create_key(
            seen.service.store,
            account,
            name=name.strip() or None,
            expires_at=expiry_of(days, seen.now),
            limits=limits_of(requests, tasks, tokens, spend),
            by=who(seen),
        )
    except CleardanceError as error:
        return _page(seen, account, error.diagnostics(), error.http_status)
    return _page(seen, account, made=made)


@router.post("/keys/{key_id}/revoke")
def revoke(seen: Revoker, key_id: str, account: Name) -> Response:
    """Revoke a key of one's own, or of a sub-account: it counts no more from the next request."""
    why = "by its account, on its own page"
    return _done(
        seen,
        account,
        lambda: keys.revoke_own(seen.service.store, key_id, by=who(seen), why=why),
    )


def _done(seen: Visit, name: str, act: Callable[[], object]) -> Response:
    return attempt(seen, act, _of(seen, name), lambda told, status: _page(seen, name, told, status))


def _of(seen: Visit, name: str) -> str:
    if name == who(seen).account_name:
        return HERE
    return f"{HERE}/sub-account?name={quote(name, safe='')}"


def _check_theirs(seen: Visit, name: str) -> None:
    """Raise NotFound unless it is one's own account, or a sub-account of it."""
    by = who(seen)
    if name == by.account_name:
        return
    with seen.service.store.read() as session:
        subs = {one.name for one in accounts.listing(session, parent=by.account_id)}
    if name not in subs or not by.may(Permission.MANAGE_SUB_ACCOUNTS):
        raise NotFound("There is no such sub-account of yours.")


def _page(
    seen: Visit,
    name: str,
    problem: str | None = None,
    status: int = 200,
    made: keys.NewKey | None = None,
) -> Response:
    _check_theirs(seen, name)
    by = who(seen)
    own, partner = name == by.account_name, by.may(Permission.MANAGE_SUB_ACCOUNTS)
    with seen.service.store.read() as session:
        found = accounts.show(session, name)
        rows = keys.listing(session, name)
        subs = accounts.listing(session, parent=found.id) if own and partner else []
    outputs = [] if own else viewing.of_sub_account(seen.service, by, name, _SHOWN)
    told: dict[str, Any] = {
        "account": found,
        "own": own,
        "partner": partner,
        "keys": rows,
        "subs": subs,
        "outputs": [
            (one, seen.state.links.path(one.id, "video", seen.now) if one.is_served else None)
            for one in outputs
        ],
        "made": made,
        "problem": problem,
        "now": seen.now,
    }
    title = "Your account" if own else name
    return seen.html("account.html", title, told, here=HERE, status=status)
