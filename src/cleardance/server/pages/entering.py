"""Coming in: the first page, the first operator, signing in and out."""

import hmac
from typing import Annotated

from fastapi import Form
from fastapi.responses import Response

from cleardance.accounts import accounts, browsers, passwords
from cleardance.accounts.accounts import LOCAL_ACCOUNT
from cleardance.accounts.roles import Permission, Role
from cleardance.errors import AccessDenied, AuthenticationError, CleardanceError
from cleardance.server.pages.page_route import page_router
from cleardance.server.pages.visit import Visit, Visiting

router = page_router()
Text = Annotated[str, Form(max_length=20_000)]

_FIRST = (Role.OPERATOR, Role.REVIEWER, Role.CREATOR, Role.RIGHTS_HOLDER)


@router.get("/")
def first_page(seen: Visiting) -> Response:
    """Lead whoever is signed in to their place, the first visitor to the welcome page."""
    if seen.principal is not None:
        return seen.go(_home_of(seen))
    if _is_new(seen):
        return seen.go("/welcome")
    return seen.html("landing.html", "Video with sound, with the rights cleared")


@router.get("/welcome")
def welcome(seen: Visiting, code: str = "") -> Response:
    """Let whoever started the server make the first operator."""
    if not _is_new(seen):
        return seen.go("/signin")
    told = {"problem": None, "name": "", "code": code}
    return seen.html("welcome.html", "Welcome", told, shape="narrow")


@router.post("/welcome")
def begin(seen: Visiting, csrf: Text, code: Text, name: Text, password: Text) -> Response:
    """Make the first operator and sign them in."""
    seen.check_form({"csrf": csrf})
    if not _is_new(seen):
        return seen.go("/signin")
    try:
        known = seen.state.setup_code
        if not known or not hmac.compare_digest(code.strip().encode(), known.encode()):
            raise AccessDenied("This is not the code that was printed when the server started.")
        _make_operator(seen, name.strip(), password)
        signed_in = browsers.sign_in(seen.service.store, name.strip(), password, seen.now)
    except CleardanceError as error:
        told = {"problem": error.diagnostics(), "name": name, "code": code}
        return seen.html("welcome.html", "Welcome", told, shape="narrow", status=400)
    return seen.go("/studio", signed_in.token)


@router.get("/signin")
def ask_to_sign_in(seen: Visiting, next: str = "") -> Response:  # noqa: A002
    """Show the form."""
    if _is_new(seen):
        return seen.go("/welcome")
    told = {"problem": None, "name": "", "next": _own(next)}
    return seen.html("signin.html", "Sign in", told, shape="narrow")


@router.post("/signin")
def sign_in(
    seen: Visiting,
    csrf: Text,
    name: Text,
    password: Text,
    next: Text = "",  # noqa: A002
) -> Response:
    """Sign a browser in, under a new cookie."""
    seen.check_form({"csrf": csrf})
    try:
        signed_in = browsers.sign_in(seen.service.store, name.strip(), password, seen.now)
    except (AuthenticationError, AccessDenied) as error:
        told = {"problem": error.diagnostics(), "name": name, "next": _own(next)}
        return seen.html("signin.html", "Sign in", told, shape="narrow", status=401)
    return seen.go(_own(next) or "/", signed_in.token)


@router.post("/signout")
def sign_out(seen: Visiting, csrf: Text) -> Response:
    """Sign the browser out; the old cookie is worth nothing from then on."""
    seen.check_form({"csrf": csrf})
    browsers.sign_out(seen.service.store, seen.token)
    answer = seen.go("/")
    answer.delete_cookie("cleardance")
    return answer


def _is_new(seen: Visit) -> bool:
    with seen.service.store.read() as session:
        return not passwords.has_any(session)


def _make_operator(seen: Visit, name: str, password: str) -> None:
    store = seen.service.store
    passwords.check_length(password)  # before there is an account without one
    accounts.create_account(store, name, roles=_FIRST, by=LOCAL_ACCOUNT)
    passwords.set_password(store, name, password, by=LOCAL_ACCOUNT)


def _home_of(seen: Visit) -> str:
    assert seen.principal is not None
    homes = (
        (Permission.CREATE_TASKS, "/studio"),
        (Permission.OPERATE, "/operate"),
        (Permission.READ_REVIEWS, "/operate/review"),
        (Permission.READ_OWN_WORKS, "/rights"),
    )
    return next((path for permission, path in homes if seen.principal.may(permission)), "/verify")


def _own(path: str) -> str:
    """Return a path of ours, or nothing: a link may not lead elsewhere after signing in."""
    own = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if own and path.isprintable() else ""
