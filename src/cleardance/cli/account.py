"""``cleardance account``: on whose behalf things are made."""

from dataclasses import asdict

import click

from cleardance.accounts.roles import Role
from cleardance.cli.console import json_option, print_json
from cleardance.errors import UsageError
from cleardance.store.tables import HoldingKind


@click.group()
def account() -> None:
    """Create the accounts that outputs are made for."""


@account.command()
@click.argument("name")
@click.option("--partner", help="Whose account it is; licences of the partner are its own.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice([role.value for role in Role]),
    help="What it is here [default: creator]; may be repeated.",
)
@click.option("--under", metavar="PARTNER", help="Make it a sub-account of this partner's account.")
@json_option
@click.pass_context
def create(
    ctx: click.Context,
    *,
    name: str,
    partner: str | None,
    roles: tuple[str, ...],
    under: str | None,
    as_json: bool,
) -> None:
    """Create the account NAME.

    A partner's own account has the role partner and names the partner (--partner); its
    sub-accounts belong to the same partner, and are creators.
    """
    from cleardance.accounts import accounts
    from cleardance.clearance.service import open_service

    if under is not None and (partner is not None or roles):
        raise UsageError("A sub-account has the partner of its parent, and is a creator.")
    with open_service(ctx.obj) as service:
        store, given = service.store, [Role(role) for role in roles] or [Role.CREATOR]
        if under is None:
            account_id = accounts.create_account(store, name, partner, roles=given)
        else:
            by = accounts.LOCAL_ACCOUNT
            account_id = accounts.create_sub_account(store, name, of=under, by=by)
    if as_json:
        print_json({"id": account_id, "name": name, "partner": partner})
    else:
        click.echo(f"Account {name!r} can now be given as --account {name}.")


@account.command("list")
@click.option("--under", metavar="PARTNER", help="Only the sub-accounts of this account.")
@json_option
@click.pass_context
def list_(ctx: click.Context, under: str | None, as_json: bool) -> None:
    """List accounts, with their roles."""
    from cleardance.accounts import accounts
    from cleardance.clearance.service import open_service

    with open_service(ctx.obj) as service, service.store.read() as session:
        parent = None if under is None else accounts.account_id(session, under)
        rows = accounts.listing(session, parent=parent)
    if as_json:
        print_json({"accounts": [asdict(row) for row in rows]})
        return
    for row in rows:
        suspended = "  suspended" if row.suspended_at else ""
        click.echo(f"{row.id}  {row.name:<24}  {', '.join(row.roles)}{suspended}")


@account.command()
@click.argument("name")
@json_option
@click.pass_context
def show(ctx: click.Context, name: str, as_json: bool) -> None:
    """Show the account NAME."""
    from cleardance.accounts import accounts
    from cleardance.clearance.service import open_service

    with open_service(ctx.obj) as service, service.store.read() as session:
        found = accounts.show(session, name)
    if as_json:
        print_json(asdict(found))
        return
    for field, value in asdict(found).items():
        if value:
            text = ", ".join(value) if isinstance(value, tuple) else str(value)
            click.echo(f"{field:<13} {text}")


@account.command()
@click.argument("name")
@click.argument("roles", nargs=-1, required=True, type=click.Choice([role.value for role in Role]))
@json_option
@click.pass_context
def roles(ctx: click.Context, name: str, roles: tuple[str, ...], as_json: bool) -> None:
    """Give the account NAME these ROLES instead of those it has. It counts at once."""
    from cleardance.accounts.accounts import set_roles
    from cleardance.clearance.service import open_service

    with open_service(ctx.obj) as service:
        set_roles(service.store, name, {Role(role) for role in roles})
    if as_json:
        print_json({"name": name, "roles": sorted(set(roles))})
    else:
        click.echo(f"{name!r} is {', '.join(sorted(set(roles)))}.")


@account.command()
@click.argument("name")
@click.option("--why", required=True, help="The reason, for the record of what was administered.")
@json_option
@click.pass_context
def suspend(ctx: click.Context, name: str, why: str, as_json: bool) -> None:
    """Suspend the account NAME: its keys, and its sub-accounts', open nothing until restored."""
    from cleardance.accounts import accounts
    from cleardance.clearance.service import open_service

    with open_service(ctx.obj) as service, service.store.begin() as session:
        id_ = accounts.account_id(session, name)
        accounts.suspend_account(session, id_, by=accounts.LOCAL_ACCOUNT, why=why)
    _print_standing(name, suspended=True, as_json=as_json)


