"""``cleardance task``: what became of a request, and getting what was released."""

from datetime import UTC, datetime
from pathlib import Path

import click

from cleardance.clearance.record import Record, record_of
from cleardance.clearance.service import open_service
from cleardance.cli.console import json_option, print_json, step_bars
from cleardance.cli.exit_codes import ExitCode
from cleardance.cli.generate import EXITS
from cleardance.cli.words import echo, record_lines
from cleardance.store.failures import os_failures


@click.group()
def task() -> None:
    """Follow a request by its task: see it, let it go on, fetch what was released."""


@task.command()
@click.argument("task_id", metavar="TASK")
@json_option
@click.pass_context
def show(ctx: click.Context, task_id: str, as_json: bool) -> None:
    """Show where TASK stands, its verdict, the reviews of it, and why its output was removed."""
    from cleardance.clearance.notices import statements

    with open_service(ctx.obj) as service:
        record = record_of(service, task_id)
        with service.store.read() as session:
            told = statements.of_task(session, task_id)
    if as_json:
        print_json({**record.to_json(), "statements": [one.to_json() for one in told]})
    else:
        echo(record_lines(record))
        for one in told:
            click.echo(f"\n{statements.words(one)}")


@task.command()
@click.argument("task_id", metavar="TASK")
@json_option
@click.pass_context
def resume(ctx: click.Context, task_id: str, as_json: bool) -> None:
    """Finish TASK, which a crash interrupted or a reviewer has released.

    The file goes where it was asked for. Exit codes as of generate.
    """
    from cleardance.clearance import flow

    with open_service(ctx.obj) as service, step_bars() as progress:
        record = flow.resume(service, task_id, progress)
    _print(record, as_json=as_json)
    ctx.exit(EXITS.get(record.status, ExitCode.FAILED))


@task.command()
@click.argument("task_id", metavar="TASK")
@json_option
@click.pass_context
def cancel(ctx: click.Context, task_id: str, as_json: bool) -> None:
    """End TASK, whether it waits or is being worked on; nothing of it is released."""
    from cleardance.clearance.jobs.ending import cancel as cancel_task

    with open_service(ctx.obj) as service:
        cancel_task(service, task_id)
        _print(record_of(service, task_id), as_json=as_json)


@task.command()
@click.argument("task_id", metavar="TASK")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="Where to put the file.",
)
@json_option
@click.pass_context
def fetch(ctx: click.Context, task_id: str, output: Path, as_json: bool) -> None:
    """Put the released file of TASK at another place."""
    from cleardance.clearance.releasing import fetch as fetch_file

    with open_service(ctx.obj) as service:
        fetch_file(service, task_id, output)
    if as_json:
        print_json({"id": task_id, "path": str(output.absolute())})
    else:
        click.echo(f"{output} is there.")


@task.command()
@click.argument("task_id", metavar="TASK")
@click.option("--format", "format_", type=click.Choice(["json", "pdf"]), default="pdf",
              show_default=True)  # fmt: skip
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="Where to put it.",
)
@click.pass_context
def record(ctx: click.Context, task_id: str, format_: str, output: Path) -> None:
    """Write the clearance record of TASK: what was asked, compared, decided and made, with proofs.

    It is for a lawyer or an insurer; ledger check-record checks it without this home. It holds the
    prompt and the key to the ledger's commitments about this task: give it to whom you trust.
    """
    from cleardance.clearance.clearance_record.gathering import gather
    from cleardance.clearance.clearance_record.model import RecordFormat
    from cleardance.clearance.clearance_record.writing import written

    with open_service(ctx.obj) as service:
        made = gather(service, task_id, datetime.now(UTC))
    with os_failures(output):
        output.write_bytes(written(made, RecordFormat(format_)))
    click.echo(f"{output} is there.")


def _print(record: Record, *, as_json: bool) -> None:
    if as_json:
        print_json(record.to_json())
    else:
        echo(record_lines(record))
