"""Notices on PostgreSQL, from the letter to the last output that comes back."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cleardance.clearance.notices import complaints, counter, misuse, statements
from cleardance.clearance.notices.accepting import accept, from_anybody
from cleardance.clearance.notices.accounting import account_for
from cleardance.clearance.notices.dsa_rows import dsa_rows
from cleardance.clearance.notices.due import due
from cleardance.clearance.notices.executing import execute, resume_interrupted
from cleardance.clearance.notices.reporting.gathering import report_of
from cleardance.clearance.notices.reporting.model import ReportFormat
from cleardance.clearance.notices.reporting.writing import written
from cleardance.clearance.notices.revoking import RevokePolicy
from cleardance.clearance.notices.status import status_of
from cleardance.clearance.notices.transparency import transparency_report
from cleardance.clearance.notices.withdrawing import withdraw
from cleardance.clearance.service import Service, open_service
from cleardance.clearance.serving import open_output
from cleardance.errors import Removed
from cleardance.ledger.check_report import check_report
from cleardance.ledger.verify import verify
from cleardance.rights.notices.filing import file_notice
from cleardance.rights.notices.form import Demand
from tests.clearance.notices.past import NOW, past_of
from tests.clearance.notices.test_redress import counter_form
from tests.rights.notices.forms import copyright_form


@pytest.fixture
def service(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    monkeypatch.setenv("CLEARDANCE_DATABASE_URL", database)
    with open_service(tmp_path / "home") as service:
        yield service


def test_a_letter_is_executed_reported_objected_to_and_withdrawn(
    service: Service, tmp_path: Path
) -> None:
    past = past_of(service, tmp_path, demands=[one.value for one in Demand])
    receipt, named = past.receipt, past.named.task.id
    content = hashlib.sha256(open_output(service, named).path.read_bytes()).hexdigest()
    assert [one.subject for one in due(service, NOW)] == [receipt.id]
    done = execute(service, receipt.id, by="reviewer", revoke=RevokePolicy.PARTNERS)
    assert (done.status, done.done["remove"]) == ("executed", 2)
    assert resume_interrupted(service) == []
    with pytest.raises(Removed):
        open_output(service, named)

    report = report_of(service, receipt.id, NOW)
    for form in (ReportFormat.JSON, ReportFormat.CSV, ReportFormat.HTML):
        assert written(report, form)
    body = json.loads(written(report, ReportFormat.JSON))
    check_report(body, [service.ledger_keys.public])
    assert receipt.secret is not None
    assert status_of(service, receipt.id, receipt.secret, NOW).removed == 2
    with service.store.read() as session:
        told = statements.of_task(session, named)[0]
        everybody = statements.of_notice(session, receipt.id)
    month = timedelta(days=40)
    assert len(dsa_rows(service, NOW - month, NOW + month)) == len(everybody)
    assert transparency_report(service, NOW - month, NOW + month).model_dump()

    complaint = complaints.complain(service, told.id, "It is mine.", by="studio", at=NOW)
    no = {"uphold": False, "by": "reviewer", "reason": "It is not.", "at": NOW}
    assert complaints.decide(service, complaint.id, **no).status == "dismissed"
    objection = counter.file_counter(service, counter_form(past), "studio", NOW)
    assert counter.forwarding_letter(service, objection)
    [back] = counter.restore_due(service, NOW + timedelta(days=30), by="reviewer")
    assert back.id == objection.id
    assert open_output(service, named).sha256 == content
    found = misuse.find_misuse(service, receipt.id, by="reviewer", why="Not theirs.", at=NOW)
    assert misuse.lift_misuse(service, found.id, by="reviewer", why="It was.", at=NOW).lifted_at
    withdraw(service, receipt.id, by="reviewer", why="a mistake", at=NOW + month)
    assert open_output(service, past.foreign.task.id)
    verify(service.store, [service.ledger_keys.public])


def test_a_held_letter_is_accepted_and_withdrawn_in_part(service: Service, tmp_path: Path) -> None:
    past = past_of(service, tmp_path)
    works = [
        {"name": "Lantern Street", "kind": "series"},
        {"name": "Moonharp Alley", "kind": "film"},
    ]
    form = copyright_form(
        received="2026-02-17T09:00:00Z", works=works, law="letter", located=[], reason="ours"
    )
    receipt = file_notice(service.store, form, tmp_path, NOW, from_anybody(service))
    assert receipt.concerns
    filed = accept(service, receipt.id, by="reviewer", reason="They called back.")
    assert len(account_for(service, filed.works).instances) == 2
    execute(service, receipt.id, by="reviewer")
    [street] = [one for one in filed.works if one.startswith("lantern")]
    at = datetime(2026, 12, 1, tzinfo=UTC)
    done = withdraw(service, receipt.id, works=[street], by="reviewer", why="not ours", at=at)
    assert done.outputs == (past.named.task.id,)
    with pytest.raises(Removed):
        open_output(service, past.foreign.task.id)