@account.command()
@click.argument("name")
@click.option("--why", required=True, help="The reason, for the record of what was administered.")
@json_option
@click.pass_context
def restore(ctx: click.Context, name: str, why: str, as_json: bool) -> None:
    """Restore the suspended account NAME, with its keys."""
    from cleardance.accounts import accounts
    from cleardance.clearance.service import open_service

    with open_service(ctx.obj) as service, service.store.begin() as session:
        id_ = accounts.account_id(session, name)
        accounts.restore_account(session, id_, by=accounts.LOCAL_ACCOUNT, why=why)
    _print_standing(name, suspended=False, as_json=as_json)


@account.command()
@click.argument("name")
@click.option("--owner", help="All works of this owner, as the registry has it.")
@click.option("--work", metavar="ID", help="This work.")
@click.option("--remove", is_flag=True, help="No longer.")
@json_option
@click.pass_context
def holds(
    ctx: click.Context,
    *,
    name: str,
    owner: str | None,
    work: str | None,
    remove: bool,
    as_json: bool,
) -> None:
    """Say which works concern the rights-holder NAME, who sees what was found of these alone."""
    from cleardance.accounts.accounts import LOCAL_ACCOUNT, account_id
    from cleardance.accounts.holdings import add_holding, remove_holding
    from cleardance.clearance.service import open_service

    kind = HoldingKind.WORK if owner is None else HoldingKind.OWNER
    value = work if owner is None else owner
    if value is None or (owner is not None and work is not None):
        raise UsageError("Name an owner or a work.")
    change = remove_holding if remove else add_holding
    with open_service(ctx.obj) as service, service.store.begin() as session:
        change(session, account_id(session, name), kind, value, by=LOCAL_ACCOUNT)
    if as_json:
        print_json({"name": name, kind.value: value, "holds": not remove})
    else:
        click.echo(f"{name!r} {'no longer sees' if remove else 'sees'} {kind} {value!r}.")


@account.command()
@click.option("--newest", type=click.IntRange(1), default=100, show_default=True)
@json_option
@click.pass_context
def audit(ctx: click.Context, newest: int, as_json: bool) -> None:
    """List who administered what, the newest first."""
    from cleardance.accounts.audit import listing
    from cleardance.clearance.service import open_service

    with open_service(ctx.obj) as service, service.store.read() as session:
        rows = listing(session, newest=newest)
    if as_json:
        print_json({"acts": [asdict(row) for row in rows]})
        return
    for row in rows:
        by = f"{row.actor} ({row.key_id})" if row.key_id else row.actor
        click.echo(f"{row.at}  {row.act:<18}  {row.subject}  by {by}  {row.why or ''}".rstrip())


def _print_standing(name: str, *, suspended: bool, as_json: bool) -> None:
    if as_json:
        print_json({"name": name, "suspended": suspended})
    else:
        click.echo(f"{name!r} is {'suspended' if suspended else 'not suspended'}.")


@account.command()
@click.argument("name")
@click.argument("partner", required=False)
@json_option
@click.pass_context
def partner(ctx: click.Context, name: str, partner: str | None, as_json: bool) -> None:
    """Make the account NAME one of PARTNER's, or of nobody's if none is given.

    It counts at once: what is being made under a licence of the partner it left is not released.
    """
    from cleardance.accounts.accounts import set_partner
    from cleardance.clearance.service import open_service

    with open_service(ctx.obj) as service:
        set_partner(service.store, name, partner)
    if as_json:
        print_json({"name": name, "partner": partner})
    else:
        click.echo(f"Account {name!r} belongs to {partner or 'no partner'}.")


@account.command()
@click.argument("name")
@click.option("--task", "task_id", metavar="ID", help="Only this task of the account.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@click.pass_context
def erase(ctx: click.Context, name: str, task_id: str | None, yes: bool, as_json: bool) -> None:
    """Delete what is personal about all that the account NAME asked for, and its name.

    Prompts, references, verdicts and salts are gone for good. The ledger and every proof stay as
    they are, and so do outputs: they can be found by their mark and their digest, and say nothing
    of who asked. Tasks that have not ended must end first.
    """
    from cleardance.clearance.erasure import erase_account, erase_task_of
    from cleardance.clearance.service import open_service

    if not yes:
        what = f"task {task_id}" if task_id else f"everything that {name!r} asked for"
        click.confirm(f"Erase what is personal of {what}?", abort=True, err=True)
    with open_service(ctx.obj) as service:
        if task_id is None:
            erased = erase_account(service, name)
        else:
            erase_task_of(service, name, task_id)
            erased = [task_id]
    if as_json:
        print_json({"account": name, "erased": erased})
    else:
        click.echo(f"Erased {len(erased)} tasks of {name!r}.")
