"""``cleardance notice accept``, ``reject`` and ``execute``: persons decide what is done on one."""

import click

from cleardance.accounts.accounts import LOCAL_ACCOUNT
from cleardance.clearance.service import open_service
from cleardance.cli.console import Command, json_option, print_json
from cleardance.cli.words import line
from cleardance.rights.notices import filing
from cleardance.rights.notices.filing import FiledNotice


def _by_option(command: Command) -> Command:
    return click.option(
        "--by", default=LOCAL_ACCOUNT, show_default=True, metavar="NAME", help="Your account."
    )(command)


@click.command()
@click.argument("notice_id", metavar="ID")
@click.option(
    "--revoke",
    "policy",
    type=click.Choice(["infringing", "partners", "works"]),
    default="infringing",
    show_default=True,
    help="Which keys a demand to revoke takes: those that made what is removed; also all of their "
    "partners'; or all by which the works were asked for.",
)
@_by_option
@json_option
@click.pass_context
def execute(ctx: click.Context, notice_id: str, policy: str, by: str, as_json: bool) -> None:
    """Do what the notice ID demands; again, finish what was interrupted.

    Removed outputs are kept, and everything can be undone.
    """
    from cleardance.clearance.notices import executing
    from cleardance.clearance.notices.revoking import RevokePolicy

    with open_service(ctx.obj) as service:
        done = executing.execute(service, notice_id, by=by, revoke=RevokePolicy(policy))
    if as_json:
        print_json({"id": done.notice_id, "status": done.status.value, "done": done.done})
        return
    click.echo(line("Notice", f"{done.notice_id}, {done.status}"))
    for demand, count in done.done.items():
        click.echo(line(demand.replace("_", " ").capitalize(), str(count)))


@click.command()
@click.argument("notice_id", metavar="ID")
@_by_option
@click.option("--reason", required=True, help="Why.")
@json_option
@click.pass_context
def accept(ctx: click.Context, notice_id: str, by: str, reason: str, as_json: bool) -> None:
    """Let the held notice ID have effect: its works are registered, and it can be executed."""
    from cleardance.clearance.notices import accepting

    with open_service(ctx.obj) as service:
        filed = accepting.accept(service, notice_id, by=by, reason=reason)
    _print(filed, as_json=as_json)


@click.command()
@click.argument("notice_id", metavar="ID")
@_by_option
@click.option("--reason", required=True, help="Why; its sender reads it.")
@click.option("--misuse", is_flag=True, help="Its sender's later notices are held for a person.")
@json_option
@click.pass_context
def reject(
    ctx: click.Context, notice_id: str, by: str, reason: str, misuse: bool, as_json: bool
) -> None:
    """Reject the held notice ID: nothing is done on it."""
    with open_service(ctx.obj) as service:
        filed = filing.reject(service.store, notice_id, by=by, reason=reason, is_misuse=misuse)
    _print(filed, as_json=as_json)


def _print(filed: FiledNotice, *, as_json: bool) -> None:
    if as_json:
        print_json({"id": filed.id, "status": filed.status.value, "works": list(filed.works)})
    else:
        click.echo(line("Notice", f"{filed.id}, {filed.status}"))
