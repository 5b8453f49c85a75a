"""``cleardance inspect``: what a file says of itself, and what the ledger says of it."""

from pathlib import Path

import click

from cleardance.cli.console import json_option, print_json
from cleardance.cli.exit_codes import ExitCode


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@json_option
@click.pass_context
def inspect(ctx: click.Context, file: Path, as_json: bool) -> None:
    """Say where FILE comes from.

    Reads its content credentials and its watermark, and looks it up in the ledger. Works on any
    file, made here or not, changed or not. Exit code 5 if it is provably
    not the file that was released.
    """
    from cleardance.clearance.inspection import inspect_file
    from cleardance.clearance.service import open_service

    with open_service(ctx.obj) as service:
        found = inspect_file(service, file)
    if as_json:
        print_json(found.as_json())
    else:
        click.echo(found.words())
    if found.modified or (found.ledger is not None and not found.ledger.verified):
        ctx.exit(ExitCode.VERIFICATION_FAILED)
