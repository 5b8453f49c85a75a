"""One task's page: how far it is, what was found, the finished video, and what can be done next."""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Form
from fastapi.responses import FileResponse, Response, StreamingResponse

from cleardance.accounts.roles import Permission
from cleardance.clearance import review, tasks
from cleardance.clearance.clearance_record.model import RecordFormat
from cleardance.clearance.evidence import pictures_handed_in
from cleardance.clearance.jobs.ending import cancel
from cleardance.clearance.jobs.events import fraction_done
from cleardance.clearance.jobs.submitting import submit
from cleardance.clearance.notices import statements
from cleardance.clearance.previews import preview_of
from cleardance.clearance.record import Record, record_of
from cleardance.clearance.references import located
from cleardance.clearance.serving import removed_by
from cleardance.clearance.tasks import Step, TaskRow
from cleardance.errors import NotFound, Removed
from cleardance.request import FPS
from cleardance.rights import licence_requests
from cleardance.rights.licence import Use
from cleardance.server.following import stream
from cleardance.server.pages.licensing import lacking
from cleardance.server.pages.page_route import page_router
from cleardance.server.pages.posters import poster_of
from cleardance.server.pages.visit import Visit, Visiting
from cleardance.server.record_file import record_file
from cleardance.store.tables import TaskStatus

router = page_router("/studio/{task_id}")
_OPEN: Final = (TaskStatus.QUEUED, TaskStatus.RUNNING)
_HEADINGS: Final = {
    TaskStatus.RELEASED: "Cleared and yours",
    TaskStatus.DENIED: "Not cleared",
    TaskStatus.HELD: "A person has to look",
    TaskStatus.FAILED: "It failed",
}
Form_ = Annotated[str, Form()]


@dataclass(frozen=True)
class Shown:
    """A step of the one path as the page lists it; ``fraction`` of it is done."""

    title: str
    state: str  # done, now, stopped, or nothing yet
    fraction: float = 0.0


@router.get("")
def one_task(seen: Visiting, task_id: str) -> Response:
    """Show a task of the account."""
    record = task_of(seen, task_id)
    row = record.task
    released = row.status is TaskStatus.RELEASED
    with seen.service.store.read() as session:
        removal = removed_by(session, task_id) if released else None
        told = statements.of_task(session, task_id)
        handed_in = pictures_handed_in(session, task_id)
    appealed = any(one.appeal for one in record.reviews)
    values = {
        "heading": "Removed" if removal else _HEADINGS.get(row.status, "On its way"),
        "task": _facts(record, removal),
        "media": seen.state.links.path(task_id, "video", seen.now)
        if released and not removal
        else None,
        "verdict": record.verdict,
        "handed_in": handed_in,
        **_progress(seen, row),
        "may_appeal": row.status is TaskStatus.DENIED and not appealed,
        "reviews": record.reviews,
        "recipe": _recipe(record),
        "lacking": lacking(seen, record),
        "came_back": bool(told) and removal is None,
    }
    return seen.html("task.html", "Task", values, here="/studio")


@router.get("/steps")
def steps(seen: Visiting, task_id: str) -> Response:
    """Return the list of steps, which the page replaces while the task runs."""
    row = task_of(seen, task_id).task
    return seen.part("steps.html", **_progress(seen, row))


@router.get("/events")
def events(seen: Visiting, task_id: str) -> Response:
    """Follow the task: the page looks again whenever something happened."""
    task_of(seen, task_id)
    last = seen.request.headers.get("last-event-id", "0")
    after = int(last) if last.isdecimal() and len(last) < 19 else 0
    source = stream(seen.service, task_id, after)
    return StreamingResponse(source, media_type="text/event-stream")


@router.get("/poster.jpg")
def poster(seen: Visiting, task_id: str) -> Response:
    """Return the first picture of a released output, small."""
    task_of(seen, task_id)
    headers = {"Cache-Control": "private, max-age=300"}
    return FileResponse(poster_of(seen.service, task_id), 200, headers, "image/jpeg")


@router.get("/preview.jpg")
def preview(seen: Visiting, task_id: str) -> Response:
    """Return a small picture of what is being made, which was screened; none once it is made."""
    task_of(seen, task_id)
    headers = {"Cache-Control": "private, no-store"}
    try:
        jpeg = preview_of(seen.service, task_id).read_bytes()
    except (NotFound, FileNotFoundError):  # it went on since the page was drawn: no error
        return Response(status_code=204, headers=headers)
    return Response(jpeg, 200, headers, "image/jpeg")


@router.get("/evidence/{digest}")
def evidence(seen: Visiting, task_id: str, digest: str) -> Response:
    """Return a picture that the task's verdicts cite, of what was handed in with it."""
    task_of(seen, task_id)
    with seen.service.store.read() as session:
        if digest not in pictures_handed_in(session, task_id):
            raise NotFound("No verdict on this task cites such a picture.")
    return FileResponse(seen.service.store.blobs.path(digest), media_type="image/jpeg")


