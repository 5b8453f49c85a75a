"""Screening without making anything, and saying where a file comes from."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fastapi import APIRouter, UploadFile
from pydantic import Field

from cleardance.accounts.roles import Permission
from cleardance.clearance.desk import screen_path, screen_words
from cleardance.clearance.dossier import dossier_of
from cleardance.clearance.service import Service
from cleardance.request import MAX_PROMPT_CHARS
from cleardance.server.guard import Called, Guarded, needs, public, visited
from cleardance.server.uploads import on_disk
from cleardance.server.visitors import FILES
from cleardance.server.wire.base import Wire
from cleardance.verdict import Verdict

router = APIRouter(prefix="/api/clearance", route_class=Guarded, tags=["Screening"])

_MAX_NAME_CHARS = 200


class Words(Wire):
    """A text; ``post`` if it is to be published rather than made."""

    text: str = Field(min_length=1, max_length=MAX_PROMPT_CHARS)
    post: bool = False


@router.post("/screen")
@needs(Permission.SCREEN)
def screen(here: Called, body: Words) -> Verdict:
    """Screen a text as a prompt of the account that asks."""
    name = here.principal.account_name
    return screen_words(here.service, name, body.text, datetime.now(UTC), post=body.post)


@router.post("/screen/file")
@needs(Permission.SCREEN)
async def screen_file(here: Called, file: UploadFile, post: bool = False) -> Verdict:
    """Screen an image, a video or a sound as a reference of the account that asks."""
    name, aside = here.principal.account_name, here.state.aside
    async with on_disk(here.service, file) as path:
        now = datetime.now(UTC)
        return await aside.run(here.principal.account_id, screen_path, name, path, now, post=post)


@router.post("/inspect")
@public
@visited(FILES)
async def inspect(here: Called, file: UploadFile) -> dict[str, Any]:
    """Say where a file comes from: its credentials, its mark, its place in the ledger.

    Anybody may ask: what was found in the request behind it, and why, is left out.
    """
    client = here.request.client
    who = f"public {client.host if client else ''}"
    async with on_disk(here.service, file) as path:
        return await here.state.aside.run(who, _inspected, path, (file.filename or "file"))


def _inspected(service: Service, path: Path, name: str) -> dict[str, Any]:
    return dossier_of(service, path, name[:_MAX_NAME_CHARS]).for_the_public().as_json()
