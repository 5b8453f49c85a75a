"""The queue on PostgreSQL, where writers do not take turns by themselves."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from cleardance.clearance import leases
from cleardance.clearance.jobs import child, ending, queue
from cleardance.clearance.jobs.incoming import JobOptions
from cleardance.clearance.jobs.submitting import submit
from cleardance.clearance.leases import Holder, Lease
from cleardance.clearance.service import Service, open_service
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
