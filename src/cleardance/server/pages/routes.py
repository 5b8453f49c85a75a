"""All pages, and what they load, put into the application."""

import gzip
from functools import cache
from pathlib import PurePath
from typing import Final

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import Response

from cleardance.errors import NotFound
from cleardance.server.pages import (
    entering,
    noticing,
    objecting,
    one_task,
    own_account,
    reviewing,
    studio,
    verifying,
)
from cleardance.server.pages.desk import cases, licences, person, public, works
from cleardance.server.pages.desk import home as desk
from cleardance.server.pages.desk import notices as desk_notices
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

ROUTERS: Final[tuple[APIRouter, ...]] = (
    *(
        page.router
        for page in (
            *(entering, verifying, noticing, studio, one_task, objecting, own_account, reviewing),
            *(desk, works, cases, licences, desk_notices, person, public),
            *(home, queue, accounts, rules, models, ledger, notices, reports),
        )
    ),
    person.desk_router,
)
_TYPES: Final = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
}
_READER: Final = "c2pa_worker.js"
_READER_POLICY: Final = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
)
"""Workers have a policy of their own: WebAssembly runs in this one, and in no page."""


def install(app: FastAPI) -> None:
    """Put the pages into the application."""
    app.add_api_route("/static/{name}", static_file, include_in_schema=False, tags=["Pages"])
    for router in ROUTERS:
        app.include_router(router)


def static_file(request: Request, name: str) -> Response:
    """Return a static file; its address has its digest, so it is kept for ever.

    These are compressed, and pages are not: what they say to one visitor could be guessed from how
    short it gets (BREACH).
    """
    try:
        body = static_bytes(name)
    except FileNotFoundError:
        raise NotFound("There is no such file.") from None
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    if name == _READER:
        headers["Content-Security-Policy"] = _READER_POLICY
    if name.endswith(".gz"):
        name, headers["Content-Encoding"] = name.removesuffix(".gz"), "gzip"
    elif "gzip" in request.headers.get("accept-encoding", ""):
        body, headers["Content-Encoding"] = _zipped(name), "gzip"
    return Response(body, media_type=_TYPES[PurePath(name).suffix], headers=headers)


@cache
def _zipped(name: str) -> bytes:
    return gzip.compress(static_bytes(name), mtime=0)
