"""Commands of ``cleardance notice`` for the way back: telling, objecting, undoing."""

from datetime import UTC, datetime
from pathlib import Path

import click

from cleardance.clearance.notices import complaints, counter, misuse, statements, strikes
from cleardance.clearance.notices.withdrawing import withdraw as withdraw_notice
from cleardance.clearance.service import open_service
from cleardance.cli.console import json_option, print_json
from cleardance.cli.words import line
from cleardance.rights.notices.counter_form import cure_request, parse_counter
from cleardance.rights.notices.reading import read_values
from cleardance.rights.notices.suspending import suspended_until
from cleardance.rights.registry import find_work

_ID = click.argument("notice_id", metavar="ID")
_BY = click.option("--by", default="local", show_default=True, help="The account that decides so.")
_ACCOUNT = click.option("--account", default="local", show_default=True, help="Who says so.")
_WHY = click.option("--why", required=True, help="Kept, and logged as a commitment.")


@click.command("statements")
@_ID
@json_option
@click.pass_context
def show_statements(ctx: click.Context, notice_id: str, as_json: bool) -> None:
    """Show the statements of reasons that the notice ID led to, as their addressees read them."""
    with open_service(ctx.obj) as service, service.store.read() as session:
        found = statements.of_notice(session, notice_id)
    if as_json:
        print_json({"statements": [one.to_json() for one in found]})
    else:
        click.echo("\n\n".join(map(statements.words, found)) or "none")


@click.command("counter")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@_ACCOUNT
@json_option
@click.pass_context
def counter_(ctx: click.Context, file: Path, account: str, as_json: bool) -> None:
    """Object to a removal: file the counter-notice in FILE, and print the letter to the sender.

    The output comes back after 10 business days, unless a court is asked. Exit code 1 if something
    is missing, which is asked for.
    """
    form = parse_counter(read_values(file))
    with open_service(ctx.obj) as service:
        found = counter.file_counter(service, form, account, datetime.now(UTC))
        letter = None if found.missing else counter.forwarding_letter(service, found)
    if as_json:
        print_json({**found.to_json(), "forwarding_letter": letter})
    else:
        click.echo(line("Counter", f"{found.id}, {found.status}"))
        if letter:
            click.echo(line("Back", f"after {found.restore_from}, by {found.restore_by}"))
        click.echo(f"\n{letter or cure_request(found.form, found.id)}")
    ctx.exit(1 if found.missing else 0)


@click.command()
@click.argument("counter_id", metavar="COUNTER")
@click.option("--case", help="The court and the case: the outputs stay removed until it decides.")
@click.option(
    "--decided", type=click.Choice(["restore", "keep"]), help="What the court's decision means."
)
@_BY
@json_option
@click.pass_context
def court(
    ctx: click.Context,
    *,
    counter_id: str,
    case: str | None,
    decided: str | None,
    by: str,
    as_json: bool,
) -> None:
    """Note that the sender went to court about COUNTER, or what the court decided."""
    if (case is None) == (decided is None):
        raise click.UsageError("Give --case or --decided.")
    now = datetime.now(UTC)
    with open_service(ctx.obj) as service:
        if case is not None:
            found = counter.court_asked(service, counter_id, case, now)
        else:
            restore = decided == "restore"
            found = counter.court_decided(service, counter_id, restore=restore, by=by, at=now)
    if as_json:
        print_json(found.to_json())
    else:
        click.echo(line("Counter", f"{found.id}, {found.status}"))


@click.command("restore-due")
@_BY
@json_option
@click.pass_context
def restore_due(ctx: click.Context, by: str, as_json: bool) -> None:
    """Bring back what counter-notices let come back by now; for a timer, once a day."""
    with open_service(ctx.obj) as service:
        found = counter.restore_due(service, datetime.now(UTC), by=by)
    if as_json:
        print_json({"restored": [one.to_json() for one in found]})
    else:
        click.echo(line("Restored", ", ".join(one.id for one in found) or "nothing is due"))


