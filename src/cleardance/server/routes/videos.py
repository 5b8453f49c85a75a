"""``/v1/videos`` in OpenAI's shape."""

import base64
import json
from collections.abc import Callable
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from cleardance.accounts.roles import Permission
from cleardance.clearance import viewing
from cleardance.clearance.asking import Asked
from cleardance.clearance.handed_in import Given
from cleardance.clearance.jobs.incoming import JobOptions
from cleardance.clearance.jobs.submitting import digest_of
from cleardance.clearance.pictures import open_picture
from cleardance.clearance.serving import open_output
from cleardance.errors import UnsupportedByModel, UsageError
from cleardance.server.creating import RETRIED_WITHIN_S, is_retry, known_by, parsed, take_in
from cleardance.server.guard import Called, Guarded, Here, needs
from cleardance.server.routes.media import is_first_part, sent
from cleardance.server.wire import videos
from cleardance.server.wire.videos import CreateVideo, Deleted, Remix, Video, VideoPage

router = APIRouter(prefix="/v1/videos", route_class=Guarded, tags=["Videos"])

POLL_AFTER_MS = 1_000
_MAX_FIELDS = 32
_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
_SCHEMA = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/CreateVideo"}},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["prompt"],
                    "properties": {
                        "prompt": {"type": "string"},
                        "model": {"type": "string"},
                        "seconds": {"type": "string"},
                        "size": {"type": "string"},
                        "input_reference": {"type": "string", "format": "binary"},
                    },
                }
            },
        },
    }
}


@router.post("", openapi_extra=_SCHEMA)
@needs(Permission.CREATE_TASKS)
async def create(here: Called, request: Request, response: Response) -> Video:
    """Ask for a video, in JSON or in a form with a file. A refusal is answered with 400."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in _FORMS:
        async with request.form(max_files=1, max_fields=_MAX_FIELDS) as form:
            fields, file = await _read_form(form)
        size_bytes = sum(map(len, fields.values())) + len(file or b"")
        read = partial(_from_form, fields, file)
    else:
        raw = await request.body()
        read, size_bytes = partial(_from_json, raw), len(raw)
    return await _made(here, request, response, read, size_bytes)


async def _read_form(form: FormData) -> tuple[dict[str, str], bytes | None]:
    fields: dict[str, str] = {}
    file = None
    for name, value in form.multi_items():
        if name in fields:
            raise UsageError(f"{name[:64]} was given twice.")
        if isinstance(value, UploadFile):
            if name != "input_reference":
                raise UsageError(f"{name[:64]} cannot be a file.")
            file = await value.read()
        else:
            fields[name] = value
    return fields, file


def _from_form(fields: dict[str, str], file: bytes | None) -> tuple[CreateVideo, Given | None]:
    body = parsed(CreateVideo, json.dumps(videos.from_form(fields)).encode("utf-8", "replace"))
    if file is None:
        return body, None
    url = f"data:image/upload;base64,{base64.b64encode(file).decode()}"
    return body, Given(url, "image", "first_frame", "input_reference")


def _from_json(raw: bytes) -> tuple[CreateVideo, Given | None]:
    return parsed(CreateVideo, raw), None


async def _made(
    here: Here,
    request: Request,
    response: Response,
    read: Callable[[], tuple[CreateVideo, Given | None]],
    size_bytes: int,
) -> Video:
    def asked() -> Asked:
        body, file = read()
        said = [body.model_dump(mode="json"), file and file.url]
        return videos.asked_by(body, file, _options(here, request, said))

    done = await take_in(here, asked, size_bytes)
    _poll_later(response)
    return await run_in_threadpool(_shown, here, done.task_id)


def _options(here: Here, request: Request, said: object) -> JobOptions:
    account_id = here.principal.account_id
    within_s = RETRIED_WITHIN_S if is_retry(request) else 0.0
    known = known_by(request, account_id, digest_of(account_id, said), within_s)
    return JobOptions(dedupe_key=known.key, dedupe_body=known.body, dedupe_within_s=known.within_s)


def _shown(here: Here, task_id: str) -> Video:
    return videos.answer(viewing.view(here.service, here.principal, task_id))


def _poll_later(response: Response) -> None:
    response.headers["openai-poll-after-ms"] = str(POLL_AFTER_MS)


@router.get("")
@needs(Permission.READ_TASKS)
def list_videos(
    here: Called,
    after: Annotated[str | None, Query(max_length=128)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    order: Literal["asc", "desc"] = "desc",
) -> VideoPage:
    """List one's videos, the newest first unless told otherwise."""
    newest_first = order == "desc"
    found, more = viewing.page_after(
        here.service, here.principal, after, limit, newest_first=newest_first
    )
    data = [videos.answer(one) for one in found]
    first, last = (data[0].id, data[-1].id) if data else (None, None)
    return VideoPage(data=data, first_id=first, last_id=last, has_more=more)


@router.get("/{video_id}")
@needs(Permission.READ_TASKS)
def retrieve(here: Called, video_id: str, response: Response) -> Video:
    """Return a video as it stands."""
    found = _shown(here, video_id)
    if found.status in ("queued", "in_progress"):
        _poll_later(response)
    return found


@router.delete("/{video_id}")
@needs(Permission.DELETE_TASKS)
def delete(here: Called, video_id: str) -> Deleted:
    """Cancel a video that waits; delete the record of one that has ended."""
    viewing.delete(here.service, here.principal, video_id)
    return Deleted(id=video_id)


@router.get("/{video_id}/content", response_class=FileResponse)
@needs(Permission.READ_TASKS)
def content(
    here: Called,
    video_id: str,
    variant: Literal["video", "thumbnail", "spritesheet"] = "video",
) -> FileResponse:
    """Return the file of a completed video; its thumbnail is its first picture, signed as well."""
    task = viewing.view(here.service, here.principal, video_id)
    if variant == "spritesheet":
        raise UnsupportedByModel("There are no spritesheets here: only what is signed is served.")
    if variant == "thumbnail":
        return sent(open_picture(here.service, task.id, "first"))
    return sent(open_output(here.service, task.id, counted=is_first_part(here.request)))


@router.post("/{video_id}/remix")
@needs(Permission.CREATE_TASKS)
async def remix(here: Called, video_id: str, body: Remix, response: Response) -> Video:
    """Ask for the same again, but for the prompt: the seed and all else are its original's."""

    def asked() -> Asked:
        task = viewing.view(here.service, here.principal, video_id)
        said = [video_id, body.model_dump(mode="json")]
        return videos.remixed(task, body.prompt, _options(here, here.request, said))

    done = await take_in(here, asked, len(body.prompt))
    _poll_later(response)
    return await run_in_threadpool(_shown, here, done.task_id)


@router.post("/edits")
@needs(Permission.CREATE_TASKS)
async def edit() -> None:
    """Answer that no model here edits a video."""
    raise UnsupportedByModel("No model here edits a video.")


@router.post("/extensions")
@needs(Permission.CREATE_TASKS)
async def extend() -> None:
    """Answer that no model here extends a video."""
    raise UnsupportedByModel("No model here extends a video.")
