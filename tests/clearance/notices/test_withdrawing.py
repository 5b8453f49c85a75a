"""What a notice did is undone when it is withdrawn: every byte and every policy as before."""

import hashlib
import shutil
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from cleardance.clearance.notices.executing import execute
from cleardance.clearance.notices.reporting.gathering import report_of
from cleardance.clearance.notices.withdrawing import withdraw
from cleardance.clearance.service import Service, open_service
from cleardance.clearance.serving import open_output
from cleardance.errors import CleardanceError, NotFound, NoticeError, Removed, TaskBusy
from cleardance.ledger.check_report import check_report
from cleardance.ledger.verify import verify
from cleardance.rights.notices import filing
from cleardance.rights.notices.filing import file_notice
from cleardance.store.locks import is_held
from cleardance.store.tables import NoticeStatus, notice, work
from tests.clearance.notices.past import NOW, Past, PastHome
from tests.rights.notices.forms import copyright_form

BY = {"by": "reviewer", "why": "a mistake", "at": datetime(2026, 11, 23, tzinfo=UTC)}


def served(service: Service, past: Past) -> dict[str, str]:
    """SHA-256 of the bytes that are handed out, or why none are, for every task."""
    found = {}
    for one in (past.named, past.foreign, past.other):
        try:
            path = open_output(service, one.task.id).path
            found[one.task.id] = hashlib.sha256(path.read_bytes()).hexdigest()
        except CleardanceError as error:
            found[one.task.id] = error.code
    return found


def policies(service: Service) -> dict[str, str]:
    with service.store.read() as session:
        return {row.id: row.policy for row in session.execute(select(work.c.id, work.c.policy))}


CEASE = {"demands": ["remove", "account", "revoke", "cease", "exclude_from_training"]}


@settings(max_examples=6, deadline=None)
@given(
    way=st.lists(st.sampled_from(["named", "foreign", "work", "whole"]), max_size=3),
    allowed=st.booleans(),
)
def test_whatever_is_withdrawn_first_the_whole_leaves_all_as_before(
    past_home: PastHome, way: list[str], allowed: bool
) -> None:
    past = past_home.past
    with tempfile.TemporaryDirectory() as folder:
        home = Path(shutil.copytree(past_home.home, Path(folder) / "home"))
        with open_service(home) as service:
            form = copyright_form(received="2026-02-17T09:00:00Z", **CEASE)
            notice_id = file_notice(service.store, form, home, NOW).id
            if allowed:  # a policy that the execution changes
                with service.store.begin() as session:
                    session.execute(work.update().values(policy="review"))
            before = served(service, past), policies(service)
            execute(service, notice_id, by="reviewer")
            assert served(service, past)[past.named.task.id] == Removed.code
            assert served(service, past)[past.other.task.id] == before[0][past.other.task.id]
            for part in way:
                step(service, past, notice_id, part)
            withdraw(service, notice_id, **BY)
            assert (served(service, past), policies(service)) == before
            assert filing.find(service.store, notice_id).status is NoticeStatus.WITHDRAWN
            verify(service.store, [service.ledger_keys.public])


def step(service: Service, past: Past, notice_id: str, part: str) -> None:
    """Withdraw a part, if it is still there to be withdrawn."""
    outputs = {"named": past.named.task.id, "foreign": past.foreign.task.id}
    works = filing.find(service.store, notice_id).works if part == "work" else ()
    chosen = [outputs[part]] if part in outputs else []
    try:
        withdraw(service, notice_id, works=works, outputs=chosen, **BY)
    except NotFound:
        assert part in outputs  # it is back already


def test_one_output_comes_back_and_the_rest_stays_removed(service: Service, past: Past) -> None:
    execute(service, past.receipt.id, by="reviewer")
    done = withdraw(service, past.receipt.id, outputs=[past.named.task.id], **BY)
    assert (done.whole, done.outputs) == (False, (past.named.task.id,))
    report = report_of(service, past.receipt.id, NOW)
    remove = next(one for one in report.demands if one.demand == "remove")
    assert (remove.done, remove.pending, remove.undone) == (1, 0, 1)
    assert (report.summary.released, report.summary.removed) == (2, 1)
    check_report(report.model_dump(mode="json"), [service.ledger_keys.public])
    now = served(service, past)
    assert now[past.named.task.id] == past.named.task.sealed_blob
    assert now[past.foreign.task.id] == Removed.code


