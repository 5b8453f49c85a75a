"""``cleardance inspect``: what a file says of itself, and what the ledger says of it."""

from pathlib import Path

import click

from cleardance.cli.console import json_option, print_json
from cleardance.cli.exit_codes import ExitCode
from cleardance.store.failures import os_failures


@click.command()
@click.argument("file")
@click.option(
    "--html",
    "page_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write one HTML page.",
)
@json_option
@click.pass_context
def inspect(ctx: click.Context, file: str, page_path: Path | None, as_json: bool) -> None:
    """Say where FILE comes from.

    Reads its content credentials and its watermark, and looks it up in the ledger. Works on any
    file, made here or not, changed or not, and on a picture of one frame; FILE may be a URL.
    Exit code 5 if it is provably not the file that was released.
    """
    from cleardance.clearance.dossier import dossier_of
    from cleardance.clearance.fetching import local_file
    from cleardance.clearance.service import open_service
    from cleardance.provenance.page import page

    with open_service(ctx.obj) as service, local_file(service, file) as (path, name):
        dossier = dossier_of(service, path, name)
    if page_path is not None:
        with os_failures(page_path):
            page_path.write_text(page(dossier), encoding="utf-8")
    if as_json:
        print_json(dossier.as_json())
    else:
        click.echo(dossier.words())
    found = dossier.inspection
    if found.modified or (found.ledger is not None and not found.ledger.verified):
        ctx.exit(ExitCode.VERIFICATION_FAILED)
