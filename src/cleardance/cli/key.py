"""``cleardance key``: what the server's clients prove who they are with."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from cleardance.accounts.accounts import LOCAL_ACCOUNT
from cleardance.accounts.limits import Limits
from cleardance.accounts.roles import Permission
from cleardance.cli.console import Command, json_option, print_json
from cleardance.cli.words import line

if TYPE_CHECKING:
    from cleardance.accounts.keys import KeyRow


@click.group()
def key() -> None:
    """Make the keys of the server's clients, limit and revoke them."""


_LIMITS = (
    click.option("--requests", type=click.IntRange(1), help="At most so many requests a minute."),
    click.option("--tasks", type=click.IntRange(1), help="At most so many under way at once."),
    click.option("--tokens", type=click.IntRange(1), help="At most so many tokens in 24 hours."),
    click.option(
        "--spend", type=click.FloatRange(0, min_open=True), help="At most so much money a month."
    ),
)


def _limit_options(command: Command) -> Command:
    for option in reversed(_LIMITS):
        command = option(command)
    return command


def _limits(
    requests: int | None, tasks: int | None, tokens: int | None, spend: float | None
) -> Limits:
    micros = None if spend is None else max(round(spend * 1e6), 1)
    return Limits(requests, tasks, tokens, micros)


@key.command()
@click.option("--account", "account_name", default=LOCAL_ACCOUNT, show_default=True)
@click.option("--name", help="What it is for, for you to know it by.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([one.value for one in Permission]),
    help="Only this, instead of all that the account may; may be repeated.",
)
@click.option("--days", type=click.FloatRange(0, min_open=True), help="For so long; else for good.")
@_limit_options
@json_option
@click.pass_context
def create(
    ctx: click.Context,
    *,
    account_name: str,
    name: str | None,
    scopes: tuple[str, ...],
    days: float | None,
    requests: int | None,
    tasks: int | None,
    tokens: int | None,
    spend: float | None,
    as_json: bool,
) -> None:
    """Make a key of an account. It is shown once; only its hash is kept."""
    from cleardance.accounts.keys import create_key
    from cleardance.clearance.service import open_service

    expires_at = None if days is None else datetime.now(UTC) + timedelta(days=days)
    with open_service(ctx.obj) as service:
        new = create_key(
            service.store,
            account_name,
            name=name,
            scopes=[Permission(scope) for scope in scopes],
            expires_at=expires_at,
            limits=_limits(requests, tasks, tokens, spend),
            by=LOCAL_ACCOUNT,
        )
    if as_json:
        print_json({"key": new.secret, "id": new.id})
        return
    click.echo(new.secret)
    click.echo(f"This is {new.id}. It is not shown again.", err=True)


@key.command("list")
@click.option("--account", "account_name", help="Only those of this account.")
@json_option
@click.pass_context
def list_(ctx: click.Context, account_name: str | None, as_json: bool) -> None:
    """List keys, without their secrets, which nobody has."""
    from cleardance.accounts.keys import listing
    from cleardance.clearance.service import open_service

    with open_service(ctx.obj) as service, service.store.read() as session:
        rows = listing(session, account_name)
    if as_json:
        print_json({"keys": [asdict(row) for row in rows]})
        return
    now = datetime.now(UTC)
    for row in rows:
        click.echo(f"{row.id}  {row.account:<20}  {_standing(row, now):<32}  {row.name or ''}")
    if not rows:
        click.echo("There are no keys.")


@key.command()
@click.argument("key_id", metavar="KEY")
@click.option("--why", default="revoked at the command line", show_default=True)
@json_option
@click.pass_context
def revoke(ctx: click.Context, key_id: str, why: str, as_json: bool) -> None:
    """Revoke KEY, by its id: from now on it opens nothing, in any process."""
    from cleardance.accounts.keys import revoke_key
    from cleardance.clearance.service import open_service

    with open_service(ctx.obj) as service, service.store.begin() as session:
        changed = revoke_key(session, key_id, by=LOCAL_ACCOUNT, why=why)
    if as_json:
        print_json({"id": key_id, "revoked": True, "before": not changed})
    else:
        click.echo(f"{key_id} is revoked." if changed else f"{key_id} was revoked before.")


@key.command()
@click.argument("key_id", metavar="KEY")
@click.option("--why", default="restored at the command line", show_default=True)
@json_option
@click.pass_context
def restore(ctx: click.Context, key_id: str, why: str, as_json: bool) -> None:
    """Let the revoked KEY count again."""
    from cleardance.accounts.keys import restore_key
    from cleardance.clearance.service import open_service

    with open_service(ctx.obj) as service, service.store.begin() as session:
        changed = restore_key(session, key_id, by=LOCAL_ACCOUNT, why=why)
    if as_json:
        print_json({"id": key_id, "revoked": False, "before": not changed})
    else:
        click.echo(f"{key_id} counts again." if changed else f"{key_id} was not revoked.")


@key.command()
@click.argument("key_id", metavar="KEY")
@_limit_options
@json_option
@click.pass_context
def limits(
    ctx: click.Context,
    *,
    key_id: str,
    requests: int | None,
    tasks: int | None,
    tokens: int | None,
    spend: float | None,
    as_json: bool,
) -> None:
    """Give KEY these limits instead of those it has; what is not named is unlimited."""
    from cleardance.accounts.keys import load, set_limits
    from cleardance.clearance.service import open_service

    with open_service(ctx.obj) as service, service.store.begin() as session:
        wanted = _limits(requests, tasks, tokens, spend)
        set_limits(session, key_id, wanted, by=LOCAL_ACCOUNT)
        row = load(session, key_id)
    if as_json:
        print_json(asdict(row))
        return
    for name, value in asdict(row.limits).items():
        click.echo(line(name, "no limit" if value is None else str(value)))


def _standing(row: "KeyRow", now: datetime) -> str:
    if row.revoked_at is not None:
        return f"revoked {row.revoked_at[:16]}Z"
    if row.expires_at is None:
        return "for good"
    gone = datetime.fromisoformat(row.expires_at) <= now
    return f"{'expired' if gone else 'until'} {row.expires_at[:16]}Z"
