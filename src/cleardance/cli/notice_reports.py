"""Commands of ``cleardance notice`` that tell how things stand, to whom they concern."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from cleardance.clearance.notices.due import Urgency
from cleardance.clearance.notices.due import due as find_due
from cleardance.clearance.service import open_service
from cleardance.cli.console import json_option, print_json
from cleardance.errors import UsageError
from cleardance.rights.grant import parse_moment

_OUTPUT = click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Where to put it."
)
_FROM = click.option("--from", "start", required=True, metavar="TIME", help="RFC 3339, or a day.")
_TO = click.option("--to", "end", required=True, metavar="TIME", help="The first moment after it.")


@click.command()
@click.option("--soon", "soon_h", type=float, default=24.0, show_default=True, metavar="HOURS",
              help="Remind of what is due within so many hours.")  # fmt: skip
@json_option
@click.pass_context
def due(ctx: click.Context, soon_h: float, as_json: bool) -> None:
    """List what waits about notices, the most urgent first; for a timer.

    First it finishes executing what a crash interrupted. Exit code 4 if something is due soon, 1
    if a deadline has passed.
    """
    from cleardance.clearance.notices.executing import resume_interrupted

    with open_service(ctx.obj) as service:
        resume_interrupted(service)
        found = find_due(service, datetime.now(UTC), soon=timedelta(hours=soon_h))
    if as_json:
        print_json({"due": [{**vars(one), "urgency": one.urgency.value} for one in found]})
    for one in () if as_json else found:
        alarm = "DEADLINE PASSED  " if one.urgency is Urgency.OVERDUE else ""
        click.echo(f"{alarm}{one.due_at}  {one.urgency:<7}  {one.subject}: {one.what}")
    urgencies = {one.urgency for one in found}
    ctx.exit(1 if Urgency.OVERDUE in urgencies else 4 if Urgency.SOON in urgencies else 0)


@click.command()
@click.argument("notice_id", metavar="ID")
@click.option("--secret", required=True, help="The notice's, which its sender was given.")
@click.option("--html", "as_html", is_flag=True, help="Print the page.")
@click.pass_context
def status(ctx: click.Context, notice_id: str, secret: str, as_html: bool) -> None:
    """Show where the notice ID stands and what was done when, as its sender sees it; JSON."""
    from cleardance.clearance.notices.status import status_of

    with open_service(ctx.obj) as service:
        found = status_of(service, notice_id, secret, datetime.now(UTC))
    if as_html:
        click.echo(found.page, nl=False)
    else:
        print_json({**vars(found), "happened": [vars(one) for one in found.happened]})


@click.command()
@_FROM
@_TO
@click.option("--format", "format_", type=click.Choice(["json", "html"]), default="json")
@_OUTPUT
@click.pass_context
def transparency(
    ctx: click.Context, *, start: str, end: str, format_: str, output: Path | None
) -> None:
    """Report on a period: notices, removals, restored, counter-notices, complaints, strikes."""
    from cleardance.clearance.notices.transparency import transparency_report

    since, until = _period(start, end)
    with open_service(ctx.obj) as service:
        report = transparency_report(service, since, until)
    _write(report.page if format_ == "html" else report.model_dump_json(indent=1) + "\n", output)


@click.command("dsa-rows")
@_FROM
@_TO
@_OUTPUT
@click.pass_context
def dsa_rows(ctx: click.Context, *, start: str, end: str, output: Path | None) -> None:
    """Write a row for each statement of reasons of a period, for the EU's database (DSA 24(5)).

    One JSON object a line, checked against its schema; nothing in it is personal.
    """
    from cleardance.clearance.notices.dsa_rows import dsa_rows as rows_of

    since, until = _period(start, end)
    with open_service(ctx.obj) as service:
        rows = rows_of(service, since, until)
    _write("".join(f"{row.model_dump_json(exclude_none=True)}\n" for row in rows), output)


def _period(start: str, end: str) -> tuple[datetime, datetime]:
    since, until = parse_moment(start), parse_moment(end)
    if until <= since:
        raise UsageError("--to must be after --from.")
    return since, until


def _write(text: str, output: Path | None) -> None:
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, "utf-8")


COMMANDS = (due, status, transparency, dsa_rows)
