"""``cleardance account``: on whose behalf things are made."""

import click

from cleardance.cli.console import json_option, print_json


@click.group()
def account() -> None:
    """Create the accounts that outputs are made for."""


@account.command()
@click.argument("name")
@click.option("--partner", help="Whose account it is; licences of the partner are its own.")
@json_option
@click.pass_context
def create(ctx: click.Context, name: str, partner: str | None, as_json: bool) -> None:
    """Create the account NAME."""
    from cleardance.accounts.accounts import create_account
    from cleardance.clearance.service import open_service

    with open_service(ctx.obj) as service:
        account_id = create_account(service.store, name, partner)
    if as_json:
        print_json({"id": account_id, "name": name, "partner": partner})
    else:
        click.echo(f"Account {name!r} can now be given as --account {name}.")


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
