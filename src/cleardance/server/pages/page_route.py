"""A route whose errors are pages."""

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response
from fastapi.routing import APIRoute

from cleardance.errors import CleardanceError
from cleardance.server.pages.visit import SignInNeeded, visit


class PageRoute(APIRoute):
    """A route whose errors are pages; whoever must sign in first is led there and back."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what serves a request."""
        serve = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await serve(request)
            except SignInNeeded:
                back = quote(request.url.path) if request.method == "GET" else "/"
                return visit(request).go(f"/signin?next={back}")
            except CleardanceError as error:
                return _told(request, error)

        return handle


def _told(request: Request, error: CleardanceError) -> Response:
    told = {"message": error.message, "hint": error.hint, "code": error.code}
    page = visit(request).html
    return page("error.html", error.message, told, shape="narrow", status=error.http_status)


def page_router(prefix: str = "") -> APIRouter:
    """Return a router of pages: none of them is in the published description of the API."""
    return APIRouter(prefix=prefix, include_in_schema=False, route_class=PageRoute, tags=["Pages"])
