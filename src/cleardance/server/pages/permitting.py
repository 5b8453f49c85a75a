"""What pages for people with a permission do: ask who comes, and say there what went wrong."""

from collections.abc import Callable
from typing import Any

from fastapi import Depends, Request
from fastapi.responses import Response

from cleardance.accounts.roles import Permission, Principal
from cleardance.errors import CleardanceError
from cleardance.server.pages.visit import Visit, Visiting


class Needing:
    """Lets only those in who have a permission, and only forms that came from our pages.

    Made once for each route, as its first parameter: ``seen: Annotated[Visit, needing(…)]``.
    """

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    async def __call__(self, request: Request, seen: Visiting) -> Visit:
        """Return the visit. Raises SignInNeeded, AccessDenied."""
        seen.require(self.permission)
        if request.method == "POST":
            seen.check_form(await request.form())
        return seen


def needing(permission: Permission) -> Any:
    """Return the dependency of a route that needs a permission."""
    return Depends(Needing(permission))


def who(seen: Visit) -> Principal:
    """Return who asks, on a page that asked for a permission."""
    assert seen.principal is not None
    return seen.principal


def attempt(
    seen: Visit, act: Callable[[], object], then: str, page: Callable[[str, int], Response]
) -> Response:
    """Do something and lead to ``then``; or give the page again, with what kept it from being done.

    ``page`` makes it of what is told and the HTTP status.
    """
    try:
        act()
    except CleardanceError as error:
        return page(error.diagnostics(), error.http_status)
    return seen.go(then)
