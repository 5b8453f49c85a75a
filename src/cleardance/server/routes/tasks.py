"""Our own view of a task: its record and verdict, its events, its output; cancelling, appealing."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.responses import FileResponse, Response, StreamingResponse
from pydantic import Field

from cleardance.accounts.roles import Permission
from cleardance.clearance import review, viewing
from cleardance.clearance.clearance_record.model import RecordFormat
from cleardance.clearance.record import record_of
from cleardance.clearance.serving import open_output
from cleardance.server.following import stream
from cleardance.server.guard import Called, Guarded, needs
from cleardance.server.record_file import record_file
from cleardance.server.routes.media import is_first_part, sent
from cleardance.server.wire.base import Wire

router = APIRouter(prefix="/api/clearance/tasks", route_class=Guarded, tags=["Tasks"])


class Appeal(Wire):
    """What the appellant says."""

    text: str = Field(min_length=1, max_length=review.MAX_REASON_CHARS)


@router.get("/{task_id}")
@needs(Permission.READ_TASKS)
def get(here: Called, task_id: str) -> dict[str, Any]:
    """Return a task's record, as ``cleardance generate --json`` prints it."""
    viewing.view(here.service, here.principal, task_id)
    return record_of(here.service, task_id).to_json()


@router.post("/{task_id}/cancel")
@needs(Permission.DELETE_TASKS)
def cancel(here: Called, task_id: str) -> dict[str, Any]:
    """End a task that has not ended, also one that is being made."""
    viewing.cancel(here.service, here.principal, task_id)
    return record_of(here.service, task_id).to_json()


@router.post("/{task_id}/appeal")
@needs(Permission.APPEAL)
def appeal(here: Called, task_id: str, body: Appeal) -> dict[str, Any]:
    """Appeal a denial, once: a person decides, who is not the one that denied it."""
    now = datetime.now(UTC)
    name = here.principal.account_name
    row = review.appeal(here.service, task_id, name, body.text, now)
    return row.to_json(now)


@router.get("/{task_id}/clearance-record")
@needs(Permission.READ_TASKS)
def clearance_record(
    here: Called, task_id: str, as_format: Annotated[RecordFormat, Query(alias="format")]
) -> Response:
    """Return what to show a lawyer or an insurer: asked, compared, decided, made, with proofs."""
    task = viewing.view(here.service, here.principal, task_id)
    return record_file(here.service, task.id, as_format)


@router.get("/{task_id}/output", response_class=FileResponse)
@needs(Permission.READ_TASKS)
def output(here: Called, task_id: str) -> FileResponse:
    """Return the released file."""
    task = viewing.view(here.service, here.principal, task_id)
    return sent(open_output(here.service, task.id, counted=is_first_part(here.request)))


@router.get(
    "/{task_id}/events",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}}},
)
@needs(Permission.READ_TASKS)
def events(
    here: Called, task_id: str, last_event_id: Annotated[int, Header(ge=0, le=2**53)] = 0
) -> StreamingResponse:
    """Follow a task (server-sent events) until it has ended, from after the last event seen."""
    viewing.view(here.service, here.principal, task_id)
    return StreamingResponse(
        stream(here.service, task_id, last_event_id), media_type="text/event-stream"
    )
