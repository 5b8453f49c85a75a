"""What is published and who is reminded: status page, deadlines, transparency, the EU's rows."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from cleardance.clearance.notices import complaints, counter, statements
from cleardance.clearance.notices.dsa_rows import DsaRow, dsa_rows
from cleardance.clearance.notices.due import Urgency, due
from cleardance.clearance.notices.executing import execute
from cleardance.clearance.notices.status import status_of
from cleardance.clearance.notices.transparency import transparency_report
from cleardance.clearance.service import Service
from cleardance.errors import NotFound
from cleardance.rights.notices.filing import file_notice
from tests.clearance.notices.past import NOW, Past, check_golden
from tests.clearance.notices.test_redress import FRIDAY, counter_form
from tests.rights.notices.forms import intimate_form

GOLDENS = Path(__file__).parent / "goldens"
YEAR = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)


@pytest.fixture
def done(service: Service, past: Past) -> Past:
    execute(service, past.receipt.id, by="reviewer")
    return past


def test_the_sender_follows_the_notice_with_its_secret(
    service: Service, done: Past, rewrite_goldens: bool
) -> None:
    secret = done.receipt.secret or ""
    found = status_of(service, done.receipt.id, secret, NOW)
    assert (found.status, found.removed, found.restored, found.overdue) == ("executed", 2, 0, False)
    said = [one.what for one in found.happened]
    assert said[0] == "a rights-holder's notice was received"
    assert "accounts were told what was done on a notice, and why" in said
    assert not any("strike" in one for one in said)
    assert "studio" not in found.page
    first = found.happened[0].entry
    page = found.page.replace(f"<td>{first}</td>", "<td>FIRST</td>").split("As of")[0]
    check_golden(GOLDENS, "status.html", page.split("<h2>")[0], rewrite=rewrite_goldens)
    with pytest.raises(NotFound):
        status_of(service, done.receipt.id, "wrong", NOW)


def test_reminders_come_before_a_deadline_and_an_alarm_after_it(
    service: Service, past: Past
) -> None:
    deadline = past.receipt.deadline
    [later] = due(service, deadline - timedelta(days=2))
    assert (later.urgency, later.what) == (Urgency.LATER, "execute it")
    [soon] = due(service, deadline - timedelta(hours=3))
    assert soon.urgency is Urgency.SOON
    [overdue] = due(service, deadline + timedelta(seconds=1))
    assert overdue.urgency is Urgency.OVERDUE
    secret = past.receipt.secret or ""
    page = status_of(service, past.receipt.id, secret, deadline + timedelta(seconds=1))
    assert page.overdue
    assert "Its deadline has passed." in page.page
    execute(service, past.receipt.id, by="reviewer")
    assert due(service, deadline + timedelta(days=1)) == []


def test_an_intimate_image_leaves_48_hours_whatever_it_asks_for(
    service: Service, past: Past, tmp_path: Path
) -> None:
    located = [{"output": past.other.task.id}]
    form = intimate_form(located=located, deadline="30 days", received=FRIDAY.isoformat())
    receipt = file_notice(service.store, form, tmp_path, FRIDAY)
    waiting = [one for one in due(service, FRIDAY) if one.notice_id == receipt.id]
    assert waiting[0].due_at == "2026-11-29T15:00:00.000000Z"
    execute(service, receipt.id, by="reviewer")
    with service.store.read() as session:
        [told] = statements.of_task(session, past.other.task.id)
    assert "TAKE IT DOWN" in told.reasons.legal_ground
    assert not told.reasons.automated_detection
    [row] = dsa_rows(service, *YEAR)
    assert row.category == "STATEMENT_CATEGORY_CYBER_VIOLENCE"


def test_counter_notices_and_complaints_wait_too(service: Service, done: Past) -> None:
    found = counter.file_counter(service, counter_form(done), "studio", FRIDAY)
    with service.store.read() as session:
        told = statements.of_task(session, done.foreign.task.id)[0].id
    opened = complaints.complain(service, told, "mine", by="studio", at=FRIDAY)
    waiting = {one.subject: one for one in due(service, FRIDAY + timedelta(days=15))}
    assert "restore-due" in waiting[found.id].what
    assert waiting[opened.id].urgency is Urgency.OVERDUE


def test_rows_for_the_eu_are_valid_and_name_nobody(
    service: Service, done: Past, rewrite_goldens: bool
) -> None:
    rows = dsa_rows(service, *YEAR)
    assert len(rows) == 2
    text = rows[0].model_dump_json(indent=1, exclude_none=True)
    check_golden(GOLDENS, "dsa-row.json", text, rewrite=rewrite_goldens)
    everything = "".join(one.model_dump_json() for one in rows)
    for personal in ("studio", "Lantern", "Counsel", "cgt-", "cat runs", "Example"):
        assert personal not in everything
    assert dsa_rows(service, YEAR[0], YEAR[0] + timedelta(days=1)) == []


WRONG = {
    "puid": "with a space",
    "decision_facts": "x" * 5001,
    "illegal_content_legal_ground": "x" * 501,
    "illegal_content_explanation": None,
    "decision_visibility": None,
    "category": "STATEMENT_CATEGORY_MADE_UP",
    "content_type": [],
    "source_type": "SOURCE_UNKNOWN",
    "automated_detection": "Maybe",
    "account": "studio",
}


@pytest.mark.parametrize(("field", "value"), WRONG.items())
def test_rows_that_the_database_would_refuse_are_refused(field: str, value: object) -> None:
    row = json.loads((GOLDENS / "dsa-row.json").read_text())
    row |= {"puid": "sor-1", "content_date": "2026-11-22", "application_date": "2026-11-22"}
    DsaRow.model_validate(row)
    with pytest.raises(ValidationError):
        DsaRow.model_validate(row | {field: value})


def test_the_transparency_report_counts_and_names_nobody(
    service: Service, done: Past, rewrite_goldens: bool
) -> None:
    counter.file_counter(service, counter_form(done), "studio", FRIDAY)
    counter.restore_due(service, FRIDAY + timedelta(days=20), by="local")
    report = transparency_report(service, *YEAR)
    assert (report.requests, report.released, report.denied) == (3, 3, 0)
    assert report.notices_by_kind == {"copyright": 1}
    assert (report.outputs_removed, report.outputs_restored, report.statements) == (2, 1, 2)
    assert report.counter_notices_by_status == {"restored": 1}
    assert (report.strikes, report.strikes_reversed) == (1, 0)
    assert report.executed_after_deadline == 1
    assert report.median_hours_to_execution is not None
    steady = report.model_copy(update={"median_hours_to_execution": 1.5})
    check_golden(GOLDENS, "transparency.html", steady.page, rewrite=rewrite_goldens)
    assert "studio" not in report.page
    empty = transparency_report(service, YEAR[1], YEAR[1] + timedelta(days=1))
    assert (empty.requests, empty.notices_by_kind) == (0, {})
