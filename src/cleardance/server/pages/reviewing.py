"""The review queue, made for speed: the evidence first, one key a decision, then the next."""

import re
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import Annotated, Final, Literal

from fastapi import Form
from fastapi.responses import FileResponse, Response

from cleardance.accounts.roles import Permission
from cleardance.clearance import review, review_decision
from cleardance.clearance.evidence import pictures_of
from cleardance.clearance.review import ReviewRow
from cleardance.clearance.review_pictures import folder_of, write_pictures
from cleardance.errors import CleardanceError, NotFound
from cleardance.server.pages.page_route import page_router
from cleardance.server.pages.visit import Visit, Visiting
from cleardance.store.failures import os_failures
from cleardance.store.tables import ReviewStatus

router = page_router("/operate/review")
_HERE: Final = "/operate/review"
_PICTURE: Final = re.compile(r"[a-z0-9.-]{1,80}\.png")


@router.get("")
def queue(seen: Visiting) -> Response:
    """List what waits, the most urgent first, and open the first of it."""
    seen.require(Permission.READ_REVIEWS)
    rows = review.listing(seen.service)
    return _shown(seen, rows, rows[0].id if rows else None)


@router.get("/{review_id}")
def one_review(seen: Visiting, review_id: str, alone: bool = False) -> Response:
    """Open one of them; ``alone`` without the list, for a script that has it."""
    seen.require(Permission.READ_REVIEWS)
    if alone:
        values = _opened(seen, review_id) | {"problem": None, "csrf": seen.csrf}
        return seen.part("review_one.html", **values)
    return _shown(seen, review.listing(seen.service), review_id)


@router.post("/{review_id}")
def decide(
    seen: Visiting,
    review_id: str,
    csrf: Annotated[str, Form()],
    decision: Annotated[Literal["release", "deny"], Form()],
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Release or deny, and go on with the next."""
    seen.check_form({"csrf": csrf})
    who = seen.require(Permission.DECIDE_REVIEWS)
    act = review_decision.release if decision == "release" else review_decision.deny
    try:
        act(seen.service, review_id, who.account_name, reason, seen.now)
    except CleardanceError as error:
        rows = review.listing(seen.service)
        return _shown(seen, rows, review_id, error.diagnostics(), error.http_status)
    return seen.go(_HERE)


@router.get("/{review_id}/evidence/{digest}")
def evidence(seen: Visiting, review_id: str, digest: str) -> Response:
    """Return a picture that the verdict cites."""
    seen.require(Permission.READ_REVIEWS)
    with seen.service.store.read() as session:
        if digest not in pictures_of(session, review.load(session, review_id).task_id):
            raise NotFound("The verdict cites no such picture.")
    return FileResponse(seen.service.store.blobs.path(digest), media_type="image/jpeg")


@router.get("/{review_id}/pictures/{name}")
def picture(seen: Visiting, review_id: str, name: str) -> Response:
    """Return one of the pictures that wait to be looked at."""
    seen.require(Permission.READ_REVIEWS)
    with seen.service.store.read() as session:
        row = review.load(session, review_id)
    path = folder_of(seen.service, row.id) / name
    is_open = row.status is ReviewStatus.OPEN  # decided elsewhere, they may be here still
    if not is_open or not _PICTURE.fullmatch(name) or not path.is_file():
        raise NotFound("There is no such picture.")
    return FileResponse(path, media_type="image/png")


def _shown(
    seen: Visit,
    rows: list[ReviewRow],
    chosen: str | None,
    problem: str | None = None,
    status: int = 200,
) -> Response:
    values: dict[str, object] = {"chosen": None} if chosen is None else _opened(seen, chosen)
    told = {"rows": rows, "problem": problem}
    return seen.html("review.html", "Review", values | told, here=_HERE, status=status)


def _opened(seen: Visit, review_id: str) -> dict[str, object]:
    """Return what is told of one review."""
    with seen.service.store.read() as session:
        row = review.load(session, review_id)
    return {
        "chosen": row,
        "prompt": seen.service.task(row.task_id).request.prompt,
        "pictures": _pictures(seen, row),
        "may_decide": seen.principal is not None and seen.principal.may(Permission.DECIDE_REVIEWS),
    }


def _pictures(seen: Visit, row: ReviewRow) -> list[str]:
    """Return the names of what is to be looked at, kept in the home's cache until it is decided.

    All of them or none: nobody decides on a part that a crash left.
    """
    if row.status is not ReviewStatus.OPEN:
        return []
    folder = folder_of(seen.service, row.id)
    if not folder.is_dir():
        with os_failures(folder):
            folder.parent.mkdir(parents=True, exist_ok=True)
            part = Path(mkdtemp(prefix=".part-", dir=folder.parent))
        write_pictures(seen.service, row, part)
        with suppress(OSError):  # another request was faster
            part.rename(folder)
    return sorted(path.name for path in folder.iterdir())