def test_a_withdrawn_work_frees_what_concerns_no_other(
    service: Service, past: Past, tmp_path: Path
) -> None:
    rows = [
        {"name": "Lantern Street", "kind": "series"},
        {"name": "Moonharp Alley", "kind": "film"},
    ]
    form = copyright_form(received="2026-02-17T09:00:00Z", works=rows, law="letter", located=[])
    receipt = file_notice(service.store, form, tmp_path, NOW)
    execute(service, receipt.id, by="reviewer")
    street = next(one for one in receipt.works if one.startswith("lantern"))
    done = withdraw(service, receipt.id, works=[street], **BY)
    assert done.outputs == (past.named.task.id,)  # the other names the film too
    assert served(service, past)[past.foreign.task.id] == Removed.code
    assert filing.find(service.store, receipt.id).works == tuple(set(receipt.works) - {street})


def test_what_another_notice_removed_too_stays_removed(
    service: Service, past: Past, tmp_path: Path
) -> None:
    form = copyright_form(received="2026-02-17T09:00:00Z", reason="the same again")
    second = file_notice(service.store, form, tmp_path, NOW).id
    execute(service, past.receipt.id, by="reviewer")
    execute(service, second, by="reviewer")
    withdraw(service, past.receipt.id, **BY)
    assert served(service, past)[past.named.task.id] == Removed.code
    withdraw(service, second, **BY)
    assert served(service, past)[past.named.task.id] == past.named.task.sealed_blob


def test_what_is_not_named_or_not_finished_cannot_be_withdrawn(
    service: Service, past: Past
) -> None:
    execute(service, past.receipt.id, by="reviewer")
    for part in ({"works": ["nothing"]}, {"outputs": [past.other.task.id]}):
        with pytest.raises(NotFound):
            withdraw(service, past.receipt.id, **part, **BY)
    with service.store.begin() as session:
        session.execute(notice.update().values(status=NoticeStatus.EXECUTING))
    with pytest.raises(NoticeError, match="is being executed"):
        withdraw(service, past.receipt.id, **BY)


def test_a_sender_who_withdraws_does_not_undo_what_another_notice_refuses(
    service: Service, past: Past, tmp_path: Path
) -> None:
    with service.store.begin() as session:
        session.execute(work.update().values(policy="allow"))
    ids = [
        file_notice(service.store, copyright_form(reason=reason, **CEASE), tmp_path, NOW).id
        for reason in ("the first", "the second", "the third")
    ]
    [street] = filing.find(service.store, ids[0]).works
    for notice_id in ids:
        execute(service, notice_id, by="reviewer")
    seen = []
    for notice_id in (ids[0], ids[2], ids[1]):
        withdraw(service, notice_id, works=[street], **BY)  # in part, and then as a whole
        withdraw(service, notice_id, **BY)
        seen.append(policies(service)[street])
    assert seen == ["deny", "deny", "allow"]


def test_nothing_is_withdrawn_while_somebody_begins_to_execute_it(
    service: Service, past: Past
) -> None:
    with ThreadPoolExecutor(2) as threads:
        with service.store.begin():  # so that the execution waits, with nothing of it written
            executing = threads.submit(execute, service, past.receipt.id, by="reviewer")
            while not is_held(service.store.home.locks / f"{past.receipt.id}.lock"):
                time.sleep(0.01)
            withdrawing = threads.submit(withdraw, service, past.receipt.id, **BY)
            with pytest.raises(TaskBusy):
                withdrawing.result(timeout=20)
        assert executing.result().status is NoticeStatus.EXECUTED
    assert served(service, past)[past.named.task.id] == Removed.code
    withdraw(service, past.receipt.id, **BY)
    assert served(service, past)[past.named.task.id] == past.named.task.sealed_blob
