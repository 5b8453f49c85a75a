"""``cleardance worker``: work the queue, or finish what dead processes left behind."""

import signal
from threading import Event

import click

from cleardance.cli.console import json_option, print_json, step_bars
from cleardance.cli.exit_codes import ExitCode
from cleardance.cli.words import echo, record_lines
from cleardance.logs import log_to


@click.command()
@click.option("--once", is_flag=True, help="Finish what is there in this process, then end.")
@click.option(
    "--slots", type=click.IntRange(1, 64), default=1, show_default=True,
    help="How many tasks at once, each in a process of its own.",
)  # fmt: skip
@click.option(
    "--grace", "grace_s", type=click.FloatRange(0), default=30.0, show_default=True,
    metavar="SECONDS", help="How long what runs may go on after SIGTERM or Ctrl-C.",
)  # fmt: skip
@json_option
@click.pass_context
def worker(ctx: click.Context, *, once: bool, slots: int, grace_s: float, as_json: bool) -> None:
    """Work the queue until told to stop (SIGTERM, Ctrl-C).

    Any number of workers, on any number of machines with the same database and blobs, may do so.
    With --once: finish tasks that a crash interrupted. Each goes on from its last committed step.
    Tasks that another process is working on are left alone.
    """
    if once:
        _finish(ctx, as_json=as_json)
    from cleardance.clearance.jobs.worker import work
    from cleardance.clearance.service import open_service

    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with open_service(ctx.obj) as service:
        log_to(details=service.settings.log_details)
        click.echo(f"Working, {slots} at once.", err=True)
        work(service, slots, stop, grace_s=grace_s)
    click.echo("Stopped; what was not finished is back in the queue.", err=True)


def _finish(ctx: click.Context, *, as_json: bool) -> None:
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
