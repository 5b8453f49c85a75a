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
    from cleardance.clearance.accounts import create_account
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
    from cleardance.clearance.accounts import set_partner
    from cleardance.clearance.service import open_service

    with open_service(ctx.obj) as service:
        set_partner(service.store, name, partner)
    if as_json:
        print_json({"name": name, "partner": partner})
    else:
        click.echo(f"Account {name!r} belongs to {partner or 'no partner'}.")
