"""Statements, strikes, counter-notices, complaints: what is done to people, and the way back."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cleardance.accounts import accounts
from cleardance.clearance.erasure import erase
from cleardance.clearance.notices import complaints, counter, statements, strikes
from cleardance.clearance.notices.executing import execute
from cleardance.clearance.notices.misuse import find_misuse, lift_misuse
from cleardance.clearance.service import Service
from cleardance.clearance.serving import open_output
from cleardance.errors import (
    NotAppealable,
    NotFound,
    NoticeError,
    Removed,
    ReviewDecided,
    ReviewerNotAllowed,
)
from cleardance.ledger.verify import verify
from cleardance.rights.notices import filing
from cleardance.rights.notices.counter_form import CounterForm, parse_counter
from cleardance.rights.notices.filing import file_notice
from cleardance.rights.notices.suspending import suspended_until
from cleardance.rights.registry import add
from cleardance.rights.row import parse_row
from cleardance.store.locks import is_held
from cleardance.store.tables import CounterStatus, NoticeStatus
from tests.clearance.notices.past import NOW, Past, check_golden
from tests.rights.notices.forms import copyright_form

GOLDENS = Path(__file__).parent / "goldens"
FRIDAY = datetime(2026, 11, 27, 15, tzinfo=UTC)  # the day after Thanksgiving, which is no weekend


@pytest.fixture
def done(service: Service, past: Past) -> Past:
    """The same past, after its notice was executed."""
    execute(service, past.receipt.id, by="reviewer")
    return past


def counter_form(past: Past, **changed: Any) -> CounterForm:
    values = {
        "notice": past.receipt.id,
        "sender": {"name": "S. Tudio", "address": "1 Main Street", "phone": "+1 555 0100"},
        "outputs": [f"https://example.org/videos/{past.named.task.id}"],
        "statements": {
            "mistake_under_penalty_of_perjury": True,
            "consent_to_jurisdiction": True,
            "accept_service_of_process": True,
        },
        "signature": "/s/ S. Tudio",
    }
    return parse_counter(values | changed)


def is_served(service: Service, task_id: str) -> bool:
    try:
        open_output(service, task_id)
    except Removed:
        return False
    return True


def strikes_of(service: Service, name: str) -> int:
    with service.store.read() as session:
        whose = accounts.account_id(session, name)
        return strikes.counting(session, service.settings, whose, datetime.now(UTC))


def test_each_removal_is_told_with_all_that_the_law_asks_for(
    service: Service, done: Past, rewrite_goldens: bool
) -> None:
    with service.store.read() as session:
        told = statements.of_notice(session, done.receipt.id)
        [one] = statements.of_task(session, done.named.task.id)
        assert statements.of_account(session, "studio") == told
    assert {row.subject for row in told} == {done.named.task.id, done.foreign.task.id}
    assert {row.account for row in told} == {"studio"}
    assert one.reasons.restriction == "removal"
    assert (one.reasons.automated_detection, one.reasons.automated_decision) == (True, False)
    check_golden(GOLDENS, "statement.txt", statements.words(one), rewrite=rewrite_goldens)
    assert statements.state_reasons(service, done.receipt.id, NOW) == 0  # told once
    verify(service.store, [service.ledger_keys.public])


def test_an_erased_task_is_quoted_by_no_statement(service: Service, done: Past) -> None:
    erase(service, done.named.task.id)
    with service.store.read() as session:
        [one] = statements.of_task(session, done.named.task.id)
    assert "Lantern" not in one.reasons.model_dump_json()
    assert "erased" in one.reasons.facts[0]


def test_a_counter_notice_runs_its_clock_and_brings_the_output_back(
    service: Service, done: Past
) -> None:
    found = counter.file_counter(service, counter_form(done), "studio", FRIDAY)
    assert found.status is CounterStatus.FORWARDED
    # Ten and fourteen business days: neither weekends nor holidays, to the end of the day.
    assert (found.restore_from[:10], found.restore_by[:10]) == ("2026-12-11", "2026-12-17")
    letter = counter.forwarding_letter(service, found)
    assert "S. Tudio, 1 Main Street, +1 555 0100" in letter
    assert "after 2026-12-11 and no later than 2026-12-17" in letter
    again = counter.file_counter(service, counter_form(done), "studio", FRIDAY)
    assert again.id == found.id
    tenth = datetime(2026, 12, 11, 12, tzinfo=UTC)
    assert counter.restore_due(service, tenth, by="local") == []
    assert not is_served(service, done.named.task.id)
    [back] = counter.restore_due(service, tenth + timedelta(days=1), by="local")
    assert back.status is CounterStatus.RESTORED
    assert is_served(service, done.named.task.id)
    assert not is_served(service, done.foreign.task.id)
    with service.store.read() as session:
        [told] = statements.of_task(session, done.named.task.id)
    assert told.lifted_at is not None
    assert strikes_of(service, "studio") == 1  # something of it is still removed
    assert counter.restore_due(service, tenth + timedelta(days=1), by="local") == []


def test_a_court_action_keeps_it_removed_until_the_court_has_decided(
    service: Service, done: Past
) -> None:
    late = FRIDAY + timedelta(days=60)
    found = counter.file_counter(service, counter_form(done), "studio", FRIDAY)
    sued = counter.court_asked(service, found.id, "N.D. Cal., 3:26-cv-1", FRIDAY)
    assert sued.status is CounterStatus.SUED
    assert counter.restore_due(service, late, by="local") == []
    with pytest.raises(NoticeError, match="is sued"):
        counter.court_asked(service, found.id, "again", FRIDAY)
    ended = counter.court_decided(service, found.id, restore=True, by="local", at=late)
    assert ended.status is CounterStatus.RESTORED
    assert is_served(service, done.named.task.id)


def test_a_court_that_finds_for_the_sender_ends_it(service: Service, done: Past) -> None:
    found = counter.file_counter(service, counter_form(done), "studio", FRIDAY)
    counter.court_asked(service, found.id, "N.D. Cal., 3:26-cv-1", FRIDAY)
    ended = counter.court_decided(service, found.id, restore=False, by="local", at=FRIDAY)
    assert ended.status is CounterStatus.REFUSED
    assert not is_served(service, done.named.task.id)


LACKING: dict[str, dict[str, Any]] = {
    "signature": {"signature": None},
    "outputs": {"outputs": []},
    "sender": {"sender": {"name": "S. Tudio"}},
    "statements.mistake_under_penalty_of_perjury": {
        "statements": {"consent_to_jurisdiction": True, "accept_service_of_process": True}
    },
    "statements.consent_to_jurisdiction": {
        "statements": {
            "mistake_under_penalty_of_perjury": True,
            "accept_service_of_process": True,
        }
    },
    "statements.accept_service_of_process": {
        "statements": {"mistake_under_penalty_of_perjury": True, "consent_to_jurisdiction": True}
    },
}


@pytest.mark.parametrize(("field", "changed"), LACKING.items())
def test_a_counter_notice_that_lacks_something_starts_no_clock(
    service: Service, done: Past, field: str, changed: dict[str, Any]
) -> None:
    found = counter.file_counter(service, counter_form(done, **changed), "studio", FRIDAY)
    assert (found.status, found.missing) == (CounterStatus.INCOMPLETE, (field,))
    assert f"- {field}: " in str(found.to_json()["cure_request"])
    assert counter.restore_due(service, FRIDAY + timedelta(days=60), by="local") == []


def test_others_outputs_and_notices_cannot_be_countered(service: Service, done: Past) -> None:
    with pytest.raises(NoticeError, match="removed nothing of this account"):
        counter.file_counter(service, counter_form(done), "reviewer", FRIDAY)
    other = counter_form(done, outputs=[done.other.task.id])
    with pytest.raises(NoticeError, match="removed no such outputs"):
        counter.file_counter(service, other, "studio", FRIDAY)
    with pytest.raises(NotFound):
        counter.file_counter(service, counter_form(done, notice="ntc-none"), "studio", FRIDAY)


def test_strikes_suspend_and_their_reversal_restores(
    service: Service, done: Past, tmp_path: Path
) -> None:
    notices = [done.receipt.id]
    for number in (2, 3):
        form = copyright_form(received="2026-02-17T09:00:00Z", reason=f"again {number}")
        notices.append(file_notice(service.store, form, tmp_path, NOW).id)
        assert not suspended(service)
        execute(service, notices[-1], by="reviewer")
    assert strikes_of(service, "studio") == 3
    assert suspended(service)
    for task_id in (done.named.task.id, done.foreign.task.id):
        strikes_left = restore(service, notices[0], task_id)
    assert strikes_left == 2
    assert not suspended(service)
    assert not is_served(service, done.named.task.id)  # two other notices removed it too


def suspended(service: Service) -> bool:
    with service.store.read() as session:
        return accounts.is_suspended(session, accounts.account_id(session, "studio"))


def restore(service: Service, notice_id: str, task_id: str) -> int:
    from cleardance.clearance.notices.restoring import restore_outputs

    now = datetime.now(UTC)
    restore_outputs(service, notice_id, [task_id], by="reviewer", why="mistake", at=now)
    return strikes_of(service, "studio")


def statement_of(service: Service, task_id: str) -> str:
    with service.store.read() as session:
        [one] = statements.of_task(session, task_id)
    return one.id


def test_a_complaint_is_decided_by_somebody_else_and_brings_the_output_back(
    service: Service, done: Past
) -> None:
    told = statement_of(service, done.named.task.id)
    now = datetime.now(UTC)
    with pytest.raises(NotFound):
        complaints.complain(service, told, "not mine", by="reviewer", at=now)
    opened = complaints.complain(service, told, "my own street", by="studio", at=now)
    with pytest.raises(NotAppealable, match="before"):
        complaints.complain(service, told, "again", by="studio", at=now)
    decided = {"uphold": True, "reason": "another street", "at": now}
    with pytest.raises(ReviewerNotAllowed):
        complaints.decide(service, opened.id, by="studio", **decided)
    closed = complaints.decide(service, opened.id, by="reviewer", **decided)
    assert closed.status == "upheld"
    assert is_served(service, done.named.task.id)
    with pytest.raises(ReviewDecided):
        complaints.decide(service, opened.id, by="reviewer", **decided)


def test_a_sender_whose_complaint_is_upheld_has_the_notice_decided_anew(
    service: Service, tmp_path: Path
) -> None:
    free = copyright_form(works=[{"name": "Alice", "kind": "film", "public_domain": True}])
    add(service.store, parse_row({"name": "Alice", "kind": "film", "public_domain": True}))
    held = file_notice(service.store, free, tmp_path, NOW)
    filing.reject(service.store, held.id, by="reviewer", reason="It is free.")
    opened = complaints.complain_of_rejection(service, held.id, "Not this one.", NOW)
    decided: Any = {"by": "reviewer", "reason": "They are right.", "at": NOW}
    complaints.decide(service, opened.id, uphold=True, **decided)
    assert filing.find(service.store, held.id).status is NoticeStatus.HELD
    accepted = filing.accept(service.store, held.id, by="reviewer", reason="Their film.")
    assert accepted.status is NoticeStatus.ACCEPTED
    verify(service.store, [service.ledger_keys.public])


def test_complaints_are_open_for_six_months(service: Service, done: Past) -> None:
    told = statement_of(service, done.named.task.id)
    now = datetime.now(UTC)
    with pytest.raises(NotAppealable, match="were open until"):
        complaints.complain(service, told, "late", by="studio", at=now + timedelta(days=184))
    in_time = now + timedelta(days=181)
    opened = complaints.complain(service, told, "in time", by="studio", at=in_time)
    no = {"uphold": False, "by": "reviewer", "reason": "it is the same", "at": in_time}
    assert complaints.decide(service, opened.id, **no).status == "dismissed"
    assert not is_served(service, done.named.task.id)


def test_misuse_is_logged_and_suspends_its_sender_for_a_time(
    service: Service, past: Past, tmp_path: Path
) -> None:
    form = copyright_form(received="2026-02-17T09:00:00Z", reason="again")
    second = file_notice(service.store, form, tmp_path, NOW).id

    def until() -> datetime | None:
        with service.store.read() as session:
            return suspended_until(session, "counsel@example.com", NOW, limit=2, days=90)

    first = find_misuse(service, past.receipt.id, by="reviewer", why="not theirs", at=NOW)
    assert until() is None  # a warning
    assert find_misuse(service, past.receipt.id, by="reviewer", why="again", at=NOW) == first
    find_misuse(service, second, by="reviewer", why="not theirs either", at=NOW)
    assert until() == NOW + timedelta(days=90)
    lift_misuse(service, first.id, by="reviewer", why="it was theirs", at=NOW)
    assert until() is None
    with pytest.raises(NotFound):
        find_misuse(service, "ntc-none", by="reviewer", why="what", at=NOW)


def test_the_timer_brings_nothing_back_for_which_a_court_is_being_asked(
    service: Service, done: Past
) -> None:
    found = counter.file_counter(service, counter_form(done), "studio", FRIDAY)
    late = FRIDAY + timedelta(days=60)
    with ThreadPoolExecutor(2) as threads:
        with service.store.begin():  # so that both are under way, and neither has written
            asking = threads.submit(counter.court_asked, service, found.id, "3:26-cv-1", late)
            while not is_held(service.store.home.locks / f"{found.id}.lock"):
                time.sleep(0.01)
            timer = threads.submit(counter.restore_due, service, late, by="local")
            assert timer.result(timeout=20) == []
        assert asking.result().status is CounterStatus.SUED
    assert not is_served(service, done.named.task.id)
