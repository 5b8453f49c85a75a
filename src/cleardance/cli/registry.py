"""``cleardance registry``: the works that are protected here."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from cleardance.accounts.accounts import LOCAL_ACCOUNT, principal_of
from cleardance.accounts.roles import Permission
from cleardance.clearance.garbage import discard
from cleardance.clearance.service import Service, open_service
from cleardance.cli.console import json_option, print_json
from cleardance.cli.exit_codes import ExitCode
from cleardance.cli.words import line
from cleardance.rights import registry as works
from cleardance.rights.exporting import export_rows
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
@click.option("--belongs-to", help="The work it is part of, by id or by name.")
@click.option("--by", default=LOCAL_ACCOUNT, show_default=True, help="The account that does it.")
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
    belongs_to: str | None,
    by: str,
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
            "belongs_to": belongs_to,
        }
    )
    with open_service(ctx.obj) as service:
        _check_account(service, by)
        report = works.register(service.store, [row], account=by)
    warnings = [message for _, message in report.warnings]
    if as_json:
        print_json({"id": row.id, "warnings": warnings})
        return
    for message in warnings:
        click.echo(f"warning: {message}", err=True)
    click.echo(f"{name!r} is registered as {row.id}.")


_FILE = click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
_BY = click.option(
    "--by", default=LOCAL_ACCOUNT, show_default=True, help="The account that does it."
)
_SHOWN_AT_MOST = 50


@registry.command("import")
@_FILE
@click.option("--keep-going", is_flag=True, help="Import the good rows even if others are bad.")
@_BY
@json_option
@click.pass_context
def import_(ctx: click.Context, file: Path, keep_going: bool, by: str, as_json: bool) -> None:
    """Import works from FILE: JSON lines, or a table if its name ends in .csv.

    If any line is bad, nothing is imported, and every bad line is named; exit code 1. What is
    registered already, just so, is left alone.
    """
    with open_service(ctx.obj) as service:
        _check_account(service, by)
        report = works.import_rows(service.store, file, keep_going=keep_going, account=by)
    _print_report(file, report, as_json)
    ctx.exit(ExitCode.FAILED if report.errors else ExitCode.DONE)


@registry.command()
@_FILE
@json_option
@click.pass_context
def check(ctx: click.Context, file: Path, as_json: bool) -> None:
    """Say what importing FILE would do; nothing is written.

    Names bad lines, and warns of names that would stop innocent requests, names that others have,
    and files that others have registered. Exit code 1 if any line is bad.
    """
    with open_service(ctx.obj) as service:
        report = works.check_rows(service.store, file)
    _print_report(file, report, as_json)
    ctx.exit(ExitCode.FAILED if report.errors else ExitCode.DONE)


def _check_account(service: Service, name: str) -> None:
    with service.store.read() as session:
        principal_of(session, name).require(Permission.CHANGE_REGISTRY)


def _print_report(file: Path, report: works.ImportReport, as_json: bool) -> None:
    if as_json:
        shown = {
            "added": report.added,
            "updated": report.updated,
            "unchanged": report.unchanged,
            "revision": report.revision,
            "errors": [{"line": at, "message": text} for at, text in report.errors],
            "warnings": [{"line": at, "message": text} for at, text in report.warnings],
        }
        print_json(shown)
        return
    for number, message in report.errors:
        click.echo(f"{file.name}:{number}: {message}", err=True)
    for number, message in report.warnings[:_SHOWN_AT_MOST]:
        click.echo(f"{file.name}:{number}: warning: {message}", err=True)
    if len(report.warnings) > _SHOWN_AT_MOST:
        click.echo(f"and {len(report.warnings) - _SHOWN_AT_MOST} more warnings", err=True)
    click.echo(
        f"{report.added} added, {report.updated} updated, {report.unchanged} unchanged, "
        f"{len(report.errors)} bad rows; registry revision {report.revision}"
    )


@registry.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@json_option
@click.pass_context
def export(ctx: click.Context, file: Path, as_json: bool) -> None:
    """Write all works to FILE, one JSON object a line, as import takes them.

    Reference files go into a folder beside it, FILE.files.
    """
    with open_service(ctx.obj) as service:
        count = export_rows(service.store, file)
    if as_json:
        print_json({"works": count, "path": str(file)})
    else:
        click.echo(f"{count} works are in {file}.")


@registry.command()
@click.argument("work")
@_BY
@json_option
@click.pass_context
def remove(ctx: click.Context, work: str, by: str, as_json: bool) -> None:
    """Remove the registered WORK, named by its id or by any of its names.

    It stops counting from the next request on. Its parts stay, and so does its history.
    """
    with open_service(ctx.obj) as service:
        _check_account(service, by)
        work_id, files = works.remove(service.store, work, account=by)
        for blob in files:
            discard(service, blob)
    if as_json:
        print_json({"id": work_id})
    else:
        click.echo(f"{work_id} is no longer registered.")


@registry.command()
@click.argument("work")
@json_option
@click.pass_context
def history(ctx: click.Context, work: str, as_json: bool) -> None:
    """Show who did what to WORK, and when; a removed work is known by its id."""
    with open_service(ctx.obj) as service:
        changes = works.history(service.store, work)
    if as_json:
        print_json({"changes": [asdict(change) for change in changes]})
        return
    for change in changes:
        click.echo(f"{change.at}  revision {change.revision}  {change.act} by {change.account}")
        for name, (before, after) in change.fields.items():
            click.echo(f"    {name}: {_said(before)} -> {_said(after)}")


def _said(value: object) -> str:
    return "none" if value is None else json.dumps(value, ensure_ascii=False)


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
