"""Whose turn it is."""

from collections.abc import Iterator

import pytest
from sqlalchemy import update

from cleardance.accounts.accounts import create_account
from cleardance.clearance import leases
from cleardance.clearance.jobs import queue
from cleardance.clearance.jobs.incoming import JobOptions
from cleardance.clearance.jobs.submitting import submit
from cleardance.clearance.leases import Holder, Lease
from cleardance.clearance.service import Service
from cleardance.store.tables import Tier, task
from tests.clearance.asking import request


@pytest.fixture
def holder(service: Service) -> Iterator[Holder]:
    for name in ("anna", "boris"):
        create_account(service.store, name)
    with leases.holder(service.store) as one:
        yield one


def ask(service: Service, account: str, priority: int = 0, tier: Tier = Tier.DEFAULT) -> str:
    options = JobOptions(priority=priority, tier=tier)
    return submit(service, request(account=account), options=options).task_id


def next_task(service: Service, holder: Holder, **limits: int) -> Lease | None:
    found = queue.claim(service.store, holder, limits, delivers=True)
    return None if found is None else found.lease


def order(service: Service, holder: Holder) -> list[str]:
    """The order in which one slot would work: each task ends before the next is taken."""
    done: list[str] = []
    while (lease := next_task(service, holder)) is not None:
        done.append(lease.task_id)
        with service.store.begin() as session:
            session.execute(update(task).where(task.c.id == lease.task_id).values(status="failed"))
        holder.give_back(lease)
    return done


def test_an_accounts_own_go_by_priority_then_age(service: Service, holder: Holder) -> None:
    low, high, low_too, high_too = (ask(service, "anna", priority) for priority in (0, 9, 0, 9))
    assert order(service, holder) == [high, high_too, low, low_too]


def test_accounts_take_turns_whatever_their_priorities(service: Service, holder: Holder) -> None:
    """Somebody queues many at the highest priority; others are not delayed by it."""
    annas = [ask(service, "anna", 9) for _ in range(4)]
    borises = [ask(service, "boris") for _ in range(2)]
    assert order(service, holder) == [
        annas[0], borises[0], annas[1], borises[1], annas[2], annas[3],
    ]  # fmt: skip


def test_who_has_less_running_is_served_first(service: Service, holder: Holder) -> None:
    annas = [ask(service, "anna") for _ in range(3)]
    for expected in annas[:2]:
        lease = next_task(service, holder)
        assert lease is not None
        assert lease.task_id == expected
    boris = ask(service, "boris")
    lease = next_task(service, holder)
    assert lease is not None
    assert lease.task_id == boris


def test_what_is_flexible_waits_for_all_else(service: Service, holder: Holder) -> None:
    flexible = ask(service, "anna", 9, Tier.FLEX)
    others = [ask(service, "boris") for _ in range(2)]
    assert order(service, holder) == [*others, flexible]


def test_no_more_of_a_model_run_at_once_than_may(service: Service, holder: Holder) -> None:
    for _ in range(3):
        ask(service, "anna")
    leases_taken = [next_task(service, holder, draft=2) for _ in range(3)]
    assert [lease is not None for lease in leases_taken] == [True, True, False]
    assert queue.is_waiting(service.store, delivers=True)
    assert leases_taken[0] is not None
    with service.store.begin() as session:
        ended = update(task).where(task.c.id == leases_taken[0].task_id)
        session.execute(ended.values(status="failed"))
    holder.give_back(leases_taken[0])
    assert next_task(service, holder, draft=2) is not None


def test_what_was_put_off_is_left_until_its_time(service: Service, holder: Holder) -> None:
    task_id = ask(service, "anna")
    for moment, taken in (("2999-01-01T00:00:00.000000Z", None), ("2020-01-01T00:00:00.0Z", 1)):
        with service.store.begin() as session:
            session.execute(update(task).values(not_before=moment))
        lease = next_task(service, holder)
        assert (lease and lease.number) == taken
        assert lease is None or lease.task_id == task_id
