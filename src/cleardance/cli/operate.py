"""``cleardance backup``, ``restore`` and ``retain``: keeping a service well."""

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from cleardance.cli.console import json_option, print_json
from cleardance.cli.words import line
from cleardance.errors import UsageError

_folder = click.argument("folder", type=click.Path(path_type=Path, file_okay=False))


@click.command()
@_folder
@json_option
@click.pass_context
def backup(ctx: click.Context, folder: Path, as_json: bool) -> None:
    """Write all there is (database, blobs, keys) into FOLDER, while others go on working.

    A backup has the signing keys and everybody's data in it: guard it like the home.
    """
    from cleardance.clearance.operations.backup import back_up
    from cleardance.clearance.service import open_service

    with open_service(ctx.obj) as service:
        done = back_up(service, folder, datetime.now(UTC))
    if as_json:
        facts = {"path": str(folder), "rows": done.rows, "blobs": done.blobs}
        print_json(facts | {"missing": list(done.missing)})
        return
    click.echo(line("Backed up", f"{done.rows} rows and {done.blobs} blobs into {folder}"))
    if done.missing:
        click.echo(line("Missing", f"{len(done.missing)} blobs that rows name are not there"))


@click.command()
@_folder
@json_option
@click.pass_context
def restore(ctx: click.Context, folder: Path, as_json: bool) -> None:
    """Make the home again from the backup in FOLDER, and verify its whole ledger.

    The home (--home) and the database that its settings name must be new. The settings of the
    backup are used unless the home has its own.
    """
    from cleardance import settings
    from cleardance.clearance.operations.restoring import put_settings_back
    from cleardance.clearance.operations.restoring import restore as restore_into

    home = ctx.obj.expanduser().absolute() if ctx.obj else settings.default_home(os.environ)
    put_settings_back(home, folder)
    found = restore_into(settings.load(home), folder)
    if as_json:
        facts = {"size": found.size, "root": found.root.hex()}
        print_json({"path": str(home), "verified": True, **facts})
    else:
        click.echo(line("Restored", f"{home}"))
        click.echo(line("Verified", f"{found.size} entries; root {found.root.hex()}"))


@click.command()
@click.option("--days", type=click.FloatRange(0), help="How long [default: retention_days].")
@json_option
@click.pass_context
def retain(ctx: click.Context, days: float | None, as_json: bool) -> None:
    """Erase what is personal about tasks that ended more than so many DAYS ago.

    Prompts, references, verdicts and salts go for good; outputs, the ledger and every proof stay.
    """
    from cleardance.clearance.operations.retention import retain as retain_for
    from cleardance.clearance.service import open_service

    with open_service(ctx.obj) as service:
        wanted = service.settings.retention_days if days is None else days
        if wanted is None:
            raise UsageError("Say for how long: --days N, or retention_days in the settings.")
        erased = retain_for(service, wanted, datetime.now(UTC))
    if as_json:
        print_json({"erased": erased})
    else:
        click.echo(f"Erased {len(erased)} tasks.")
