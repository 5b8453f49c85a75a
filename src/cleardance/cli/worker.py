"""``cleardance worker``: take over tasks that a dead process left behind."""

import click

from cleardance.cli.console import json_option, print_json, step_bars
from cleardance.cli.exit_codes import ExitCode
from cleardance.cli.words import echo, record_lines


@click.command()
@click.option("--once", is_flag=True, required=True, help="Finish what is there, then end.")
@json_option
@click.pass_context
def worker(ctx: click.Context, once: bool, as_json: bool) -> None:
    """Finish tasks that a crash interrupted.

    Each goes on from its last committed step. Tasks that another process is working on are
    left alone.
    """
    from cleardance.clearance.flow import resume_unfinished
    from cleardance.clearance.service import open_service

    with open_service(ctx.obj) as service, step_bars() as progress:
        records = list(resume_unfinished(service, progress))
    if as_json:
        print_json({"tasks": [record.to_json() for record in records]})
    elif not records:
        click.echo("Nothing was left unfinished.")
    else:
        for record in records:
            echo(record_lines(record))
    failed = any(record.status == "failed" for record in records)
    ctx.exit(ExitCode.FAILED if failed else ExitCode.DONE)
