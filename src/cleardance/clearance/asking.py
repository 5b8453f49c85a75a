"""From what a client asked for, in whatever API, to a ``Request``: nothing left open.

A seed of -1 is drawn, ``adaptive`` becomes the ratio of the first frame, a duration of -1 the
model's own; what is handed in by address is fetched; names of models that clients know lead to the
models here.
"""

import re
import secrets
from dataclasses import dataclass, field
from typing import Literal

from pydantic import ValidationError

from cleardance.accounts.roles import Principal
from cleardance.clearance.handed_in import Given, Received, received
from cleardance.clearance.jobs import submitting
from cleardance.clearance.jobs.incoming import Incoming, JobOptions, Submitted
from cleardance.clearance.jobs.submitting import submit
from cleardance.clearance.references import located
from cleardance.clearance.service import Service
from cleardance.errors import NoSuchModel, NotFound, UnsupportedByModel, UsageError
from cleardance.generate.models import Model, models
from cleardance.request import FPS, Ratio, ReferenceInput, Request, Resolution

_MENTION = re.compile(r"@(Image|Video|Audio)(\d{1,3})\b", re.IGNORECASE)


@dataclass(frozen=True)
class Asked:
    """What a client wants, before anything was looked at. None is as the model or we like it."""

    model: str
    prompt: str
    given: tuple[Given, ...] = ()
    draft_of: str | None = None
    resolution: str | None = None
    ratio: str | None = None
    duration_s: int | None = None
    frames: int | None = None
    seed: int = -1
    audio: bool | None = None
    visible_label: bool = False
    camera_fixed: bool = False
    draft: bool = False
    container: Literal["mp4", "mov"] = "mp4"
    return_last_frame: bool = False
    end_user: str | None = None
    remixed_from: str | None = None
    options: JobOptions = field(default_factory=JobOptions)

    @property
    def brings_files(self) -> bool:
        """Whether anything is to be looked at beside the prompt."""
        return bool(self.given) or self.draft_of is not None


def ask(service: Service, principal: Principal, asked: Asked) -> Submitted:
    """Take a request in; return what became of it so far.

    Raises NoSuchModel, UnsupportedByModel, UsageError or MediaError for what cannot be served,
    and as ``submit``.
    """
    draft_of = None if asked.draft_of is None else _draft(service, principal, asked.draft_of)
    model = _model_of(service, asked)
    with received(service, principal.account_id, asked.given) as files:
        request = _request(service, principal, asked, model, files, draft_of)
        return submit(service, request, options=asked.options, principal=principal)


def prepare(service: Service, principal: Principal, asked: Asked) -> Incoming:
    """Check and judge what hands nothing in; ``jobs.together`` stores it. Raises as ``ask``."""
    assert not asked.brings_files
    request = _request(service, principal, asked, _model_of(service, asked), (), None)
    return submitting.prepare(service, request, principal=principal, options=asked.options)


def _model_of(service: Service, asked: Asked) -> Model:
    return _model(service, "draft" if asked.draft else asked.model)


def _model(service: Service, name: str) -> Model:
    there = models(service.settings)
    ours = service.settings.model_names.get(name, name)
    if ours not in there:
        known = ", ".join([*there, *service.settings.model_names])
        raise NoSuchModel(f"There is no model {name[:128]!r} here.", hint=f"Models: {known}.")
    return there[ours]


def _draft(service: Service, principal: Principal, task_id: str) -> Request:
    """Return the request behind one of the asker's own drafts. Raises NotFound."""
    task = service.task(task_id)
    if task.request.account != principal.account_name or not task.request.draft:
        raise NotFound(f"There is no draft {task_id[:64]} of yours.")
    return located(service, task.request)


def _request(
    service: Service,
    principal: Principal,
    asked: Asked,
    model: Model,
    files: tuple[Received, ...],
    draft_of: Request | None,
) -> Request:
    references = (*(one.reference for one in files), *(draft_of.references if draft_of else ()))
    prompt = asked.prompt or (draft_of.prompt if draft_of else "")
    _check_mentions(prompt, references)
    _check_roles(references)
    values = {
        "prompt": prompt,
        "account": principal.account_name,
        "model": model.name,
        "asked_model": None if asked.model == model.name else asked.model,
        "duration_s": _duration_s(asked, model, draft_of),
        "ratio": _ratio(asked, files, draft_of),
        "resolution": _resolution(asked, draft_of),
        "seed": _seed(asked, draft_of),
        "audio": _audio(asked, model, draft_of),
        "label": _label(service) if asked.visible_label else None,
        "references": references,
        "camera_fixed": asked.camera_fixed,
        "draft": asked.draft,
        "container": asked.container,
        "return_last_frame": asked.return_last_frame,
        "end_user": asked.end_user,
        "remixed_from": asked.remixed_from,
    }
    try:
        return Request.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"{name}: {first['msg']}.") from error


def _audio(asked: Asked, model: Model, draft_of: Request | None) -> bool:
    if asked.audio is not None:
        return asked.audio
    return draft_of.audio if draft_of else model.capabilities.audio


def _duration_s(asked: Asked, model: Model, draft_of: Request | None) -> float:
    if asked.frames is not None:
        return asked.frames / FPS
    if asked.duration_s == -1:
        return model.capabilities.default_duration_s
    if asked.duration_s is not None:
        return float(asked.duration_s)
    return draft_of.duration_s if draft_of else 5.0


def _ratio(asked: Asked, files: tuple[Received, ...], draft_of: Request | None) -> Ratio:
    wanted = asked.ratio or (draft_of.ratio.value if draft_of else "adaptive")
    if wanted != "adaptive":
        return Ratio(wanted)
    pictures = [one.found for one in files if one.reference.media != "audio"]
    if not pictures:
        return Ratio.R16_9
    shape = pictures[0].width_px / pictures[0].height_px
    return min(Ratio, key=lambda ratio: abs(_shape(ratio) / shape - 1))


def _shape(ratio: Ratio) -> float:
    width, height = map(int, ratio.value.split(":"))
    return width / height


def _resolution(asked: Asked, draft_of: Request | None) -> Resolution:
    wanted = asked.resolution or (draft_of.resolution.value if draft_of else "720p")
    try:
        return Resolution(wanted)
    except ValueError:
        raise UnsupportedByModel(f"No model here makes {wanted}.") from None


def _seed(asked: Asked, draft_of: Request | None) -> int:
    if asked.seed != -1:
        return asked.seed
    return draft_of.seed if draft_of else secrets.randbelow(2**31)


def _label(service: Service) -> Literal["eu", "cn"]:
    return "cn" if service.settings.label == "cn" else "eu"


def _check_mentions(prompt: str, references: tuple[ReferenceInput, ...]) -> None:
    kinds = [one.media for one in references]
    for kind, number in _MENTION.findall(prompt):
        if not 1 <= int(number) <= kinds.count(kind.lower()):
            raise UsageError(f"The prompt names @{kind}{number}, which was not handed in.")


def _check_roles(references: tuple[ReferenceInput, ...]) -> None:
    """First frame, first and last frame, and references of all kinds exclude one another."""
    roles = [one.role for one in references]
    for role in ("first_frame", "last_frame"):
        if roles.count(role) > 1:
            raise UsageError(f"There are {roles.count(role)} files as {role}; give roles.")
    if "last_frame" in roles and "first_frame" not in roles:
        raise UsageError("A last frame needs a first frame.")
    if "first_frame" in roles and any(role.startswith("reference_") for role in roles):
        raise UsageError("First and last frames exclude references: give the one or the other.")
