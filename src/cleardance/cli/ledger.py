"""``cleardance ledger``: the public record of everything that happened."""

import click

from cleardance.cli.console import json_option, print_json
from cleardance.cli.words import line


@click.group()
def ledger() -> None:
    """Check and sign the public record of what happened."""


@ledger.command()
@json_option
@click.pass_context
def verify(ctx: click.Context, as_json: bool) -> None:
    """Recompute the whole ledger; name the first row, leaf, node or checkpoint that was changed.

    Exit code 5 if anything was.
    """
    from cleardance.clearance.service import open_service
    from cleardance.ledger.verify import verify as verify_store

    with open_service(ctx.obj) as service:
        found = verify_store(service.store, [service.ledger_keys.public])
    facts = {"size": found.size, "signed_size": found.signed_size, "root": found.root.hex()}
    if as_json:
        print_json({"verified": True, **facts, "checkpoints": found.checkpoints})
        return
    click.echo(line("Verified", f"{found.size} entries and every node; root {found.root.hex()}"))
    unsigned = found.size - found.signed_size
    note = f"; the last {unsigned} entries are not signed yet" if unsigned else ""
    click.echo(line("Signed", f"{found.checkpoints} checkpoints{note}"))


@ledger.command()
@json_option
@click.pass_context
def checkpoint(ctx: click.Context, as_json: bool) -> None:
    """Sign the present state of the ledger (C2SP tlog-checkpoint) and print it."""
    from cleardance.clearance.service import open_service

    with open_service(ctx.obj) as service:
        note = service.checkpoint()
    if as_json:
        origin, size, root = note.splitlines()[:3]
        print_json({"checkpoint": note, "origin": origin, "size": int(size), "root": root})
    else:
        click.echo(note, nl=False)
