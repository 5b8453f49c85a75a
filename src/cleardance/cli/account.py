"""``cleardance account``: on whose behalf things are made."""

import click

from cleardance.cli.console import json_option, print_json


@click.group()
def account() -> None:
    """Create the accounts that outputs are made for."""


@account.command()
@click.argument("name")
@json_option
@click.pass_context
def create(ctx: click.Context, name: str, as_json: bool) -> None:
    """Create the account NAME."""
    from cleardance.clearance.accounts import create_account
    from cleardance.clearance.service import open_service

    with open_service(ctx.obj) as service:
        account_id = create_account(service.store, name)
    if as_json:
        print_json({"id": account_id, "name": name})
    else:
        click.echo(f"Account {name!r} can now be given as --account {name}.")
