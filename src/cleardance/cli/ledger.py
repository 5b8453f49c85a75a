"""``cleardance ledger``: the public record of everything that happened."""

import click

from cleardance.cli.console import json_option, print_json
from cleardance.cli.words import line


@click.group()
def ledger() -> None:
    """Check the ledger, or get the signed checkpoint that outsiders hold you to."""


@ledger.command()
@json_option
@click.pass_context
def verify(ctx: click.Context, as_json: bool) -> None:
    """Recompute the whole ledger; name the first row, leaf, node or checkpoint that was changed.

    Exit code 5 if anything was.
    """
    from cleardance.clearance.home import open_home

    with open_home(ctx.obj) as home:
        size, root = home.verify_ledger()
    if as_json:
        print_json({"verified": True, "size": size, "root": root})
    else:
        click.echo(line("Verified", f"{size} entries, every leaf, node and checkpoint; root {root}"))


@ledger.command()
@json_option
@click.pass_context
def checkpoint(ctx: click.Context, as_json: bool) -> None:
    """Sign the present state of the ledger (C2SP tlog-checkpoint) and print it."""
    from cleardance.clearance.home import open_home

    with open_home(ctx.obj) as home:
        note = home.checkpoint()
    if as_json:
        origin, size, root = note.splitlines()[:3]
        print_json({"checkpoint": note, "origin": origin, "size": int(size), "root": root})
    else:
        click.echo(note, nl=False)
