"""``cleardance inspect``: what a file says of itself, and what the ledger says of it."""

from pathlib import Path

import click

from cleardance.cli.console import json_option, print_json
from cleardance.cli.exit_codes import ExitCode
from cleardance.errors import UsageError
from cleardance.store.failures import os_failures


@click.command()
@click.argument("file", required=False)
@click.option(
    "--binding", metavar="VALUE", help="Instead of a FILE: the value of a soft binding (base64)."
)
@click.option(
    "--html",
    "page_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write one HTML page.",
)
@json_option
@click.pass_context
def inspect(
    ctx: click.Context,
    file: str | None,
    binding: str | None,
    page_path: Path | None,
    as_json: bool,
) -> None:
    """Say where FILE comes from.

    Reads its content credentials and its watermark, and looks it up in the ledger. Works on any
    file, made here or not, changed or not, and on a picture of one frame; FILE may be a URL.
    Exit code 5 if it is provably not the file that was released.
    """
    if (file is None) == (binding is None):
        raise UsageError("Name a FILE, or give a --binding.")
    if file is not None:
        _inspect_file(ctx, file, page_path, as_json)
    elif binding is not None:
        _look_up(ctx, binding, as_json)


def _look_up(ctx: click.Context, binding: str, as_json: bool) -> None:
    """Print which manifests have a soft binding, as the look-up of the server answers."""
    from cleardance.clearance.bindings import matches_by_binding
    from cleardance.clearance.service import open_service

    with open_service(ctx.obj) as service:
        found = matches_by_binding(service, binding)
    if as_json:
        print_json(found)
        return
    for match in found["matches"]:
        click.echo(f"Manifest {match['manifestId']}")
    if not found["matches"]:
        click.echo("No output that was released here has this binding.")


def _inspect_file(ctx: click.Context, file: str, page_path: Path | None, as_json: bool) -> None:
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
