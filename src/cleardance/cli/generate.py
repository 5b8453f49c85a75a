"""``cleardance generate``: a prompt in, a cleared, signed and logged video out."""

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click
from click import Context
from click.core import ParameterSource
from pydantic import ValidationError

from cleardance.cli.console import json_option, print_json, step_bars
from cleardance.cli.exit_codes import ExitCode
from cleardance.cli.words import echo, record_lines
from cleardance.errors import UsageError
from cleardance.request import Ratio, ReferenceInput, Request, Resolution

if TYPE_CHECKING:
    from cleardance.clearance.record import Record
    from cleardance.clearance.service import Service

EXITS = {
    "released": ExitCode.DONE,
    "denied": ExitCode.DENIED,
    "held": ExitCode.HELD,
    "failed": ExitCode.FAILED,
    "cancelled": ExitCode.FAILED,
    "expired": ExitCode.FAILED,
}
_IMAGE_ROLES = ("first_frame", "last_frame", "reference_image")


@click.command()
@click.argument("prompt", required=False)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="Where to put the video (.mp4 or .mov), or a still (.png).",
)
@click.option("--model", default="draft", show_default=True, help="Which generator.")
@click.option(
    "--duration", "duration_s", type=float, default=5.0, show_default=True, metavar="SECONDS",
    help="Length; draft makes 4 to 15 s.",
)  # fmt: skip
@click.option(
    "--ratio", type=click.Choice([r.value for r in Ratio]), default="16:9", show_default=True,
    help="Width to height.",
)  # fmt: skip
@click.option(
    "--resolution", type=click.Choice([r.value for r in Resolution]), default="720p",
    show_default=True, help="Size class; 720p at 16:9 is 1280x720.",
)  # fmt: skip
@click.option("--seed", type=int, help="The same seed makes the same video [default: drawn].")
@click.option(
    "--image", "images", multiple=True, metavar="FILE[:ROLE]",
    help="Reference image, as first_frame (default), last_frame or reference_image.",
)  # fmt: skip
@click.option("--video", "videos", multiple=True, metavar="FILE", help="Reference video.")
@click.option("--audio", "sounds", multiple=True, metavar="FILE", help="Reference sound.")
@click.option(
    "--again", metavar="FILE",
    help="Make the same again as FILE, a copy of an output; PROMPT only if nobody here knows it.",
)  # fmt: skip
@click.option("--label", type=click.Choice(["eu", "cn"]), help="Show that it is generated.")
@click.option("--no-audio", is_flag=True, help="Make no sound.")
@click.option("--draft", is_flag=True, help="A quick preview: the draft model, whatever --model.")
@click.option(
    "--account", default="local", show_default=True, help="The account it is made for."
)  # fmt: skip
@json_option
@click.pass_context
def generate(
    ctx: Context,
    *,
    prompt: str | None,
    output: Path,
    model: str,
    duration_s: float,
    ratio: str,
    resolution: str,
    seed: int | None,
    images: tuple[str, ...],
    videos: tuple[str, ...],
    sounds: tuple[str, ...],
    again: str | None,
    label: str | None,
    no_audio: bool,
    draft: bool,
    account: str,
    as_json: bool,
) -> None:
    """Make a video with sound, or a still, from PROMPT.

    The prompt is screened, the video generated, screened, signed and logged; only then is it at
    the place you asked for. A prompt may describe several shots: "Shot 1: a cat sits in a room.
    Shot 2: the cat chases a mouse."
    """
    from cleardance.clearance.flow import clear
    from cleardance.clearance.service import open_service

    if again is not None:
        _refuse_others(ctx)
        with open_service(ctx.obj) as service, step_bars() as progress:
            request = _again(service, again, prompt, account=account, container=_container(output))
            record = clear(service, request, output, progress)
        _end(ctx, record, as_json)
    if prompt is None:
        raise UsageError("There is no PROMPT.", hint="Say what to make, or --again FILE.")
    references = (
        *(_image(value) for value in images),
        *(_reference(Path(value), "video", "reference_video") for value in videos),
        *(_reference(Path(value), "audio", "reference_audio") for value in sounds),
    )
    request = _request(
        prompt=prompt,
        account=account,
        model="draft" if draft else model,
        duration_s=duration_s,
        ratio=ratio,
        resolution=resolution,
        seed=secrets.randbelow(2**31) if seed is None else seed,
        audio=not no_audio,
        label=label,
        still=output.suffix.lower() == ".png",
        container=_container(output),
        references=references,
    )
    with open_service(ctx.obj) as service, step_bars() as progress:
        record = clear(service, request, output, progress)
    _end(ctx, record, as_json)


def _end(ctx: Context, record: "Record", as_json: bool) -> NoReturn:
    if as_json:
        print_json(record.to_json())
    else:
        echo(record_lines(record))
    ctx.exit(EXITS[record.status])


def _refuse_others(ctx: Context) -> None:
    """Making the same again leaves nothing to choose but where it goes and for whom."""
    free = {"prompt", "output", "again", "account", "as_json"}
    given = ParameterSource.COMMANDLINE
    chosen = [p for p in ctx.params if p not in free and ctx.get_parameter_source(p) is given]
    if chosen:
        raise UsageError("--again takes all from the file; give nothing but -o and --account.")


def _container(output: Path) -> str:
    """Return what the name asks for; a name that ends in neither is refused with the rest."""
    return "mov" if output.suffix.lower() == ".mov" else "mp4"


def _again(service: "Service", file: str, prompt: str | None, **changed: str) -> Request:
    from cleardance.clearance.fetching import local_file
    from cleardance.clearance.remake import request_behind

    with local_file(service, file) as (path, _):
        request = request_behind(service, path, prompt)
    return request.model_copy(update=changed)


def _image(value: str) -> ReferenceInput:
    path, _, role = value.rpartition(":")
    if role in _IMAGE_ROLES and path:
        return _reference(Path(path), "image", role)
    return _reference(Path(value), "image", "first_frame")


def _reference(path: Path, media: str, role: str) -> ReferenceInput:
    if not path.is_file():
        raise UsageError(f"There is no file {path}.")
    return ReferenceInput.model_validate({"path": path, "media": media, "role": role})


def _request(**values: object) -> Request:
    try:
        return Request.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"{name}: {first['msg']}") from error
