"""``cleardance review`` and ``cleardance appeal``: what waits for a person, and who decides."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from cleardance.accounts.accounts import LOCAL_ACCOUNT
from cleardance.clearance import review as queue
from cleardance.clearance import review_decision
from cleardance.clearance.review import ReviewRow
from cleardance.clearance.service import Service, open_service
from cleardance.cli.console import Command, json_option, print_json
from cleardance.cli.words import echo, line
from cleardance.verdict import Decision, Finding


@click.group()
def review() -> None:
    """Look at what is held or appealed, and release or deny it."""


def _by_option(command: Command) -> Command:
    option = click.option("--by", required=True, metavar="NAME", help="Your account.")
    return option(command)


def _reason_option(command: Command) -> Command:
    option = click.option("--reason", required=True, help="Why; the requester reads it.")
    return option(command)


@review.command("list")
@click.option("--all", "decided", is_flag=True, help="Those that are decided, too.")
@json_option
@click.pass_context
def list_(ctx: click.Context, decided: bool, as_json: bool) -> None:
    """List what waits for a person, the most urgent first."""
    now = datetime.now(UTC)
    with open_service(ctx.obj) as service:
        rows = queue.listing(service, decided=decided)
    if as_json:
        print_json({"reviews": [row.to_json(now) for row in rows]})
        return
    for row in rows:
        names = dict.fromkeys(finding.work.name for finding in row.verdict.findings)
        works = ", ".join(names) or f"unknown: {', '.join(row.verdict.needed)}"
        click.echo(f"{row.id:<34}  {_kind(row):<13}  {_standing(row, now):<30}  {works}")
    if not rows:
        click.echo("Nothing waits for a person.")


@review.command()
@click.argument("review_id", metavar="REVIEW")
@click.option(
    "--pictures",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write what is to be looked at into this folder, as PNG.",
)
@json_option
@click.pass_context
def show(ctx: click.Context, review_id: str, folder: Path | None, as_json: bool) -> None:
    """Show REVIEW: what was asked, what was found, and what the appellant says."""
    now = datetime.now(UTC)
    with open_service(ctx.obj) as service:
        with service.store.read() as session:
            row = queue.load(session, review_id)
        prompt = service.task(row.task_id).request.prompt
        pictures = _pictures(service, row, folder)
    if as_json:
        print_json({**row.to_json(now), "prompt": prompt, "pictures": pictures})
    else:
        echo(_lines(row, prompt, now))
        echo(line("Look at", path) for path in pictures)


def _pictures(service: Service, row: ReviewRow, folder: Path | None) -> list[str]:
    if folder is None:
        return []
    from cleardance.clearance.review_pictures import write_pictures  # slow to import

    return [str(path) for path in write_pictures(service, row, folder)]


@review.command()
@click.argument("review_id", metavar="REVIEW")
@_by_option
@json_option
@click.pass_context
def claim(ctx: click.Context, review_id: str, by: str, as_json: bool) -> None:
    """Take REVIEW to yourself: for an hour nobody else can decide it."""
    now = datetime.now(UTC)
    with open_service(ctx.obj) as service:
        row = queue.claim(service, review_id, by, now)
    if as_json:
        print_json(row.to_json(now))
    else:
        click.echo(f"Review {row.id} is yours for an hour.")


@review.command()
@click.argument("review_id", metavar="REVIEW")
@_by_option
@_reason_option
@json_option
@click.pass_context
def release(ctx: click.Context, review_id: str, by: str, reason: str, as_json: bool) -> None:
    """Release what REVIEW is about: it may be made, or handed over, all the same.

    On appeal this overturns a denial. It holds for what was found and shown here; what is found
    besides when the registry has moved is held again.
    """
    with open_service(ctx.obj) as service:
        row = review_decision.release(service, review_id, by, reason, datetime.now(UTC))
    follow = f"cleardance task resume {row.task_id}, or any worker, finishes it."
    _print_decided(row, as_json=as_json, follow=follow)


@review.command()
@click.argument("review_id", metavar="REVIEW")
@_by_option
@_reason_option
@json_option
@click.pass_context
def deny(ctx: click.Context, review_id: str, by: str, reason: str, as_json: bool) -> None:
    """Deny what REVIEW is about, or uphold its denial on appeal."""
    with open_service(ctx.obj) as service:
        row = review_decision.deny(service, review_id, by, reason, datetime.now(UTC))
    _print_decided(row, as_json=as_json, follow=f"Task {row.task_id} is denied.")


@click.command()
@click.argument("task_id", metavar="TASK")
@click.option("--reason", required=True, help="Why it may be made; a reviewer reads it.")
@click.option(
    "--account", default=LOCAL_ACCOUNT, show_default=True, help="The account that asked."
)  # fmt: skip
@json_option
@click.pass_context
def appeal(ctx: click.Context, task_id: str, reason: str, account: str, as_json: bool) -> None:
    """Have a person look at the denial of TASK: once, and not the one who denied it."""
    now = datetime.now(UTC)
    with open_service(ctx.obj) as service:
        row = queue.appeal(service, task_id, account, reason, now)
    if as_json:
        print_json(_for_requester(row))
    else:
        click.echo(f"A person decides by {row.due_at[:16]}Z: review {row.id}.")
        click.echo(f"cleardance task show {task_id} says how it stands.")


def _for_requester(row: ReviewRow) -> dict[str, object]:
    return {"id": row.id, "task": row.task_id, "status": row.status.value, "due_at": row.due_at}


def _print_decided(row: ReviewRow, *, as_json: bool, follow: str) -> None:
    if as_json:
        print_json(row.to_json(datetime.now(UTC)))
    else:
        click.echo(f"Review {row.id} is {row.status}. {follow}")


def _lines(row: ReviewRow, prompt: str, now: datetime) -> Iterator[str]:
    yield line("Review", f"{row.id}, {_kind(row)}, {_standing(row, now)}")
    yield line("Prompt", prompt)
    yield line("Why", row.verdict.reason)
    for finding in row.verdict.findings:
        if finding.decision is not Decision.CLEAR:
            yield line("Found", _found(finding))
    if row.verdict.omitted is not None:
        yield line("Omitted", f"{row.verdict.omitted.findings} more findings")
    if row.verdict.needed:
        yield line("Unknown", ", ".join(row.verdict.needed))
    if row.text is not None:
        yield line("Appeal", row.text)
    if row.reason is not None:
        yield line("Decided", f"{row.status} by {row.decided_by} at {row.decided_at}: {row.reason}")


def _found(finding: Finding) -> str:
    seen = finding.evidence
    where = f'"{seen.text}"' if seen.text else f"at {seen.time_s or 0.0:.1f} s"
    work = f'"{finding.work.name}" ({finding.work.kind})'
    return f"{work} by {finding.signal} {where}, score {finding.score:g} [{finding.rule}]"


def _kind(row: ReviewRow) -> str:
    return f"{'appeal' if row.appeal else 'hold'}, {row.stage}"


def _standing(row: ReviewRow, now: datetime) -> str:
    if row.decided_at is not None:
        return row.status.value
    hours = (now - datetime.fromisoformat(row.opened_at)).total_seconds() / 3600
    late = ", overdue" if datetime.fromisoformat(row.due_at) < now else ""
    taken = f", with {row.claimed_by}" if row.claimed_by else ""
    return f"{hours:.0f} h old{late}{taken}"
