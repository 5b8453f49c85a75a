"""Notices as operators see them: the letter, what it touches, deciding on it, and the way back."""

from collections.abc import Callable
from typing import Annotated, Final

from fastapi import Form
from fastapi.responses import Response

from cleardance.accounts.roles import Permission
from cleardance.clearance.notices import (
    accepting,
    complaints,
    counter,
    executing,
    misuse,
    statements,
)
from cleardance.clearance.notices.accounting import account_for, plan_of
from cleardance.clearance.notices.excluding import samples_touched
from cleardance.clearance.notices.reporting.gathering import report_of
from cleardance.clearance.notices.reporting.model import ReportFormat
from cleardance.clearance.notices.reporting.writing import written
from cleardance.clearance.notices.revoking import POLICY_WORDS, RevokePolicy
from cleardance.clearance.notices.withdrawing import withdraw
from cleardance.rights.notices import filing
from cleardance.server.pages.page_route import page_router
from cleardance.server.pages.permitting import attempt, needing, who
from cleardance.server.pages.visit import Visit

router = page_router("/operate/notices")
_HERE: Final = "/operate/notices"
TYPES: Final = {
    ReportFormat.JSON: "application/json",
    ReportFormat.CSV: "text/csv; charset=utf-8",
    ReportFormat.PDF: "application/pdf",
    ReportFormat.HTML: "text/html; charset=utf-8",
}
Executor = Annotated[Visit, needing(Permission.EXECUTE_NOTICES)]
Text = Annotated[str, Form(max_length=4_000)]


@router.get("")
def listing(seen: Executor, done: bool = False) -> Response:
    """List the notices that are open, the soonest deadline first; or those that are done with."""
    rows = filing.listing(seen.service.store)
    told = {
        "rows": [one for one in rows if one.status.has_ended is done],
        "open_total": sum(not one.status.has_ended for one in rows),
        "done_total": sum(one.status.has_ended for one in rows),
        "done": done,
        "now": seen.now,
    }
    return seen.html("operate/notices.html", "Notices", told, here=_HERE)


@router.get("/{notice_id}")
def one(seen: Executor, notice_id: str) -> Response:
    """Show a notice: the letter, what speaks against it, what was done, who objected."""
    return _one(seen, notice_id)


@router.get("/{notice_id}/plan")
def plan(seen: Executor, notice_id: str) -> Response:
    """Return what executing it would touch as things stand now; nothing is done."""
    service = seen.service
    found = filing.find(service.store, notice_id)
    accounting = account_for(service, found.works, found.form.located)
    planned = plan_of(accounting, samples_touched(service, found.works))
    return seen.part(
        "operate/plan.html",
        notice=found,
        plan=planned,
        searched=accounting.searched,
        revision=accounting.registry_revision,
        policies=POLICY_WORDS,
        csrf=seen.csrf,
    )


@router.post("/{notice_id}/decide")
def decide(
    seen: Executor,
    notice_id: str,
    decision: Annotated[str, Form(pattern="accept|reject")],
    reason: Text = "",
    is_misuse: Annotated[bool, Form()] = False,
) -> Response:
    """Accept or reject a held notice."""
    store, by = seen.service.store, who(seen).account_name

    def act() -> None:
        if decision == "accept":
            accepting.accept(seen.service, notice_id, by=by, reason=reason)
        else:
            filing.reject(store, notice_id, by=by, reason=reason, is_misuse=is_misuse)

    return _done(seen, notice_id, act)


@router.post("/{notice_id}/execute")
def execute(
    seen: Executor,
    notice_id: str,
    policy: Annotated[RevokePolicy, Form()] = RevokePolicy.INFRINGING,
) -> Response:
    """Do what it demands; again, finish what was interrupted."""
    by = who(seen).account_name
    return _done(
        seen,
        notice_id,
        lambda: executing.execute(seen.service, notice_id, by=by, revoke=policy),
    )


@router.post("/{notice_id}/withdraw")
def take_back(seen: Executor, notice_id: str, reason: Text = "") -> Response:
    """Undo what it did, because its sender takes it back."""
    by = who(seen).account_name
    return _done(
        seen,
        notice_id,
        lambda: withdraw(seen.service, notice_id, by=by, why=reason, at=seen.now),
    )


@router.post("/{notice_id}/misuse")
def call_misuse(seen: Executor, notice_id: str, reason: Text = "") -> Response:
    """Log that it is misuse; often enough, its sender is suspended for a time."""
    by = who(seen).account_name
    return _done(
        seen,
        notice_id,
        lambda: misuse.find_misuse(seen.service, notice_id, by=by, why=reason, at=seen.now),
    )


@router.post("/{notice_id}/complaints/{complaint_id}")
def decide_complaint(
    seen: Executor,
    notice_id: str,
    complaint_id: str,
    decision: Annotated[str, Form(pattern="uphold|dismiss")],
    reason: Text = "",
) -> Response:
    """Decide on a complaint, as a person who did not make it."""
    by, uphold = who(seen).account_name, decision == "uphold"
    return _done(
        seen,
        notice_id,
        lambda: complaints.decide(
            seen.service, complaint_id, uphold=uphold, by=by, reason=reason, at=seen.now
        ),
    )


@router.post("/{notice_id}/counters/{counter_id}")
def decide_counter(
    seen: Executor,
    notice_id: str,
    counter_id: str,
    decision: Annotated[str, Form(pattern="court|restore|keep")],
    case: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Note that the sender went to court about it, or what the court decided."""
    service, by = seen.service, who(seen).account_name

    def act() -> None:
        if decision == "court":
            counter.court_asked(service, counter_id, case, seen.now)
        else:
            restore = decision == "restore"
            counter.court_decided(service, counter_id, restore=restore, by=by, at=seen.now)

    return _done(seen, notice_id, act)


@router.post("/restore-due")
def restore_due(seen: Executor) -> Response:
    """Bring back what counter-notices let come back by now."""
    counter.restore_due(seen.service, seen.now, by=who(seen).account_name)
    return seen.go(_HERE)


@router.get("/{notice_id}/report.{format_}")
def report(seen: Executor, notice_id: str, format_: ReportFormat) -> Response:
    """Return the accounting of every instance, with proofs, as its sender gets it."""
    body = written(report_of(seen.service, notice_id, seen.now), format_)
    name = f'attachment; filename="{notice_id}.{format_}"'
    return Response(body, headers={"Content-Disposition": name}, media_type=TYPES[format_])


def _done(seen: Visit, notice_id: str, act: Callable[[], object]) -> Response:
    then = f"{_HERE}/{notice_id}"
    return attempt(seen, act, then, lambda told, status: _one(seen, notice_id, told, status))


def _one(seen: Visit, notice_id: str, problem: str | None = None, status: int = 200) -> Response:
    found = filing.find(seen.service.store, notice_id)
    with seen.service.store.read() as session:
        told = {
            "notice": found,
            "done": executing.execution_of(seen.service, notice_id).done,
            "statements": statements.of_notice(session, notice_id),
            "counters": counter.of_notice(session, notice_id),
            "complaints": complaints.of_notice(session, notice_id),
            "formats": [one.value for one in ReportFormat],
            "problem": problem,
            "now": seen.now,
        }
    title = found.form.sender.on_behalf_of or found.form.sender.name or "Notice"
    return seen.html("operate/notice.html", title, told, here=_HERE, status=status)
