"""All pages, and what they load, put into the application."""

from typing import Final

from fastapi import APIRouter, FastAPI
from fastapi.responses import Response

from cleardance.errors import NotFound
from cleardance.server.pages import entering, noticing, one_task, reviewing, studio, verifying
from cleardance.server.pages.operate import (
    accounts,
    home,
    ledger,
    models,
    notices,
    queue,
    reports,
    rules,
)
from cleardance.server.pages.render import static_bytes

ROUTERS: Final[tuple[APIRouter, ...]] = tuple(
    page.router
    for page in (
        *(entering, verifying, noticing, studio, one_task, reviewing),
        *(home, queue, accounts, rules, models, ledger, notices, reports),
    )
)
_TYPES: Final = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
}


def install(app: FastAPI) -> None:
    """Put the pages into the application."""
    app.add_api_route("/static/{name}", static_file, include_in_schema=False, tags=["Pages"])
    for router in ROUTERS:
        app.include_router(router)


def static_file(name: str) -> Response:
    """Return a static file; its address has its digest, so it is kept for ever."""
    try:
        body = static_bytes(name)
    except FileNotFoundError:
        raise NotFound("There is no such file.") from None
    kind = next((kind for end, kind in _TYPES.items() if name.endswith(end)), "text/plain")
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(body, media_type=kind, headers=headers)
