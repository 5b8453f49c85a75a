"""Reports to the public and to authorities, of any period."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Final

from fastapi.responses import HTMLResponse, PlainTextResponse, Response

from cleardance.accounts.roles import Permission
from cleardance.clearance.notices.dsa_rows import dsa_rows
from cleardance.clearance.notices.strikes import listing as strikes_of
from cleardance.clearance.notices.transparency import TransparencyReport, transparency_report
from cleardance.errors import UsageError
from cleardance.server.pages.page_route import page_router
from cleardance.server.pages.permitting import needing
from cleardance.server.pages.visit import Visit

router = page_router("/operate/reports")
_HERE: Final = "/operate/reports"
_DAYS: Final = 90
Operator = Annotated[Visit, needing(Permission.OPERATE)]


@router.get("")
def reports(seen: Operator, start: date | None = None, end: date | None = None) -> Response:
    """Show the transparency report of a period: the last 90 days, unless one is given."""
    first, last = _period(seen, start, end)
    with seen.service.store.read() as session:
        strikes = strikes_of(session)
    told = {
        "report": _report(seen, first, last),
        "start": first.isoformat(),
        "end": last.isoformat(),
        "strikes": strikes[-50:],
    }
    return seen.html("operate/reports.html", "Reports", told, here=_HERE)


@router.get("/transparency.json")
def as_json(seen: Operator, start: date, end: date) -> Response:
    """Return it as JSON."""
    body = _report(seen, *_period(seen, start, end)).model_dump_json(indent=1)
    return _file(body, "application/json", f"transparency-{start}-{end}.json")


@router.get("/transparency.html")
def as_html(seen: Operator, start: date, end: date) -> Response:
    """Return it as a page to be published."""
    page = HTMLResponse(_report(seen, *_period(seen, start, end)).page)
    page.headers["Content-Disposition"] = f'attachment; filename="transparency-{start}-{end}.html"'
    return page


@router.get("/dsa-rows.jsonl")
def dsa(seen: Operator, start: date, end: date) -> Response:
    """Return a row for each statement of reasons, for the EU's database."""
    first, last = _period(seen, start, end)
    rows = dsa_rows(seen.service, _moment(first), _moment(last + timedelta(days=1)))
    body = "".join(f"{row.model_dump_json(exclude_none=True)}\n" for row in rows)
    return _file(body, "application/x-ndjson", f"dsa-{start}-{end}.jsonl")


def _period(seen: Visit, start: date | None, end: date | None) -> tuple[date, date]:
    last = end or seen.now.date()
    first = start or last - timedelta(days=_DAYS)
    if last < first:
        raise UsageError("A period ends on or after the day it begins.")
    return first, last


def _report(seen: Visit, first: date, last: date) -> TransparencyReport:
    return transparency_report(seen.service, _moment(first), _moment(last + timedelta(days=1)))


def _moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _file(body: str, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return PlainTextResponse(body, headers=headers, media_type=kind)
