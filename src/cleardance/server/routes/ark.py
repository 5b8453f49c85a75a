"""The tasks of Ark's API: create, get, list, delete."""

from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from starlette.background import BackgroundTask

from cleardance.accounts.roles import Permission
from cleardance.clearance import viewing
from cleardance.clearance.asking import Asked
from cleardance.clearance.jobs.incoming import KnownBy
from cleardance.clearance.viewing import Filters
from cleardance.server.creating import (
    LARGE_BYTES,
    RETRIED_WITHIN_S,
    Unanswered,
    fingerprint,
    is_retry,
    known_by,
    parsed,
    take_in,
)
from cleardance.server.errors import Refusal
from cleardance.server.guard import Called, Guarded, Here, needs
from cleardance.server.wire import ark_answers
from cleardance.server.wire.ark import CreateTask
from cleardance.server.wire.ark_answers import Created, Page, Task
from cleardance.server.wire.ark_asking import asked_by
from cleardance.store.tables import Tier

router = APIRouter(prefix="/api/v3/contents/generations/tasks", route_class=Guarded, tags=["Ark"])
_unanswered = Unanswered()


@router.post(
    "",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/CreateTask"}}
            },
        }
    },
)
@needs(Permission.CREATE_TASKS)
async def create(here: Called, request: Request) -> Created:
    """Ask for a video. A denied prompt or reference is answered with 400 and the reason."""
    raw = await request.body()
    large = len(raw) > LARGE_BYTES
    key = await _fingerprint(here, raw) if large else fingerprint(here.principal.account_id, raw)
    again = _unanswered.begin(key) or is_retry(request)
    within_s = RETRIED_WITHIN_S if again else 0.0
    known = known_by(request, here.principal.account_id, key, within_s)
    try:
        done = await take_in(here, partial(_asked, raw, known), len(raw))
    except Refusal:
        await _unanswered.answered(key)  # whoever asks again is refused again
        raise
    answered = BackgroundTask(_unanswered.answered, key)
    return JSONResponse({"id": done.task_id}, background=answered)  # type: ignore[return-value]


async def _fingerprint(here: Here, raw: bytes) -> str:
    return await here.in_thread(fingerprint, here.principal.account_id, raw)


def _asked(raw: bytes, known: KnownBy) -> Asked:
    return asked_by(parsed(CreateTask, raw), known)


@router.get("")
@needs(Permission.READ_TASKS)
def list_tasks(
    here: Called,
    page_num: Annotated[int, Query(ge=1, le=100_000)] = 1,
    page_size: Annotated[int, Query(ge=1, le=viewing.MAX_PAGE)] = 10,
    status: Annotated[ark_answers.Status | None, Query(alias="filter.status")] = None,
    model: Annotated[str | None, Query(alias="filter.model", max_length=128)] = None,
    tier: Annotated[Literal["default", "flex"] | None, Query(alias="filter.service_tier")] = None,
    task_ids: Annotated[list[str] | None, Query(alias="filter.task_ids", max_length=500)] = None,
) -> Page:
    """List one's tasks, the newest first."""
    filters = Filters(
        statuses=() if status is None else ark_answers.statuses_meant(status),
        model=model and here.service.settings.model_names.get(model, model),
        tier=None if tier is None else Tier(tier),
        ids=tuple(task_ids or ()),
    )
    offset = (page_num - 1) * page_size
    found, total = viewing.page(here.service, here.principal, filters, offset, page_size)
    return Page(items=[ark_answers.answer(one, here.link) for one in found], total=total)


@router.get("/{task_id}")
@needs(Permission.READ_TASKS)
def get(here: Called, task_id: str) -> Task:
    """Return a task; once it has succeeded, with the signed address of its video."""
    return ark_answers.answer(viewing.view(here.service, here.principal, task_id), here.link)


@router.delete("/{task_id}")
@needs(Permission.DELETE_TASKS)
def delete(here: Called, task_id: str) -> dict[str, Any]:
    """Cancel a task that waits; delete the record of one that has ended."""
    viewing.delete(here.service, here.principal, task_id)
    return {}
