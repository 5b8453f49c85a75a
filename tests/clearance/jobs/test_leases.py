"""Leases: one holder at a time, and whoever lost one commits nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from cleardance.clearance import flow, leases
from cleardance.clearance.jobs import child, ending
from cleardance.clearance.jobs.child import Done
from cleardance.clearance.jobs.submitting import submit
from cleardance.clearance.leases import Holder, Lease
from cleardance.clearance.progress import Watch, silent
from cleardance.clearance.service import Service
from cleardance.clearance.tasks import Step
from cleardance.errors import LeaseLost, NotFound, TaskBusy
from cleardance.store.tables import task
from tests.clearance.asking import RELEASED, kinds, request

LONG_AGO = "2020-01-01T00:00:00.000000Z"


@pytest.fixture
def holder(service: Service) -> Iterator[Holder]:
    with leases.holder(service.store) as one:
        yield one


def take(service: Service, holder: Holder, task_id: str) -> Lease:
    with service.store.begin() as session:
        return holder.take(session, task_id)


def row(service: Service, task_id: str) -> dict[str, object]:
    with service.store.read() as session:
        return dict(session.execute(select(task).where(task.c.id == task_id)).mappings().one())


def test_only_one_works_on_a_task(service: Service, holder: Holder) -> None:
    task_id = submit(service, request()).task_id
    lease = take(service, holder, task_id)
    with leases.holder(service.store) as other:
        with pytest.raises(TaskBusy):
            take(service, other, task_id)
        holder.give_back(lease)
        assert take(service, other, task_id).number == lease.number + 1
    assert row(service, task_id)["lease_owner"] is None  # with its holder, its leases end
    with pytest.raises(NotFound):
        take(service, holder, "cgt-nothing")


def test_a_lease_that_was_not_renewed_is_anybodys(service: Service, holder: Holder) -> None:
    task_id = submit(service, request()).task_id
    old = take(service, holder, task_id)
    with service.store.begin() as session:
        session.execute(update(task).values(lease_until=LONG_AGO))
    holder.renew()  # late, but nobody else has taken it
    with leases.holder(service.store) as other:
        with pytest.raises(TaskBusy):
            take(service, other, task_id)
        with service.store.begin() as session:
            session.execute(update(task).values(lease_until=LONG_AGO))
        assert take(service, other, task_id).number == old.number + 1
        assert row(service, task_id)["deaths"] == 1
        assert holder.held() == set()
        holder.give_back(old)  # which does nothing: it is not ours any more
        assert len(other.held()) == 1


def test_what_a_dead_process_left_is_free_at_once(service: Service, holder: Holder) -> None:
    task_id = submit(service, request()).task_id
    take(service, holder, task_id)
    with service.store.begin() as session:  # as if by a process that was killed
        session.execute(update(task).values(lease_owner="run-dead"))
    leases.reap(service.store)
    with pytest.raises(TaskBusy):  # no trace of it here: it may live on another machine
        take(service, holder, task_id)
    Path(service.store.home.locks / "run-dead.lock").touch()
    leases.reap(service.store)
    take(service, holder, task_id)
    assert row(service, task_id)["deaths"] == 1


@pytest.mark.parametrize("step", [Step.GENERATE, Step.SCREEN_OUTPUT, Step.SEAL, Step.RELEASE])
def test_whoever_lost_the_lease_commits_nothing(
    service: Service, holder: Holder, step: Step
) -> None:
    """A worker that was taken for dead goes on; another has the task by then."""
    task_id = submit(service, request()).task_id
    ours = leases.fenced(service, take(service, holder, task_id))
    taken: list[Lease] = []

    def lose(at: Step, fraction: float) -> None:
        if at is step and fraction == 0.0 and not taken:
            with service.store.begin() as session:
                session.execute(update(task).values(lease_until=LONG_AGO))
            taken.append(take(service, holder, task_id))

    with pytest.raises(LeaseLost):
        flow.go_on(ours, task_id, Watch(lose))
    before = row(service, task_id)
    assert before["status"] == "running"
    assert "released" not in kinds(service, task_id)
    flow.go_on(leases.fenced(service, taken[0]), task_id, Watch(silent))
    assert kinds(service, task_id) == RELEASED


def test_cancelled_while_it_is_released(service: Service, holder: Holder) -> None:
    task_id = submit(service, request()).task_id
    lease = take(service, holder, task_id)
    ending.cancel(service, task_id)
    assert child.carry(service, lease) == Done(lease)
    assert kinds(service, task_id) == ["asked", "verdict", "failed"]
    assert service.task(task_id).status == "cancelled"
