"""``cleardance licence``: who may use which work for what, and who consented to what."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from cleardance.clearance.service import Service, open_service
from cleardance.cli.console import json_option, print_json
from cleardance.cli.exit_codes import ExitCode
from cleardance.cli.words import echo, line
from cleardance.rights import granting
from cleardance.rights.grant import parse_grant, parse_moment, parse_territories
from cleardance.rights.licence import Asker, Licence, Use, failings, state
from cleardance.rights.licence_rows import LicenceRecord
from cleardance.rights.odrl import to_odrl
from cleardance.rights.registry import find_work
from cleardance.rights.snapshot import current
from cleardance.screen.licensing import allowed_by, join_and, why_words
from cleardance.store.failures import os_failures

_USES = click.Choice([use.value for use in Use])


@click.group()
def licence() -> None:
    """Grant, show and revoke licences to use works, and consents of people.

    \b
    Uses: prompt     naming or describing it in a prompt
          style      asking for its style
          reference  handing in media that show or sound like it
          output     making media that show or sound like it
          likeness   a person's name, face or figure
          voice      a voice
          post       naming or showing it in a post or in marketing
    """


@licence.command()
@click.argument("works", nargs=-1, required=True, metavar="WORK...")
@click.option("--to", required=True, help="everyone, account:NAME or partner:NAME.")
@click.option("--use", "uses", type=_USES, multiple=True, required=True, help="For what.")
@click.option("--with-parts", is_flag=True, help="Also what belongs to the works, people excepted.")
@click.option("--territory", "territories", multiple=True, metavar="CC", help="ISO 3166-1 code.")
@click.option("--from", "valid_from", metavar="TIME", help="RFC 3339, or a day.")
@click.option("--until", "valid_until", metavar="TIME", help="RFC 3339, or the last day.")
@click.option("--by", "grantor", help="Who grants it  [default: the works' owner, or the person].")
@click.option("--condition", "conditions", multiple=True, help="In words; cited in every verdict.")
@click.option(
    "--evidence", multiple=True, type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A file that proves it, such as the contract.",
)  # fmt: skip
@click.option("--statement", help="Proof in words. A consent needs this or --evidence.")
@json_option
@click.pass_context
def grant(ctx: click.Context, /, *, as_json: bool, **values: object) -> None:
    """Grant a licence to use each WORK, named by id or name; of people, their consent.

    It counts from the next request on, in every process, until it ends or is revoked.
    """
    wanted = parse_grant({name: value for name, value in values.items() if value is not None})
    with open_service(ctx.obj) as service:
        made = granting.grant(service.store, wanted, _now())
    if as_json:
        print_json(made.to_json())
    else:
        click.echo(f"Granted: {allowed_by(made.licence)}.")


@licence.command("list")
@click.argument("work", required=False)
@click.option("--to", help="Only those granted to everyone, account:NAME or partner:NAME.")
@json_option
@click.pass_context
def list_(ctx: click.Context, work: str | None, to: str | None, as_json: bool) -> None:
    """List licences, all or those that name WORK, ended and revoked ones too."""
    with open_service(ctx.obj) as service:
        found = granting.listing(service.store, work, to)
    now = _now()
    if as_json:
        print_json({"licences": [_facts(one, now) for one in found]})
        return
    for one in found:
        held = one.licence
        uses, works = ",".join(sorted(held.uses)), " ".join(held.works)
        click.echo(f"{held.id}  {state(held, now):<13}  {one.to:<20}  {uses}  {works}")


@licence.command()
@click.argument("licence_id", metavar="ID")
@click.option("--odrl", is_flag=True, help="As a policy of ODRL 2.2, in JSON-LD.")
@click.option(
    "--evidence", "folder", type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Also write the evidence, its bytes verified, to this folder.",
)  # fmt: skip
@json_option
@click.pass_context
def show(
    ctx: click.Context, licence_id: str, odrl: bool, folder: Path | None, as_json: bool
) -> None:
    """Show the licence ID: what it allows, who granted it, what became of it."""
    with open_service(ctx.obj) as service:
        found = granting.show(service.store, licence_id)
        if folder is not None:
            _write_evidence(service, found, folder)
        if odrl:
            print_json(to_odrl(found, service.settings.origin))
            return
    if as_json:
        print_json(_facts(found, _now()))
    else:
        echo(_lines(found))


@licence.command()
@click.argument("licence_id", metavar="ID")
@click.option("--why", required=True, help="Kept with the licence; not shown to its holder.")
@click.option("--by", required=True, help="Who revokes it.")
@json_option
@click.pass_context
def revoke(ctx: click.Context, licence_id: str, why: str, by: str, as_json: bool) -> None:
    """Revoke the licence ID: from now on it counts for nothing, in every process.

    What is being made under it is not released. Revoking again changes nothing.
    """
    with open_service(ctx.obj) as service:
        found = granting.revoke(service.store, licence_id, by=by, why=why, at=_now())
    if as_json:
        print_json(_facts(found, _now()))
    else:
        assert found.revocation is not None
        click.echo(f"{licence_id} was revoked by {found.revocation.by} at {found.revocation.at}.")


@licence.command()
@click.argument("work")
@click.option("--use", type=_USES, required=True, help="For what.")
@click.option("--account", default="local", show_default=True, help="Who would use it.")
@click.option(
    "--territory", "territories", multiple=True, metavar="CC",
    help="Where it would be offered  [default: the territories in the settings].",
)  # fmt: skip
@click.option("--at", metavar="TIME", help="RFC 3339, or a day  [default: now].")
@json_option
@click.pass_context
def check(
    ctx: click.Context,
    *,
    work: str,
    use: str,
    account: str,
    territories: tuple[str, ...],
    at: str | None,
    as_json: bool,
) -> None:
    """Say whether an account may use WORK, by which licence, and why others do not count.

    Exit code 3 if no licence allows it.
    """
    moment = parse_moment(at) if at else _now()
    with open_service(ctx.obj) as service:
        with service.store.read() as session:
            work_id, asker = find_work(session, work), service.asker(session, account, moment)
        registry = current(service.store)
    if territories:
        offered = parse_territories(territories)
        asker = Asker(moment, asker.account, asker.partner, offered)
    standing = registry.standing(work_id, Use(use), asker)
    others = [(one, _whys(one, asker, Use(use))) for one in registry.licences_about(work_id)]
    others = [(one, whys) for one, whys in others if whys]
    if as_json:
        cited = standing.licence.id if standing.licence else None
        not_counting = [{"id": one.id, "why": whys} for one, whys in others]
        print_json({"work": work_id, "use": use, "licence": cited, "not_counting": not_counting})
    else:
        yes, no = standing.licence, f"No: account {account!r} holds no licence that allows it."
        click.echo(f"Yes: {allowed_by(yes)}." if yes else no)
        for one, whys in others:
            click.echo(f"{one.id} does not count: it {join_and(whys)}.")
    ctx.exit(ExitCode.DONE if standing.licence else ExitCode.DENIED)


def _whys(one: Licence, asker: Asker, use: Use) -> list[str]:
    return [why_words(failing, one, asker, use) for failing in failings(one, asker, use)]


def _facts(found: LicenceRecord, now: datetime) -> dict[str, object]:
    return {**found.to_json(), "state": state(found.licence, now)}


def _lines(found: LicenceRecord) -> Iterator[str]:
    held, revoked = found.licence, found.revocation
    yield line(held.kind.capitalize(), f"{held.id}, {state(held, _now())}")
    yield line("Works", "\n".join(held.works) + ("\nand their parts" if held.with_parts else ""))
    yield line("To", found.to)
    yield line("Uses", ", ".join(sorted(held.uses)))
    yield line("Where", ", ".join(sorted(held.territories)) or "everywhere")
    yield line("From", held.valid_from or found.granted_at)
    yield line("Until", held.valid_until or "without an end")
    yield line("By", held.grantor)
    for condition in held.conditions:
        yield line("If", condition)
    for paper in found.evidence:
        yield line("Evidence", f"{paper.name}, sha256 {paper.sha256}")
    if revoked is not None:
        yield line("Revoked", f"{revoked.at} by {revoked.by}: {revoked.why}")


def _write_evidence(service: Service, found: LicenceRecord, folder: Path) -> None:
    for number, paper in enumerate(found.evidence, start=1):
        service.store.blobs.verify(paper.sha256)
        path = folder / f"{number}-{Path(paper.name).name}"
        with os_failures(path), service.store.blobs.open(paper.sha256) as blob:
            path.write_bytes(blob.read())


def _now() -> datetime:
    return datetime.now(UTC)
