"""Tasks as Ark's clients read them."""

from collections.abc import Callable
from typing import Literal

from pydantic import BaseModel, ConfigDict

from cleardance.accounts.usage import tokens_of
from cleardance.clearance.viewing import TaskView
from cleardance.request import FPS, Request
from cleardance.server.wire.refusals import code_of, words
from cleardance.store.tables import TaskStatus

Link = Callable[[str, str], str]
"""Makes the signed address of a file ("video", "last_frame") of a task."""

_REMOVED = "OutputVideoSensitiveContentDetected.PolicyViolation"

Status = Literal["queued", "running", "succeeded", "failed", "cancelled", "expired"]


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Created(_Answer):
    """The id of a task that was taken in."""

    id: str


class TaskError(_Answer):
    """Why there is no output."""

    code: str
    message: str


class Content(_Answer):
    """Signed addresses, good for a day; no key is needed."""

    video_url: str
    last_frame_url: str | None = None


class Usage(_Answer):
    """Tokens: width x height x (24 x seconds + 1) / 1024."""

    completion_tokens: int
    total_tokens: int


class Task(_Answer):
    """A task. ``note`` says what a running one waits for, ``ignored`` which words were not used."""

    id: str
    model: str
    status: Status
    error: TaskError | None
    note: str | None = None
    content: Content | None = None
    usage: Usage | None = None
    created_at: int
    updated_at: int
    seed: int
    resolution: str
    ratio: str
    duration: int
    frames: int
    framespersecond: int = FPS
    generate_audio: bool
    watermark: bool
    draft: bool
    service_tier: str
    priority: int
    execution_expires_after: int | None
    safety_identifier: str | None
    revised_prompt: str | None = None
    ignored: list[str] = []


class Page(_Answer):
    """Some of the tasks, and how many there are."""

    items: list[Task]
    total: int


STATUSES: dict[TaskStatus, Status] = {
    TaskStatus.QUEUED: "queued",
    TaskStatus.RUNNING: "running",
    TaskStatus.HELD: "running",  # a person must look: it has not ended
    TaskStatus.RELEASED: "succeeded",
    TaskStatus.DENIED: "failed",
    TaskStatus.FAILED: "failed",
    TaskStatus.CANCELLED: "cancelled",
    TaskStatus.EXPIRED: "expired",
}


def status_of(task: TaskView) -> Status:
    """Return where a task stands, in Ark's words."""
    if task.status is TaskStatus.RELEASED and not task.is_served:
        return "running" if task.removed is None else "failed"
    return STATUSES[task.status]


def statuses_meant(status: Status) -> tuple[TaskStatus, ...]:
    """Return which of our statuses Ark's filter means."""
    return tuple(ours for ours, theirs in STATUSES.items() if theirs == status)


def answer(task: TaskView, link: Link) -> Task:
    """Return the body of a GET."""
    request, served = task.request, task.is_served
    return Task(
        id=task.id,
        model=request.asked_model or request.model,
        status=status_of(task),
        error=error_of(task),
        note=note_of(task),
        content=_content(task, link) if served else None,
        usage=_usage(request) if served else None,
        created_at=int(task.created_at.timestamp()),
        updated_at=int(task.updated_at.timestamp()),
        seed=request.seed,
        resolution=request.resolution.value,
        ratio=request.ratio.value,
        duration=round(request.duration_s),
        frames=round(request.duration_s * FPS),
        generate_audio=request.audio,
        watermark=request.label is not None,
        draft=request.draft,
        service_tier=task.tier.value,
        priority=task.priority,
        execution_expires_after=_expires_after_s(task),
        safety_identifier=request.end_user,
        ignored=list(task.ignored),
    )


def _content(task: TaskView, link: Link) -> Content:
    last = link(task.id, "last_frame") if task.request.return_last_frame else None
    return Content(video_url=link(task.id, "video"), last_frame_url=last)


def _usage(request: Request) -> Usage:
    tokens = tokens_of(request)
    return Usage(completion_tokens=tokens, total_tokens=tokens)


def note_of(task: TaskView) -> str | None:
    """Return what a task that has not ended waits for, if it is a person."""
    if task.status is not TaskStatus.HELD or task.refused is None:
        return None
    return f"Held until a person has looked at it. {task.refused[1].reason}"


def _expires_after_s(task: TaskView) -> int | None:
    if task.expires_at is None:
        return None
    return round((task.expires_at - task.created_at).total_seconds())


def error_of(task: TaskView) -> TaskError | None:
    """Return why a task has no output: code and message, or None."""
    if task.removed is not None:
        notice_id, why = task.removed
        message = f"The output was removed on notice {notice_id}: {why}"
        return TaskError(
            code="OutputVideoSensitiveContentDetected.PolicyViolation", message=message
        )
    if task.status is TaskStatus.DENIED:
        assert task.refused is not None
        stage, verdict = task.refused
        return TaskError(code=code_of(verdict, stage, task.request), message=words(verdict))
    if task.error is not None and task.status is TaskStatus.FAILED:
        code, message = task.error
        return TaskError(code=code, message=message)
    return None
