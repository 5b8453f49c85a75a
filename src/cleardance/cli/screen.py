"""``cleardance screen``: what would be said of a text or a file, before anything is made."""

import json
from collections.abc import Iterator
from pathlib import Path

import click

from cleardance.clearance.service import open_service
from cleardance.cli.console import json_option, print_json
from cleardance.cli.exit_codes import ExitCode
from cleardance.cli.words import echo, screen_lines
from cleardance.errors import CleardanceError, UsageError
from cleardance.rights.snapshot import RegistrySnapshot, current
from cleardance.screen.ask import screen_ask
from cleardance.screen.output import screen_file
from cleardance.verdict import Decision, Verdict

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
@json_option
@click.pass_context
def screen(
    ctx: click.Context, what: str | None, is_text: bool, batch: Path | None, as_json: bool
) -> None:
    """Screen WHAT, a text or a media file.

    Says clear, hold or deny, which work, which words or frame, and what to do about it.
    """
    if (what is None) == (batch is None):
        raise UsageError("Give either a text or file to screen, or --batch FILE.")
    with open_service(ctx.obj) as service:
        registry = current(service.store)
    if batch is not None:
        exit_code = ExitCode.DONE
        for row in _screen_batch(batch, registry):
            print_json(row)
            exit_code = ExitCode.FAILED if "error" in row else exit_code
        ctx.exit(exit_code)
    assert what is not None
    verdict = _screen_one(what, registry, is_text=is_text)
    if as_json:
        print_json(verdict.model_dump(mode="json"))
    else:
        echo(screen_lines(verdict))
    ctx.exit(_EXITS[verdict.decision])


def _screen_one(what: str, registry: RegistrySnapshot, *, is_text: bool) -> Verdict:
    if not is_text and _names_a_file(what):
        return screen_file(Path(what), registry)
    return screen_ask(what, registry)


def _names_a_file(what: str) -> bool:
    try:
        return Path(what).is_file()
    except (OSError, ValueError):  # far too long for a name, or with a null byte: it is a text
        return False


def _screen_batch(batch: Path, registry: RegistrySnapshot) -> Iterator[dict[str, object]]:
    with batch.open(encoding="utf-8") as rows:
        for number, row in enumerate(rows, start=1):
            yield _screen_row(number, row, registry)


def _screen_row(number: int, row: str, registry: RegistrySnapshot) -> dict[str, object]:
    """Return the row's verdict, or its error: one bad row does not end the batch."""
    row_id: object = None
    try:
        fields = json.loads(row)
        row_id = fields["id"]
        path = fields.get("path")
        is_file = path is not None
        verdict = (
            screen_file(Path(path), registry) if is_file else screen_ask(fields["text"], registry)
        )
    except CleardanceError as error:
        return {"id": row_id, "error": {"code": error.code, "message": error.message}}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        message = f"line {number}: not a row with an id and a text or path ({error})"
        return {"id": row_id, "error": {"code": UsageError.code, "message": message}}
    return {"id": row_id, **verdict.model_dump(mode="json")}
