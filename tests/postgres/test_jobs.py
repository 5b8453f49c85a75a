"""The queue on PostgreSQL, where writers do not take turns by themselves."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import update

from cleardance.clearance import intake, leases, making, releasing, screening, tasks
from cleardance.clearance.jobs import child, ending, queue
from cleardance.clearance.jobs.incoming import JobOptions
from cleardance.clearance.jobs.submitting import submit
from cleardance.clearance.leases import Holder, Lease
from cleardance.clearance.progress import Watch, silent
from cleardance.clearance.service import Service, open_service
from cleardance.clearance.stages import AskCleared, OutputCleared
from cleardance.errors import NotCancellable
from cleardance.rights import registry
from cleardance.rights.row import parse_row
from cleardance.store.tables import TaskStatus, meta
from tests.clearance.asking import RELEASED, kinds, request


@pytest.fixture
def service(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    monkeypatch.setenv("CLEARDANCE_DATABASE_URL", database)
    with open_service(tmp_path / "home") as service:
        yield service


def claim_all(service: Service, workers: int, limits: dict[str, int]) -> list[Lease]:
    """Let workers claim at once until there is nothing left for them."""
    taken: list[Lease] = []

    def work(holder: Holder) -> None:
        while (found := queue.claim(service.store, holder, limits, delivers=False)) is not None:
            taken.append(found.lease)

    with ExitStack() as stack:
        holders = [stack.enter_context(leases.holder(service.store)) for _ in range(workers)]
        threads = [threading.Thread(target=work, args=(one,)) for one in holders]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return taken


def test_each_task_is_claimed_once(service: Service) -> None:
    asked = [submit(service, request(seed=n)).task_id for n in range(12)]
    taken = claim_all(service, 4, {})
    assert sorted(one.task_id for one in taken) == sorted(asked)
    assert {one.number for one in taken} == {1}


def test_workers_at_once_keep_to_the_limit_of_a_model(service: Service) -> None:
    for n in range(8):
        submit(service, request(seed=n))
    assert len(claim_all(service, 4, {"draft": 3})) == 3


def test_creates_retried_at_once_are_one(service: Service) -> None:
    options, ids = JobOptions(dedupe_key="the same"), set[str]()

    def ask(seed: int) -> None:
        ids.add(submit(service, request(seed=seed), options=options).task_id)

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 1


def test_carried_to_the_end_unless_the_lease_is_lost(service: Service) -> None:
    kept, lost = (submit(service, request(seed=n)).task_id for n in range(2))
    with leases.holder(service.store) as holder:
        for task_id in (kept, lost):
            with service.store.begin() as session:
                lease = holder.take(session, task_id)
            if task_id is lost:
                ending.cancel(service, task_id)
            child.carry(service, lease)
    assert kinds(service, kept) == RELEASED
    assert kinds(service, lost) == ["asked", "verdict", "failed"]


def waits_for(service: Service, count: int) -> None:
    """Return once so many transactions wait for a row that another one holds."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    for _ in range(2_000):
        with service.store.read() as session:
            if session.exec_driver_sql(query).scalar() == count:
                return
        time.sleep(0.01)
    raise AssertionError("nobody waits")


def test_nothing_is_released_by_a_registry_that_is_moving_on(service: Service) -> None:
    task_id, watch = submit(service, request()).task_id, Watch(silent)
    with leases.holder(service.store) as holder, ThreadPoolExecutor(2) as threads:
        with service.store.begin() as session:
            ours = leases.fenced(service, holder.take(session, task_id))
        ask = screening.screen_ask(ours, intake.reload(ours, task_id), watch)
        assert isinstance(ask, AskCleared)
        cleared = screening.screen_generated(ours, making.generate(ours, ask, watch), watch)
        assert isinstance(cleared, OutputCleared)
        output = releasing.seal_output(ours, cleared, watch)
        row = parse_row({"name": "The Red Ball", "kind": "film", "owner": "Tide"})
        with service.store.begin() as session:  # whoever writes to the ledger waits for us
            session.execute(update(meta).where(meta.c.key == "ledger_size").values(key=meta.c.key))
            registering = threads.submit(registry.add, service.store, row)
            waits_for(service, 1)
            release = threads.submit(releasing.release, ours, output, watch)
            waits_for(service, 2)
        registering.result()
        assert release.result() is None  # it is screened again, by the registry as it is now
    assert "released" not in kinds(service, task_id)


def test_what_was_just_released_is_not_cancelled(service: Service) -> None:
    task_id = submit(service, request()).task_id
    with ThreadPoolExecutor(1) as threads:
        with service.store.begin() as session:
            tasks.change_status(session, task_id, TaskStatus.RELEASED)
            cancelled = threads.submit(ending.cancel, service, task_id)
            waits_for(service, 1)
        with pytest.raises(NotCancellable):
            cancelled.result()
    assert service.task(task_id).status is TaskStatus.RELEASED
