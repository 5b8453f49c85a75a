"""Notices at the desk: where one's own stand, what was done, with proofs; objections answered."""

from collections.abc import Callable
from typing import Annotated, Final

from fastapi import Form
from fastapi.responses import Response

from cleardance.accounts.roles import Permission
from cleardance.clearance.notices import complaints, counter
from cleardance.clearance.notices.reporting.gathering import report_of
from cleardance.clearance.notices.reporting.model import ReportFormat
from cleardance.clearance.notices.reporting.writing import written
from cleardance.clearance.notices.status import standing_of
from cleardance.clearance.notices.withdrawing import withdraw
from cleardance.errors import NotFound, NoticeError
from cleardance.rights.notices import filing
from cleardance.rights.notices.filing import FiledNotice
from cleardance.rights.notices.form import Demand
from cleardance.rights.notices.requirements import cure_request
from cleardance.server.pages.desk.holder import holder_of
from cleardance.server.pages.page_route import page_router
from cleardance.server.pages.permitting import attempt, needing, who
from cleardance.server.pages.visit import Visit
from cleardance.store.tables import NoticeStatus

router = page_router("/rights/notices")
HERE: Final = "/rights/notices"
Sender = Annotated[Visit, needing(Permission.READ_OWN_NOTICES)]
Text = Annotated[str, Form(max_length=4_000)]


@router.get("")
def listing(seen: Sender) -> Response:
    """List one's notices, the soonest deadline first."""
    return _listing(seen)


@router.post("/claim")
def claim(seen: Sender, reference: Text = "", secret: Text = "") -> Response:
    """Bring a notice to the desk that was sent from elsewhere, by its reference and secret."""
    store, name = seen.service.store, reference.strip()
    account = who(seen).account_id
    return attempt(
        seen,
        lambda: filing.claim(store, name, secret.strip(), account),
        f"{HERE}/{name}",
        lambda problem, status: _listing(seen, problem, status),
    )


@router.get("/{notice_id}")
def one(seen: Sender, notice_id: str) -> Response:
    """Show a notice."""
    return _one(seen, notice_id)


@router.get("/{notice_id}/report.{format_}")
def report(seen: Sender, notice_id: str, format_: ReportFormat) -> Response:
    """Return the accounting report, once what the notice demands was done."""
    found = holder_of(seen).notice(notice_id)
    return report_file(seen, found, format_)


@router.post("/{notice_id}/counters/{counter_id}/court")
def court(seen: Sender, notice_id: str, counter_id: str, case: Text = "") -> Response:
    """Say that a court was asked: the outputs stay removed until it decides."""

    def act() -> None:
        holder_of(seen).notice(notice_id)
        with seen.service.store.read() as session:
            if counter.load(session, counter_id).notice_id != notice_id:
                raise NotFound(f"There is no counter-notice {counter_id!r}.")
        if not case.strip():
            raise NoticeError("Name the court and the case.")
        counter.court_asked(seen.service, counter_id, case.strip(), seen.now)

    return _done(seen, notice_id, act)


@router.post("/{notice_id}/withdraw")
def take_back(seen: Sender, notice_id: str, why: Text = "", outputs: Text = "") -> Response:
    """Withdraw a notice, whole or as far as it concerns some outputs."""

    def act() -> None:
        holder_of(seen).notice(notice_id)
        if not why.strip():
            raise NoticeError("Say why it is withdrawn.")
        by = who(seen).account_name
        named = outputs.split()
        withdraw(seen.service, notice_id, outputs=named, by=by, why=why.strip(), at=seen.now)

    return _done(seen, notice_id, act)


@router.post("/{notice_id}/complain")
def complain(seen: Sender, notice_id: str, text: Text = "") -> Response:
    """Complain that a notice was rejected; a person decides."""

    def act() -> None:
        holder_of(seen).notice(notice_id)
        complaints.complain_of_rejection(seen.service, notice_id, text, seen.now)

    return _done(seen, notice_id, act)


def may_have_report(found: FiledNotice) -> bool:
    """Whether the sender gets the report: once a person let the notice have effect and it had."""
    return Demand.ACCOUNT in found.form.demands and found.status is NoticeStatus.EXECUTED


def report_file(seen: Visit, found: FiledNotice, format_: ReportFormat) -> Response:
    """Return the report as a file. Raises NotFound before there is one."""
    if not may_have_report(found):
        raise NotFound("There is a report once what the notice demands was done.")
    body = written(report_of(seen.service, found.id, seen.now), format_)
    headers = {"Content-Disposition": f'attachment; filename="{found.id}.{format_}"'}
    return Response(body, media_type=format_.media_type, headers=headers)


def _done(seen: Visit, notice_id: str, act: Callable[[], object]) -> Response:
    return attempt(
        seen,
        act,
        f"{HERE}/{notice_id}",
        lambda problem, status: _one(seen, notice_id, problem, status),
    )


def _listing(seen: Visit, problem: str | None = None, status: int = 200) -> Response:
    rows = holder_of(seen).notices()
    told = {
        "open": [one for one in rows if not one.status.has_ended],
        "ended": [one for one in rows if one.status.has_ended],
        "problem": problem,
        "now": seen.now,
    }
    return seen.html("desk/notices.html", "Notices", told, here=HERE, status=status)


def _one(seen: Visit, notice_id: str, problem: str | None = None, status: int = 200) -> Response:
    found = holder_of(seen).notice(notice_id)
    with seen.service.store.read() as session:
        counters = counter.of_notice(session, notice_id)
        complained = [
            one for one in complaints.of_notice(session, notice_id) if one.statement_id is None
        ]
    told = {
        "notice": found,
        "standing": standing_of(seen.service, notice_id, seen.now),
        "cure": cure_request(found.form, found.id),
        "counters": [
            (one, "" if one.missing else counter.forwarding_letter(seen.service, one))
            for one in counters
        ],
        "complaints": complained,
        "formats": list(ReportFormat) if may_have_report(found) else [],
        "problem": problem,
        "now": seen.now,
    }
    title = f"Notice {notice_id}"
    return seen.html("desk/notice.html", title, told, here=HERE, status=status)
