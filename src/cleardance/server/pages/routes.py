"""All pages, put into the application; whatever goes wrong is told on a page."""

from collections.abc import Callable, Coroutine
from typing import Any, Final
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.responses import Response
from fastapi.routing import APIRoute

from cleardance.errors import CleardanceError, NotFound
from cleardance.server.pages.render import static_bytes
from cleardance.server.pages.visit import SignInNeeded, visit

_TYPES: Final = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
}


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


def static_file(name: str) -> Response:
    """Return a static file; its address has its digest, so it is kept for ever."""
    try:
        body = static_bytes(name)
    except FileNotFoundError:
        raise NotFound("There is no such file.") from None
    kind = next((kind for end, kind in _TYPES.items() if name.endswith(end)), "text/plain")
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(body, media_type=kind, headers=headers)


def install(app: FastAPI) -> None:
    """Put the pages into the application."""
    from cleardance.server.pages import entering, one_task, reviewing, studio, verifying

    app.add_api_route("/static/{name}", static_file, include_in_schema=False)
    for page in (entering, verifying, studio, one_task, reviewing):
        app.include_router(page.router)
