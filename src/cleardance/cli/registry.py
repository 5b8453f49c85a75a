"""``cleardance registry``: the works that are protected here."""

from pathlib import Path

import click

from cleardance.clearance.service import open_service
from cleardance.cli.console import json_option, print_json
from cleardance.cli.exit_codes import ExitCode
from cleardance.cli.words import line
from cleardance.rights import registry as works
from cleardance.rights.row import Policy, WorkKind, parse_row


@click.group()
def registry() -> None:
    """Register works, characters and people, and see which are registered."""


@registry.command()
@click.argument("name")
@click.option("--kind", type=click.Choice([kind.value for kind in WorkKind]), required=True)
@click.option("--owner", help="Who holds the rights.")
@click.option("--alias", "aliases", multiple=True, help="Another name; may be repeated.")
@click.option("--hashtag", "hashtags", multiple=True, help="For example #SquidGame.")
@click.option("--reference", "references", multiple=True, help="An image or clip that shows it.")
@click.option(
    "--policy", type=click.Choice([policy.value for policy in Policy]), default="deny",
    show_default=True, help="What happens to those who ask for it.",
)  # fmt: skip
@json_option
@click.pass_context
def add(
    ctx: click.Context,
    *,
    name: str,
    kind: str,
    owner: str | None,
    aliases: tuple[str, ...],
    hashtags: tuple[str, ...],
    references: tuple[str, ...],
    policy: str,
    as_json: bool,
) -> None:
    """Register the work NAME, or replace the one of the same kind, name and owner.

    It counts from the next request on.
    """
    row = parse_row(
        {
            "name": name,
            "kind": kind,
            "owner": owner,
            "aliases": aliases,
            "hashtags": hashtags,
            "references": references,
            "policy": policy,
        }
    )
    with open_service(ctx.obj) as service:
        work_id = works.add(service.store, row)
    if as_json:
        print_json({"id": work_id})
    else:
        click.echo(f"{name!r} is registered as {work_id}.")


@registry.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--keep-going", is_flag=True, help="Import the good rows even if others are bad.")
@json_option
@click.pass_context
def import_(ctx: click.Context, file: Path, keep_going: bool, as_json: bool) -> None:
    """Import works from FILE, one JSON object a line.

    If any line is bad, nothing is imported, and every bad line is named; exit code 1.
    """
    with open_service(ctx.obj) as service:
        report = works.import_rows(service.store, file, keep_going=keep_going)
    if as_json:
        errors = [{"line": number, "message": message} for number, message in report.errors]
        counts = {"added": report.added, "updated": report.updated, "revision": report.revision}
        print_json({**counts, "errors": errors})
    else:
        for number, message in report.errors:
            click.echo(f"{file.name}:{number}: {message}", err=True)
        click.echo(
            f"{report.added} added, {report.updated} updated, {len(report.errors)} bad rows; "
            f"registry revision {report.revision}"
        )
    ctx.exit(ExitCode.FAILED if report.errors else ExitCode.DONE)


@registry.command("list")
@click.argument("query", required=False)
@click.option("--kind", type=click.Choice([kind.value for kind in WorkKind]))
@json_option
@click.pass_context
def list_(ctx: click.Context, query: str | None, kind: str | None, as_json: bool) -> None:
    """List registered works, all or those with QUERY in one of their names."""
    with open_service(ctx.obj) as service:
        found = works.listing(service.store, query, kind)
    if as_json:
        print_json({"works": [work.model_dump() for work in found]})
        return
    for work in found:
        click.echo(f"{work.id:<32}  {work.kind:<10}  {work.name}  ({work.owner or 'no owner'})")


@registry.command()
@click.argument("work")
@json_option
@click.pass_context
def show(ctx: click.Context, work: str, as_json: bool) -> None:
    """Show the registered WORK, named by its id or by any of its names."""
    with open_service(ctx.obj) as service:
        found = works.show(service.store, work).model_dump(mode="json")
    if as_json:
        print_json(found)
        return
    for name, value in found.items():
        if value not in (None, [], {}, ""):
            text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            click.echo(line(name[:9], text) if len(name) < 9 else f"{name} {text}")
