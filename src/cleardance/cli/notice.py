"""``cleardance notice``: what rights-holders demand."""

import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import click

from cleardance.clearance.notices.accepting import from_us
from cleardance.clearance.notices.accounting import Plan, account_for, plan_of
from cleardance.clearance.notices.reporting.model import ReportFormat
from cleardance.clearance.service import Service, open_service
from cleardance.cli import notice_redress, notice_reports
from cleardance.cli.console import json_option, print_json
from cleardance.cli.exit_codes import ExitCode
from cleardance.cli.notice_deciding import accept, execute, reject
from cleardance.cli.words import line
from cleardance.rights.notices import filing
from cleardance.rights.notices.filing import FiledNotice
from cleardance.rights.notices.form import Located
from cleardance.rights.notices.reading import read_notice


@click.group()
def notice() -> None:
    """File what rights-holders demand, and see what it touches."""


@notice.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@json_option
@click.pass_context
def submit(ctx: click.Context, file: Path, as_json: bool) -> None:
    """File the notice in FILE, YAML or JSON; register its works; count what it touches.

    One that lacks something is kept too, registers nothing, and is answered with a letter that asks
    for the rest; exit code 1. One that a person has to decide on registers nothing until they do;
    exit code 4. The same notice again joins the first.
    """
    form = read_notice(file)
    with open_service(ctx.obj) as service:
        now, intake = datetime.now(UTC), from_us(service)
        receipt = filing.file_notice(service.store, form, file.parent, now, intake)
        held = bool(receipt.concerns)
        plan = _plan(service, receipt.works, form.located) if receipt.valid and not held else None
    if as_json:
        print_json(
            {
                "id": receipt.id,
                "valid": receipt.valid,
                "missing": list(receipt.missing),
                "deadline": _text(receipt.deadline),
                "works": list(receipt.works),
                "plan": vars(plan) if plan else None,
                "cure_request": receipt.cure_request,
                "secret": receipt.secret,
                "joined": receipt.joined,
                "concerns": list(receipt.concerns),
            }
        )
    else:
        click.echo(line("Notice", receipt.id + (", which came before" * receipt.joined)))
        if receipt.secret:
            click.echo(line("Secret", f"{receipt.secret} (shown once: who has it sent this)"))
        click.echo(line("Deadline", _text(receipt.deadline)))
        _show_plan(plan)
        _show_concerns(receipt.concerns)
        if receipt.cure_request:
            click.echo(f"\n{receipt.cure_request}")
    ctx.exit(ExitCode.FAILED if not receipt.valid else ExitCode.HELD if held else ExitCode.DONE)


@notice.command("list")
@json_option
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """List all notices, the soonest deadline first."""
    with open_service(ctx.obj) as service:
        found = filing.listing(service.store)
    if as_json:
        print_json({"notices": [_facts(one) for one in found]})
        return
    for one in found:
        who = one.form.sender.on_behalf_of or one.form.sender.name or "unnamed"
        click.echo(f"{one.id}  {one.status:<10}  {one.deadline_at}  {one.form.kind:<14}  {who}")


@notice.command()
@click.argument("notice_id", metavar="ID")
@json_option
@click.pass_context
def show(ctx: click.Context, notice_id: str, as_json: bool) -> None:
    """Show the notice ID, and what it touches as things stand now."""
    with open_service(ctx.obj) as service:
        found = filing.find(service.store, notice_id)
        plan = _plan(service, found.works, found.form.located) if not found.missing else None
    if as_json:
        form = found.form.model_dump(mode="json")
        print_json({**_facts(found), "form": form, "plan": vars(plan) if plan else None})
        return
    sender = found.form.sender
    click.echo(line("Notice", f"{found.id}, {found.status}"))
    click.echo(line("Kind", f"{found.form.kind}, under {found.form.applied_law}"))
    click.echo(line("Sender", ", ".join(filter(None, (sender.name, sender.on_behalf_of)))))
    click.echo(line("Received", found.received_at))
    click.echo(line("Deadline", found.deadline_at))
    click.echo(line("Demands", ", ".join(found.form.demands)))
    if found.missing:
        click.echo(line("Missing", ", ".join(found.missing)))
    click.echo(line("Works", "\n".join(found.works) or "none"))
    _show_plan(plan)
    _show_concerns(found.concerns)


@notice.command()
@click.argument("notice_id", metavar="ID")
@click.option(
    "--format",
    "format_",
    type=click.Choice([one.value for one in ReportFormat]),
    default="json",
    show_default=True,
    help="PDF needs the extra pdf.",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Where to put it."
)
@click.option("--plain-names", is_flag=True, help="Name accounts: for use in the house only.")
@click.pass_context
def report(
    ctx: click.Context,
    *,
    notice_id: str,
    format_: str,
    output: Path | None,
    plain_names: bool,
) -> None:
    """Account for every instance that the notice ID touches, with proofs, for its sender.

    Goes to stdout, unless -o names a file.
    """
    from cleardance.clearance.notices.reporting.gathering import report_of
    from cleardance.clearance.notices.reporting.writing import written

    with open_service(ctx.obj) as service:
        made = report_of(service, notice_id, datetime.now(UTC), plain_names=plain_names)
    data = written(made, ReportFormat(format_))
    if output is None:
        sys.stdout.buffer.write(data)
    else:
        output.write_bytes(data)


def _plan(service: Service, works: tuple[str, ...], located: tuple[Located, ...]) -> Plan:
    from cleardance.clearance.notices.excluding import samples_touched

    samples = samples_touched(service, works)
    return plan_of(account_for(service, works, located), samples)


def _show_plan(plan: Plan | None) -> None:
    if plan is not None:
        click.echo(
            line(
                "Touches",
                f"{plan.remove} released outputs, {plan.in_flight} tasks on their way, "
                f"{plan.accounts} accounts, {plan.keys} keys, {plan.samples} training samples",
            )
        )


def _show_concerns(concerns: Iterable[Mapping[str, str | None]]) -> None:
    for one in concerns:
        click.echo(line("Held", f"{one['worry']}. To the sender: {one['to_sender']}"))
        if one["other"]:
            click.echo(line("", f"To {one['other']}: {one['to_other']}"))


def _facts(one: FiledNotice) -> dict[str, object]:
    return {
        "id": one.id,
        "status": one.status.value,
        "kind": one.form.kind.value,
        "law": one.form.applied_law.value,
        "on_behalf_of": one.form.sender.on_behalf_of,
        "missing": list(one.missing),
        "works": list(one.works),
        "concerns": list(one.concerns),
        "received": one.received_at,
        "deadline": one.deadline_at,
    }


def _text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


for _command in (execute, accept, reject, *notice_redress.COMMANDS, *notice_reports.COMMANDS):
    notice.add_command(_command)
