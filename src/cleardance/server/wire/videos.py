"""``/v1/videos``: what OpenAI's clients send, and the object that they read."""

import re
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from cleardance.clearance.asking import Asked
from cleardance.clearance.handed_in import Given
from cleardance.clearance.jobs.incoming import JobOptions
from cleardance.clearance.viewing import TaskView
from cleardance.errors import UnsupportedByModel, UsageError
from cleardance.request import MAX_PROMPT_CHARS, Ratio, Resolution, frame_size
from cleardance.server.wire.ark_answers import error_of, note_of, status_of
from cleardance.server.wire.base import Wire

_SIZES = {frame_size(ratio, size): (ratio, size) for size in Resolution for ratio in Ratio}
_STATUSES: dict[str, Literal["queued", "in_progress", "completed", "failed"]] = {
    "queued": "queued",
    "running": "in_progress",
    "succeeded": "completed",
}


class ImageReference(Wire):
    """The first frame, by its address."""

    image_url: str = Field(min_length=1)


class CreateVideo(Wire):
    """``POST /videos``. In a form, numbers are text; seconds always are."""

    prompt: str = Field(min_length=1, max_length=MAX_PROMPT_CHARS)
    model: str = Field("draft", min_length=1, max_length=128)
    seconds: str = Field("4", pattern=r"^[0-9]{1,2}$")
    size: str = Field("1280x720", pattern=r"^[0-9]{2,4}x[0-9]{2,4}$")
    seed: int | None = Field(None, ge=-1, le=2**31 - 1)
    input_reference: ImageReference | None = None

    @field_validator("seconds", mode="before")
    @classmethod
    def _as_text(cls, value: Any) -> Any:
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class Remix(Wire):
    """``POST /videos/{id}/remix``: the same again, but for the prompt."""

    prompt: str = Field(min_length=1, max_length=MAX_PROMPT_CHARS)


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class VideoError(_Answer):
    """Why there is no video."""

    code: str
    message: str


class Video(_Answer):
    """A video, or what is to become one. ``note`` says what it waits for."""

    id: str
    object: Literal["video"] = "video"
    model: str
    status: Literal["queued", "in_progress", "completed", "failed"]
    progress: int
    prompt: str | None
    seconds: str
    size: str
    created_at: int
    completed_at: int | None
    expires_at: int | None
    error: VideoError | None
    remixed_from_video_id: str | None = None
    note: str | None = None


class VideoPage(_Answer):
    """Some of the videos."""

    object: Literal["list"] = "list"
    data: list[Video]
    first_id: str | None
    last_id: str | None
    has_more: bool


class Deleted(_Answer):
    """What is no more."""

    id: str
    object: Literal["video.deleted"] = "video.deleted"
    deleted: Literal[True] = True


def asked_by(body: CreateVideo, file: Given | None, options: JobOptions) -> Asked:
    """Return what a create asks for. Raises UsageError for a size that no model makes."""
    ratio, resolution = _size(body.size)
    given = [file] if file is not None else []
    if body.input_reference is not None:
        url = body.input_reference.image_url
        given.append(Given(url, "image", "first_frame", "input_reference"))
    if len(given) > 1:
        raise UsageError("input_reference was given twice.")
    return Asked(
        model=body.model,
        prompt=body.prompt,
        given=tuple(given),
        resolution=resolution.value,
        ratio=ratio.value,
        duration_s=int(body.seconds),
        seed=-1 if body.seed is None else body.seed,
        options=options,
    )


def remixed(task: TaskView, prompt: str, options: JobOptions) -> Asked:
    """Return what a remix asks for: all that its original had, with other words."""
    request = task.request
    if request.references:
        raise UnsupportedByModel("A video with references is not remixed: hand them in anew.")
    return Asked(
        model=request.asked_model or request.model,
        prompt=prompt,
        resolution=request.resolution.value,
        ratio=request.ratio.value,
        duration_s=round(request.duration_s),
        seed=request.seed,
        audio=request.audio,
        remixed_from=task.id,
        options=options,
    )


def _size(text: str) -> tuple[Ratio, Resolution]:
    width, height = map(int, text.split("x"))
    try:
        return _SIZES[width, height]
    except KeyError:
        known = ", ".join(f"{w}x{h}" for w, h in _SIZES)
        raise UnsupportedByModel(f"No model here makes {text}.", hint=f"Sizes: {known}.") from None


def from_form(fields: Mapping[str, str]) -> dict[str, Any]:
    """Return a form's fields as JSON has them: ``input_reference[image_url]`` is nested."""
    body: dict[str, Any] = {}
    for name, text in fields.items():
        value: Any = text
        if name == "seed":
            if not re.fullmatch(r"-?[0-9]{1,10}", text):
                raise UsageError("seed is a whole number.")
            value = int(text)
        if nested := re.fullmatch(r"([a-z_]{1,32})\[([a-z_]{1,32})\]", name):
            inner = body.setdefault(nested[1], {})
            if not isinstance(inner, dict):
                raise UsageError(f"{nested[1]} was given twice.")
            inner[nested[2]] = value
        else:
            body[name] = value
    return body


def answer(task: TaskView) -> Video:
    """Return the video object of a task."""
    request, status = task.request, _STATUSES.get(status_of(task), "failed")
    width, height = request.size
    done = int(task.updated_at.timestamp()) if status == "completed" else None
    return Video(
        id=task.id,
        model=request.asked_model or request.model,
        status=status,
        progress=100 if status == "completed" else 100 * (task.step - 2) // 6,
        prompt=request.prompt,
        seconds=f"{request.duration_s:g}",
        size=f"{width}x{height}",
        created_at=int(task.created_at.timestamp()),
        completed_at=done,
        expires_at=None,
        error=_error(task) if status == "failed" else None,
        remixed_from_video_id=request.remixed_from,
        note=note_of(task),
    )


def _error(task: TaskView) -> VideoError:
    error = error_of(task)
    if error is None:  # cancelled or expired, for which there is no status here
        return VideoError(code=task.status.value, message=f"The task was {task.status.value}.")
    return VideoError(code=error.code, message=error.message)
