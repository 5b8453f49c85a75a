"""``cleardance webhook``: the secrets that callbacks are signed with, and telling again."""

import click

from cleardance.accounts.accounts import account_id
from cleardance.clearance.service import open_service
from cleardance.cli.console import json_option, print_json
from cleardance.errors import UsageError


@click.group()
def webhook() -> None:
    """Callbacks: what they are signed with, and telling again what did not arrive."""


@webhook.command()
@click.argument("account", metavar="ACCOUNT")
@json_option
@click.pass_context
def secret(ctx: click.Context, account: str, as_json: bool) -> None:
    """Show what the receivers of ACCOUNT check signatures with (Standard Webhooks)."""
    from cleardance.clearance.jobs.webhooks import secret_of

    with open_service(ctx.obj) as service:
        with service.store.read() as session:
            owner = account_id(session, account)
        text = secret_of(service, owner)
    if as_json:
        print_json({"account": account, "secret": text})
    else:
        click.echo(text)


@webhook.command()
@click.argument("task_id", metavar="[TASK]", required=False)
@click.option("--failed", is_flag=True, help="All that failed for good.")
@json_option
@click.pass_context
def replay(ctx: click.Context, task_id: str | None, failed: bool, as_json: bool) -> None:
    """Tell again all that was told of TASK, or whatever failed. The server does the telling."""
    from cleardance.clearance.jobs import webhooks

    if failed == (task_id is not None):
        raise UsageError("Name a TASK, or say --failed.")
    with open_service(ctx.obj) as service:
        if task_id is not None:
            service.task(task_id)
        count = webhooks.replay(service, task_id=task_id)
    if as_json:
        print_json({"replayed": count})
    else:
        click.echo(f"{count} will be told again.")
