"""What whoever made a removed output can do about it: read why, object, complain, watch the clock.

The counter-notice has what 17 USC 512(g)(3) asks for; the complaint is that of Regulation (EU)
2022/2065, Art. 20.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Form
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from cleardance.accounts.roles import Permission
from cleardance.clearance.notices import complaints, counter, statements
from cleardance.clearance.notices.complaints import Complaint
from cleardance.clearance.notices.counter import CounterNotice
from cleardance.clearance.notices.statements import Statement
from cleardance.clearance.serving import removed_by
from cleardance.errors import NotFound, NoticeError
from cleardance.rights.notices import filing
from cleardance.rights.notices.counter_form import CounterForm, missing, parse_counter
from cleardance.rights.notices.filing import FiledNotice
from cleardance.server.pages.one_task import task_of
from cleardance.server.pages.page_route import page_router
from cleardance.server.pages.permitting import attempt, needing, who
from cleardance.server.pages.visit import Visit

router = page_router("/studio/{task_id}/removal")
Maker = Annotated[Visit, needing(Permission.APPEAL)]
Text = Annotated[str, Form(max_length=4_000)]
_SENDER: Final = ("name", "address", "phone", "email")
_STATEMENTS: Final = tuple(CounterForm.model_fields["statements"].default.model_dump())


@dataclass(frozen=True)
class Removal:
    """A removal of one's own output: the notice, what one was told, what one said to it."""

    notice: FiledNotice
    statement: Statement | None
    counters: list[CounterNotice]
    complaint: Complaint | None
    others: list[tuple[str, str]]  # what else of one's own it removed: id, prompt


@router.get("")
def removal(seen: Maker, task_id: str) -> Response:
    """Show why it was removed, what was said to it, and the forms for saying it."""
    return _page(seen, task_id)


@router.post("/check")
async def check(seen: Maker, task_id: str) -> Response:
    """Say what the law asks of a counter-notice, and what of it is given so far."""
    fields = await seen.request.form()
    notice = (await run_in_threadpool(_removal_of, seen, task_id)).notice
    try:
        lacking = missing(_form_of(notice, task_id, fields))
    except NoticeError as error:
        return seen.part("objection_asked.html", asked=(), left=0, problem=error.message)
    asked = [
        ({"meaning": meaning, "source": source}, (name, meaning, source) not in lacking)
        for name, meaning, source in missing(CounterForm(notice=notice.id))
    ]
    return seen.part("objection_asked.html", asked=asked, left=len(lacking), problem=None)


@router.post("")
async def object_to_it(seen: Maker, task_id: str) -> Response:
    """Hand in a counter-notice that has all that the law asks of one, or say what it lacks."""
    fields = await seen.request.form()

    def act() -> None:
        form = _form_of(_removal_of(seen, task_id).notice, task_id, fields)
        if lacking := missing(form):
            told = "; ".join(meaning for _, meaning, _ in lacking)
            raise NoticeError(f"To be forwarded, the counter-notice still needs: {told}.")
        counter.file_counter(seen.service, form, who(seen).account_name, seen.now)

    return await run_in_threadpool(_done, seen, task_id, act, dict(fields))


@router.post("/complain")
def complain(seen: Maker, task_id: str, text: Text = "") -> Response:
    """Complain of the statement of reasons; a person decides."""

    def act() -> None:
        told = _removal_of(seen, task_id).statement
        if told is None:
            raise NotFound("You were told no reasons for this yet; ask again in a moment.")
        complaints.complain(seen.service, told.id, text, by=who(seen).account_name, at=seen.now)

    return _done(seen, task_id, act, {"text": text})


def _done(seen: Visit, task_id: str, act: Callable[[], object], filled: dict[str, Any]) -> Response:
    return attempt(
        seen,
        act,
        f"/studio/{task_id}/removal",
        lambda problem, status: _page(seen, task_id, filled, problem, status),
    )


def _removal_of(seen: Visit, task_id: str) -> Removal:
    """Return the removal of one's own output, in force or not any more. Raises NotFound."""
    task_of(seen, task_id)
    name = who(seen).account_name
    with seen.service.store.read() as session:
        told = statements.of_task(session, task_id)
        in_force = removed_by(session, task_id)
        notice_id = in_force[0] if in_force else told[-1].notice_id if told else None
        if notice_id is None:
            raise NotFound("No notice removed this output.")
        reasons = next((one for one in told if one.notice_id == notice_id), None)
        said = complaints.of_notice(session, notice_id)
        return Removal(
            filing.load(session, notice_id),
            reasons,
            [
                one
                for one in counter.of_notice(session, notice_id)
                if one.account == name and task_id in one.form.tasks
            ],
            next((one for one in said if reasons and one.statement_id == reasons.id), None),
            [one for one in counter.removed_of(session, notice_id, name) if one[0] != task_id],
        )


def _form_of(notice: FiledNotice, task_id: str, fields: Any) -> CounterForm:
    """Return the counter-notice that a form describes; what is empty is left out."""
    sender = {name: text for name in _SENDER if (text := str(fields.get(name) or "").strip())}
    texts = {
        name: text
        for name in ("reason", "signature")
        if (text := str(fields.get(name) or "").strip())
    }
    return parse_counter(
        {
            "notice": notice.id,
            "sender": sender,
            "outputs": [task_id, *fields.getlist("others")],
            "statements": {name: bool(fields.get(name)) for name in _STATEMENTS},
            **texts,
        }
    )


def _page(
    seen: Visit,
    task_id: str,
    filled: dict[str, Any] | None = None,
    problem: str | None = None,
    status: int = 200,
) -> Response:
    found = _removal_of(seen, task_id)
    with seen.service.store.read() as session:
        in_force = removed_by(session, task_id)
    told = {
        "task_id": task_id,
        "prompt": task_of(seen, task_id).task.request.prompt,
        "removal": found,
        "in_force": in_force is not None,
        "filled": filled or {},
        "problem": problem,
        "now": seen.now,
    }
    title = "Removed after a notice"
    return seen.html("objection.html", title, told, here="/studio", status=status)
