"""Studio: a prompt with live clearance, what became of it, and everything made before."""

import re
import secrets
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final, Literal

from fastapi import Form, UploadFile
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator
from starlette.concurrency import run_in_threadpool

from cleardance.accounts.roles import Permission
from cleardance.clearance import viewing
from cleardance.clearance.continuing import write_last_frame
from cleardance.clearance.jobs.submitting import submit
from cleardance.errors import CleardanceError, UsageError
from cleardance.generate.models import models
from cleardance.request import MAX_PROMPT_CHARS, Ratio, ReferenceInput, Request, Resolution
from cleardance.rights.licence import Use
from cleardance.rights.snapshot import current
from cleardance.screen.ask import screen_ask
from cleardance.server.errors import from_validation
from cleardance.server.pages.one_task import task_of
from cleardance.server.pages.page_route import page_router
from cleardance.server.pages.visit import Visit, Visiting
from cleardance.verdict import Verdict

router = page_router("/studio")
_NO_NAME: Final = re.compile(r"[^\w .-]|^\.+")
"""What a file's name is kept without: it is shown, and a part of a path."""
_TILES: Final = 24
_FIRST: Final = "first_frame"
_MEDIA: Final = {"image", "video", "audio"}
Yes = Literal["yes"] | None


class Asked(BaseModel):
    """The form as it was filled in; given back with what is wrong with it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    prompt: str = ""
    model: str = "draft"
    ratio: Ratio = Ratio.R16_9
    resolution: Resolution = Resolution.P720
    duration_s: float = 5.0
    seed: int | None = None
    audio: Yes = "yes"
    still: Yes = None
    after: str | None = None  # the task that it goes on from

    @field_validator("seed", mode="before")
    @classmethod
    def _any(cls, value: object) -> object:
        return None if value == "" else value

    def request(self, account: str, references: tuple[ReferenceInput, ...]) -> Request:
        """Return what it asks for; ValidationError. A seed is drawn if none was given."""
        return Request.model_validate(
            {
                **self.model_dump(exclude={"seed", "audio", "still", "after"}),
                "remixed_from": self.after,
                "account": account,
                "seed": secrets.randbelow(2**31) if self.seed is None else self.seed,
                "audio": bool(self.audio) and not self.still,
                "still": bool(self.still),
                "references": references,
            }
        )


@router.get("")
def studio(
    seen: Visiting,
    q: str = "",
    before: str | None = None,
    prompt: str = "",
    after: str | None = None,
) -> Response:
    """Show the form and what the account made; ``after`` is an output to go on from."""
    asked = Asked(prompt=prompt[:MAX_PROMPT_CHARS])
    if after is not None:
        asked = _going_on(seen, after)
    return _page(seen, asked, search=q[:200], before=before)


@router.post("/clearance")
def live_clearance(seen: Visiting, prompt: Annotated[str, Form()] = "") -> Response:
    """Say what would be said of a prompt, while it is being typed."""
    seen.require(Permission.SCREEN)
    seen.check_form({})
    return seen.part("clearance.html", verdict=_screened(seen, prompt))


def _screened(seen: Visit, prompt: str) -> Verdict | None:
    if not prompt.strip():
        return None
    name = seen.require(Permission.SCREEN).account_name
    with seen.service.store.read() as session:
        asker = seen.service.asker(session, name, seen.now).asking(Use.PROMPT)
    return screen_ask(prompt[:MAX_PROMPT_CHARS], current(seen.service.store), asker=asker)


@router.post("")
async def make(seen: Visiting, files: list[UploadFile] | None = None) -> Response:
    """Take the form in; lead to the task, cleared or not, or say what is wrong with the form."""
    form = await seen.request.form()
    seen.check_form(form)
    seen.require(Permission.CREATE_TASKS)
    try:
        asked = Asked.model_validate({"audio": None, **_texts(form)})
    except ValidationError as error:
        return _page(seen, Asked(), problem=from_validation(error).message, status=400)
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(dir=seen.service.store.home.work))
        try:
            handed_in = await _kept(files or [], form.getlist("roles"), Path(folder))
            task_id = await run_in_threadpool(_submit, seen, asked, Path(folder), handed_in)
        except ValidationError as error:
            return _page(seen, asked, problem=from_validation(error).message, status=400)
        except CleardanceError as error:
            return _page(seen, asked, problem=error.diagnostics(), status=error.http_status)
    return seen.go(f"/studio/{task_id}")


def _going_on(seen: Visit, task_id: str) -> Asked:
    """Return the form that asks for what comes after an output."""
    before = task_of(seen, task_id).task.request
    takes = (
        one.name
        for one in models(seen.service.settings).values()
        if _FIRST in one.capabilities.roles
    )
    return Asked(
        prompt=before.prompt,
        model=next(takes, before.model),
        ratio=before.ratio,
        resolution=before.resolution,
        after=task_id,
    )


def _submit(seen: Visit, asked: Asked, folder: Path, references: tuple[ReferenceInput, ...]) -> str:
    who = seen.require(Permission.CREATE_TASKS)
    if asked.after is not None:
        task_of(seen, asked.after)
        first = folder / "last frame.png"
        write_last_frame(seen.service, asked.after, first)
        last = {"path": first, "media": "image", "role": _FIRST}
        references = (ReferenceInput.model_validate(last), *references)
    return submit(seen.service, asked.request(who.account_name, references)).task_id


async def _kept(
    files: list[UploadFile], roles: list[Any], folder: Path
) -> tuple[ReferenceInput, ...]:
    """Write what was handed in where the path takes it from; ``roles`` are in the files' order.

    Raises UsageError for other kinds, ValidationError for other roles.
    """
    kept, named = [], [one for one in files if one.filename]
    for number, file in enumerate(named):
        kind = (file.content_type or "").partition("/")[0]
        if kind not in _MEDIA:
            raise UsageError(f"{file.filename} is no picture, clip or sound.")
        path = folder / str(number) / _NO_NAME.sub("_", str(file.filename))[-80:]
        path.parent.mkdir()
        await run_in_threadpool(path.write_bytes, await file.read())
        role = roles[number] if len(roles) == len(named) else f"reference_{kind}"
        kept.append(ReferenceInput.model_validate({"path": path, "media": kind, "role": role}))
    return tuple(kept)


def _texts(form: Any) -> dict[str, str]:
    return {name: value for name, value in form.items() if isinstance(value, str)}


def _page(
    seen: Visit,
    asked: Asked,
    *,
    problem: str | None = None,
    search: str = "",
    before: str | None = None,
    status: int = 200,
) -> Response:
    who = seen.require(Permission.CREATE_TASKS)
    wanted = viewing.Filters(words=search)
    tiles, more = viewing.page_after(seen.service, who, before, _TILES, filters=wanted)
    values = {
        "form": asked,
        "problem": problem,
        "search": search,
        "tiles": tiles,
        "more": tiles[-1].id if more else None,
        "verdict": _screened(seen, asked.prompt),
        "models": models(seen.service.settings).values(),
        "ratios": list(Ratio),
        "resolutions": list(Resolution),
    }
    return seen.html("studio.html", "Studio", values, here="/studio", status=status)