@router.get("/clearance.{format_}")
def clearance_record(seen: Visiting, task_id: str, format_: RecordFormat) -> Response:
    """Return what to show a lawyer or an insurer."""
    task_of(seen, task_id)
    return record_file(seen.service, task_id, format_)


@router.post("/appeal")
def appeal(seen: Visiting, task_id: str, csrf: Form_, reason: Form_) -> Response:
    """Appeal a denial."""
    seen.check_form({"csrf": csrf})
    who = seen.require(Permission.APPEAL)
    review.appeal(seen.service, task_id, who.account_name, reason, seen.now)
    return seen.go(f"/studio/{task_id}")


@router.post("/licence")
def ask_for_a_licence(
    seen: Visiting, task_id: str, csrf: Form_, work: Form_, use: Form_, message: Form_
) -> Response:
    """Ask the owner of a work that the task's verdict names for the use that it lacks."""
    seen.check_form({"csrf": csrf})
    who = seen.require(Permission.CREATE_TASKS)
    wanted = {(one.work.id, one.use.value) for one in lacking(seen, task_of(seen, task_id))}
    if (work, use) not in wanted:
        raise NotFound("This task lacks no such licence.")
    licence_requests.request(
        seen.service.store, work, who.account_name, Use(use), message, seen.now
    )
    return seen.go(f"/studio/{task_id}")


@router.post("/cancel")
def stop(seen: Visiting, task_id: str, csrf: Form_) -> Response:
    """Stop a task that is on its way."""
    seen.check_form({"csrf": csrf})
    seen.require(Permission.DELETE_TASKS)
    task_of(seen, task_id)
    cancel(seen.service, task_id)
    return seen.go(f"/studio/{task_id}")


@router.post("/again")
def make_again(seen: Visiting, task_id: str, csrf: Form_) -> Response:
    """Ask for the same once more: the same recipe, cleared as of today."""
    seen.check_form({"csrf": csrf})
    seen.require(Permission.CREATE_TASKS)
    request = located(seen.service, task_of(seen, task_id).task.request)
    return seen.go(f"/studio/{submit(seen.service, request).task_id}")


def task_of(seen: Visit, task_id: str) -> Record:
    """Return a task's record; NotFound if it is another account's."""
    who = seen.require(Permission.READ_TASKS)
    with seen.service.store.read() as session:
        row = tasks.load(session, task_id)
    if row.request.account != who.account_name:
        raise NotFound(f"There is no task {task_id}.")
    return record_of(seen.service, task_id)


def _facts(record: Record, removal: tuple[str, str] | None) -> dict[str, object]:
    row, request = record.task, record.task.request
    return {
        "id": row.id,
        "status": "removed" if removal else row.status.value,
        "open": row.status in _OPEN,
        "prompt": request.prompt,
        "still": request.still,
        "audio": request.audio,
        "ignored": row.ignored,
        "removed": f"{removal[1]} (notice {removal[0]})" if removal else None,
        "error": row.error_message,
    }


def _progress(seen: Visit, row: TaskRow) -> dict[str, object]:
    """Return how far a task is; ``preview`` tells one picture of it from the next."""
    try:
        newest = preview_of(seen.service, row.id).stat().st_mtime_ns
    except (NotFound, Removed, OSError):
        newest = None
    with seen.service.store.read() as session:
        fraction = fraction_done(session, row.id, row.step + 1)
    done = (row.step + fraction) / Step.RELEASE
    return {"id": row.id, "steps": _steps(row, fraction), "progress": done, "preview": newest}


def _steps(row: TaskRow, fraction: float) -> list[Shown]:
    def state(step: Step) -> str:
        if step <= row.step:
            return "done"
        if step > row.step + 1:
            return ""
        return "now" if row.status in _OPEN else "stopped"

    return [
        Shown(step.title, state(step), fraction if step == row.step + 1 else 0.0) for step in Step
    ]


def _recipe(record: Record) -> list[tuple[str, str]]:
    request, row = record.task.request, record.task
    width, height = request.size
    rows = [
        ("Model", f"{request.model} {row.model_version or ''}".strip()),
        ("Seed", str(request.seed)),
        ("Size", f"{width} x {height}"),
    ]
    if not request.still:
        rows += [("Length", f"{request.duration_s:g} s, {FPS} pictures a second")]
        rows += [("Sound", "stereo, 48 kHz" if request.audio else "none")]
    rows += [(one.role.replace("_", " ").capitalize(), one.path.name) for one in request.references]
    rows += [("Task", row.id)]
    if record.ledger_index is not None:
        rows.append(("Ledger entry", str(record.ledger_index)))
    return rows
