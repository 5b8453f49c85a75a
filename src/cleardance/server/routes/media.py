"""Released files: by signed addresses that need no key. Only what is sealed is ever served."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse

from cleardance.clearance.pictures import open_picture
from cleardance.clearance.serving import ServedFile, open_output
from cleardance.server.guard import Called, Guarded, public

router = APIRouter(route_class=Guarded, tags=["Media"])


@router.get(
    "/media/{task_id}/{file}",
    response_class=FileResponse,
    responses={200: {"content": {"video/mp4": {}, "video/quicktime": {}, "image/png": {}}}},
)
@public
def media(
    here: Called,
    task_id: str,
    file: Literal["video", "last_frame"],
    expires: Annotated[int, Query(ge=0, le=2**53)],
    signature: Annotated[str, Query(max_length=128)],
) -> FileResponse:
    """Return the file that a signed address names. Removed ones answer 451, with the notice."""
    here.state.links.check(task_id, file, expires, signature, datetime.now(UTC))
    if file == "last_frame":
        return sent(open_picture(here.service, task_id, "last"))
    return sent(open_output(here.service, task_id, counted=is_first_part(here.request)))


def is_first_part(request: Request) -> bool:
    """Whether this begins a viewing: players ask for a video piece by piece."""
    asked = request.headers.get("range", "bytes=0-")
    return asked.startswith("bytes=0-")


def sent(found: ServedFile) -> FileResponse:
    """Return a released file as an answer, in parts if the client asks for parts."""
    return FileResponse(
        found.path,
        media_type=found.media_type,
        filename=found.name,
        content_disposition_type="inline",
        headers={"Content-Security-Policy": "default-src 'none'; sandbox"},
    )