@click.command()
@_ID
@click.option("--work", "works", multiple=True, help="Only as far as it concerns this work.")
@click.option("--output", "outputs", multiple=True, metavar="TASK", help="Only this output.")
@_WHY
@_BY
@json_option
@click.pass_context
def withdraw(
    ctx: click.Context,
    *,
    notice_id: str,
    works: tuple[str, ...],
    outputs: tuple[str, ...],
    why: str,
    by: str,
    as_json: bool,
) -> None:
    """Undo what the notice ID did, whole or in part, because its sender takes it back."""
    with open_service(ctx.obj) as service:
        with service.store.read() as session:
            ids = [find_work(session, work) for work in works]
        done = withdraw_notice(
            service, notice_id, works=ids, outputs=outputs, by=by, why=why, at=datetime.now(UTC)
        )
    if as_json:
        print_json({"id": notice_id, "whole": done.whole, "restored": list(done.outputs),
                    "policies": done.policies})  # fmt: skip
    else:
        click.echo(line("Restored", f"{len(done.outputs)} outputs"))
        for work, policy in done.policies.items():
            click.echo(line("Policy", f"{work}: {policy}"))


@click.command()
@click.argument("statement_id", metavar="STATEMENT")
@click.option("--why", required=True, help="What is wrong with it.")
@_ACCOUNT
@json_option
@click.pass_context
def complain(
    ctx: click.Context, *, statement_id: str, why: str, account: str, as_json: bool
) -> None:
    """Complain of the statement of reasons STATEMENT, within six months; a person decides."""
    with open_service(ctx.obj) as service:
        found = complaints.complain(service, statement_id, why, by=account, at=datetime.now(UTC))
    _print_complaint(found, as_json)


@click.command("decide-complaint")
@click.argument("complaint_id", metavar="COMPLAINT")
@click.option("--uphold/--dismiss", required=True, help="Upheld, the output comes back.")
@_WHY
@click.option("--by", required=True, help="The account of whoever decides.")
@json_option
@click.pass_context
def decide_complaint(
    ctx: click.Context, *, complaint_id: str, uphold: bool, why: str, by: str, as_json: bool
) -> None:
    """Decide on COMPLAINT, as a person who did not make it."""
    with open_service(ctx.obj) as service:
        found = complaints.decide(
            service, complaint_id, uphold=uphold, by=by, reason=why, at=datetime.now(UTC)
        )
    _print_complaint(found, as_json)


@click.command("misuse")
@_ID
@click.option("--lift", "misuse_id", metavar="MISUSE", help="Take this finding back instead.")
@_WHY
@_BY
@json_option
@click.pass_context
def misuse_(
    ctx: click.Context, *, notice_id: str, misuse_id: str | None, why: str, by: str, as_json: bool
) -> None:
    """Log that the notice ID is misuse; often enough, its sender is suspended for a time."""
    now = datetime.now(UTC)
    with open_service(ctx.obj) as service:
        if misuse_id is None:
            found = misuse.find_misuse(service, notice_id, by=by, why=why, at=now)
        else:
            found = misuse.lift_misuse(service, misuse_id, by=by, why=why, at=now)
        with service.store.read() as session:
            settings = service.settings
            until = suspended_until(
                session, found.sender, now,
                limit=settings.misuse_limit, days=settings.misuse_days,
            )  # fmt: skip
    if as_json:
        print_json({**vars(found), "suspended_until": until and until.isoformat()})
    else:
        click.echo(line("Misuse", f"{found.id} by {found.sender}"))
        click.echo(line("Suspended", f"until {until}" if until else "no"))


@click.command("strikes")
@click.option("--account", help="Of this account only.")
@json_option
@click.pass_context
def strikes_(ctx: click.Context, account: str | None, as_json: bool) -> None:
    """List the strikes of repeat infringers, and the policy they follow."""
    with open_service(ctx.obj) as service:
        policy = strikes.policy_of(service.settings)
        with service.store.read() as session:
            found = strikes.listing(session, account)
    if as_json:
        print_json({"policy": policy, "strikes": [vars(one) for one in found]})
        return
    click.echo(policy)
    for one in found:
        back = f", taken back {one.reversed_at[:10]}" if one.reversed_at else ""
        click.echo(f"{one.id}  {one.account}  {one.notice_id}  {one.at[:10]}{back}")


def _print_complaint(found: complaints.Complaint, as_json: bool) -> None:
    if as_json:
        print_json({**vars(found), "status": found.status.value})
    else:
        click.echo(line("Complaint", f"{found.id}, {found.status}"))


COMMANDS = (
    show_statements, counter_, court, restore_due, withdraw, complain, decide_complaint, misuse_,
    strikes_,
)  # fmt: skip
