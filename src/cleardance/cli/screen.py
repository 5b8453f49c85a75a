"""``cleardance screen``: what would be said of a text or a file, before anything is made."""

import json
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from cleardance.clearance.service import open_service
from cleardance.cli.console import json_option, print_json
from cleardance.cli.exit_codes import ExitCode
from cleardance.cli.words import echo, screen_lines
from cleardance.errors import CleardanceError, UsageError
from cleardance.rights.licence import Asker, Use
from cleardance.rights.snapshot import RegistrySnapshot, current
from cleardance.screen.ask import screen_ask
from cleardance.screen.consent import screen_file
from cleardance.screen.matching import Matchers
from cleardance.verdict import Decision, Verdict

_MEDIA = {".mp4", ".mov", ".mkv", ".webm", ".png", ".jpg", ".jpeg", ".webp", ".gif", ".wav", ".mp3"}
_EXITS = {
    Decision.CLEAR: ExitCode.DONE,
    Decision.HOLD: ExitCode.HELD,
    Decision.DENY: ExitCode.DENIED,
}


@click.command()
@click.argument("what", required=False)
@click.option(
    "--text", "is_text", is_flag=True, help="WHAT is a text, even if a file has its name."
)
@click.option(
    "--batch",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help='Rows {"id", "text"|"path"}; prints one verdict a line, with the row\'s id.',
)
@click.option("--account", default="local", show_default=True, help="Whose licences count.")
@click.option("--post", is_flag=True, help="It is to be published: licences for posts count.")
@json_option
@click.pass_context
def screen(
    ctx: click.Context,
    *,
    what: str | None,
    is_text: bool,
    batch: Path | None,
    account: str,
    post: bool,
    as_json: bool,
) -> None:
    """Screen WHAT, a text or a media file, as a prompt or a reference of an account.

    Says clear, hold or deny, which work, which words or frame, and what to do about it.
    """
    if (what is None) == (batch is None):
        raise UsageError("Give either a text or file to screen, or --batch FILE.")
    with open_service(ctx.obj) as service:
        with service.store.read() as session:
            asker = service.asker(session, account, datetime.now(UTC))
        asker = asker.asking(Use.POST if post else Use.PROMPT)
        desk = _Desk(current(service.store), service.matchers, asker)
    if batch is not None:
        exit_code = ExitCode.DONE
        for row in _screen_batch(batch, desk):
            print_json(row)
            exit_code = ExitCode.FAILED if "error" in row else exit_code
        ctx.exit(exit_code)
    assert what is not None
    verdict = desk.file(Path(what)) if not is_text and _names_a_file(what) else desk.text(what)
    if as_json:
        print_json(verdict.model_dump(mode="json"))
    else:
        echo(screen_lines(verdict))
    ctx.exit(_EXITS[verdict.decision])


@dataclass(frozen=True)
class _Desk:
    """What texts and files are screened with, and for whom."""

    registry: RegistrySnapshot
    matchers: Matchers
    asker: Asker

    def text(self, text: str) -> Verdict:
        return screen_ask(text, self.registry, asker=self.asker)

    def file(self, path: Path) -> Verdict:
        posted = self.asker.use is Use.POST
        asker = self.asker if posted else self.asker.asking(Use.REFERENCE)
        return screen_file(path, self.registry, self.matchers, asker=asker)


def _names_a_file(what: str) -> bool:
    """Whether it is a file's name. Raises UsageError for what looks like one but is none."""
    try:
        path = Path(what)
        if path.is_file():
            return True
        looks_like_one = path.exists() or (path.suffix.lower() in _MEDIA and " " not in what)
    except (OSError, ValueError):  # far too long for a name, or with a null byte: it is a text
        return False
    if looks_like_one:
        raise UsageError(f"{what} is not a file.", hint="If you mean the text, add --text.")
    return False


class _Row(BaseModel):
    """One row of a batch: a text or a file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str | int
    text: str | None = None
    path: Path | None = None

    @model_validator(mode="after")
    def _is_one_thing(self) -> "_Row":
        if (self.text is None) == (self.path is None):
            raise ValueError("either a text or a path is needed")
        return self


def _screen_batch(batch: Path, desk: _Desk) -> Iterator[dict[str, object]]:
    if not batch.is_file():  # a pipe might never end
        raise UsageError(f"{batch} is not a regular file.")
    with batch.open("rb") as rows:
        rows.seek(len(BOM_UTF8) if rows.read(len(BOM_UTF8)) == BOM_UTF8 else 0)
        for number, row in enumerate(rows, start=1):
            if row.strip():
                yield _screen_row(number, row, desk)


def _screen_row(number: int, given: bytes, desk: _Desk) -> dict[str, object]:
    """Return the row's verdict, or its error: one bad row does not end the batch."""
    row_id = _id_of(given)
    try:
        row = _Row.model_validate_json(given)
        verdict = desk.file(row.path) if row.path is not None else desk.text(row.text or "")
    except CleardanceError as error:
        return {"id": row_id, "error": {"code": error.code, "message": error.message}}
    except (ValidationError, OSError) as error:
        message = f"line {number}: {_first_problem(error)}"
        return {"id": row_id, "error": {"code": UsageError.code, "message": message}}
    return {"id": row_id, **verdict.model_dump(mode="json")}


def _id_of(given: bytes) -> object:
    """Return the id of a row, however wrong the rest of it is."""
    try:
        row = json.loads(given)
    except (ValueError, RecursionError):
        return None
    row_id = row.get("id") if isinstance(row, dict) else None
    return row_id if isinstance(row_id, str | int) else None


def _first_problem(error: ValidationError | OSError) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    problem = error.errors()[0]
    return f"{'.'.join(map(str, problem['loc'])) or 'row'}: {problem['msg']}"
