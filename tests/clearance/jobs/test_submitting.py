"""Taking requests in: refused at once, or queued for a worker, once."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select, update

from cleardance.accounts.keys import authenticate, create_key, revoke_key
from cleardance.accounts.limits import Limits
from cleardance.clearance.jobs import ending, submitting
from cleardance.clearance.jobs.incoming import JobOptions
from cleardance.clearance.jobs.submitting import submit
from cleardance.clearance.service import Service
from cleardance.errors import (
    AuthenticationError,
    NotCancellable,
    QueueFull,
    RateLimited,
    UsageError,
)
from cleardance.generate.models import MODELS
from cleardance.request import ReferenceInput
from cleardance.store.tables import TaskStatus, task
from tests.clearance.asking import kinds, make, request
from tests.clearance.first_frame import MODEL


def row(service: Service, task_id: str) -> dict[str, object]:
    with service.store.read() as session:
        return dict(session.execute(select(task).where(task.c.id == task_id)).mappings().one())


def test_what_is_clear_waits_for_a_worker(service: Service) -> None:
    asked = submit(service, request(), options=JobOptions(priority=3))
    assert (asked.status, asked.verdict, asked.joined) == (TaskStatus.QUEUED, None, False)
    kept = row(service, asked.task_id)
    assert (kept["destination"], kept["lease_owner"], kept["priority"]) == (None, None, 3)
    assert kinds(service, asked.task_id) == ["asked", "verdict"]


def test_a_refusal_is_answered_with_its_verdict(service: Service) -> None:
    asked = submit(service, request("Squid Game guards march in a hall"))
    assert asked.status is TaskStatus.DENIED
    assert asked.verdict is not None
    assert asked.verdict.findings
    assert row(service, asked.task_id)["lease_owner"] is None


def test_a_retried_create_is_one(service: Service) -> None:
    key = submitting.digest_of("local", {"prompt": "x", "seed": -1})
    assert key == submitting.digest_of("local", {"seed": -1, "prompt": "x"})
    first = submit(service, request(seed=1), options=JobOptions(dedupe_key=key))
    again = submit(service, request(seed=2), options=JobOptions(dedupe_key=key))  # drawn anew
    assert (again.task_id, again.joined) == (first.task_id, True)
    other = submit(service, request(seed=2), options=JobOptions(dedupe_key="another"))
    assert other.task_id != first.task_id
    with service.store.begin() as session:
        session.execute(update(task).values(created_at="2020-01-01T00:00:00.000000Z"))
    assert not submit(service, request(), options=JobOptions(dedupe_key=key)).joined  # long ago


def test_a_retried_create_is_found_by_an_index(service: Service) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        asked.append((statement, values))

    named = JobOptions(dedupe_key="a name", dedupe_body="a body", dedupe_within_s=86_400)
    submit(service, request(), options=named)
    event.listen(service.store._engine, "before_cursor_execute", note)
    assert submit(service, request(), options=named).joined
    event.remove(service.store._engine, "before_cursor_execute", note)
    [(query, values)] = [one for one in asked if "task.dedupe_key IN" in one[0]]
    with service.store.read() as session:
        plan = session.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values).all()
    assert "ix_task_account_id_dedupe_key (account_id=? AND dedupe_key=?)" in str(plan)


@pytest.mark.parametrize("setting", ["max_queue", "max_queue_per_account"])
def test_no_more_than_may_wait_is_taken_in(service: Service, setting: str) -> None:
    small = replace(service, settings=service.settings.model_copy(update={setting: 2}))
    ids = [submit(small, request()).task_id for _ in range(2)]
    with pytest.raises(QueueFull) as full:
        submit(small, request())
    assert (full.value.http_status, full.value.retry_after_s) == (429, 10.0)
    with service.store.read() as session:
        assert len(session.scalars(select(task.c.id)).all()) == 2  # nothing of it was stored
    ending.cancel(service, ids[0])
    assert submit(small, request()).status is TaskStatus.QUEUED


@pytest.mark.parametrize("wrong", [{"priority": 10}, {"priority": -1}, {"expires_after_s": 60}])
def test_options_have_ranges(wrong: dict[str, int]) -> None:
    with pytest.raises(UsageError):
        JobOptions(**wrong)


def test_cancelled_once_and_for_all(service: Service) -> None:
    asked = submit(service, request())
    ending.cancel(service, asked.task_id)
    ending.cancel(service, asked.task_id)  # it does no harm to repeat
    kept = row(service, asked.task_id)
    assert (kept["status"], kept["error_code"]) == ("cancelled", "Cancelled")
    assert kinds(service, asked.task_id) == ["asked", "verdict", "failed"]
    denied = submit(service, request("Squid Game guards march in a hall"))
    with pytest.raises(NotCancellable):
        ending.cancel(service, denied.task_id)


def test_what_was_not_done_in_time_expires(service: Service) -> None:
    late, timely = (submit(service, request()).task_id for _ in range(2))
    with service.store.begin() as session:
        over = update(task).where(task.c.id == late)
        session.execute(over.values(expires_at="2020-01-01T00:00:00.000000Z"))
    assert ending.expire_due(service) == [late]
    assert ending.expire_due(service) == []
    assert row(service, late)["status"] == "expired"
    assert row(service, timely)["status"] == "queued"


def test_a_key_has_no_more_tasks_than_its_limit(service: Service) -> None:
    limits = Limits(concurrent_tasks=1)
    key = create_key(service.store, "local", limits=limits, by="local")
    with service.store.read() as session:
        asks = authenticate(session, key.secret, datetime.now(UTC))
    first = submit(service, request(end_user="u-1"), principal=asks)
    kept = row(service, first.task_id)
    assert kept["key_id"] == key.id
    assert len(str(kept["end_user"])) == 64
    with pytest.raises(RateLimited):
        submit(service, request(), principal=asks)
    ending.cancel(service, first.task_id)
    assert submit(service, request(), principal=asks).status is TaskStatus.QUEUED


@pytest.mark.parametrize("brings", ["words", "a picture"])
def test_a_key_revoked_while_its_request_is_on_the_way_asks_for_nothing(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, brings: str
) -> None:
    monkeypatch.setitem(MODELS, MODEL.name, MODEL)
    asked = request()
    if brings == "a picture":
        make(service, tmp_path / "first.png")
        first = {"path": tmp_path / "first.png", "media": "image", "role": "first_frame"}
        given = (ReferenceInput.model_validate(first),)
        asked = request(references=given, model=MODEL.name, audio=False)
    new = create_key(service.store, "local", by="local")
    with service.store.read() as session:  # admitted, and then its body takes its time
        principal = authenticate(session, new.secret, datetime.now(UTC))
    with service.store.begin() as session:
        revoke_key(session, new.id, by="local", why="leaked")
    with pytest.raises(AuthenticationError, match="was revoked"):
        submit(service, asked, principal=principal)
