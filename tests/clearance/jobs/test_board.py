"""The queue and the callbacks as operators see them."""

from datetime import timedelta

from sqlalchemy import select, update

from cleardance.accounts.accounts import create_account
from cleardance.clearance import leases
from cleardance.clearance.jobs import deliveries, queue
from cleardance.clearance.jobs.board import Lane, board
from cleardance.clearance.jobs.incoming import JobOptions
from cleardance.clearance.jobs.submitting import submit
from cleardance.clearance.service import Service
from cleardance.store.database import clock
from cleardance.store.tables import DeliveryStatus, task, utc_text, webhook_delivery
from tests.clearance.asking import request

HOOK = JobOptions(callback_url="https://hooks.example/done")


def test_it_shows_whose_tasks_wait_and_who_works_on_which(service: Service) -> None:
    create_account(service.store, "anna")
    first = submit(service, request(account="anna"), options=HOOK).task_id
    second = submit(service, request(account="anna", seed=2)).task_id
    with leases.holder(service.store) as holder:
        claimed = queue.claim(service.store, holder, {}, delivers=True)
        assert claimed is not None
        seen = board(service)
        assert [one.task_id for one in seen.working] == [claimed.lease.task_id] == [first]
        assert seen.working[0].worker == holder.name
        assert not seen.working[0].gone
        assert [one.task_id for one in seen.waiting] == [second]
        (lane,) = seen.lanes
        assert lane == Lane("anna", "draft", 1, 1, seen.waiting[0].created_at)
    assert board(service).waiting_total == 2


def test_whoever_stopped_renewing_is_gone(service: Service) -> None:
    submit(service, request())
    with leases.holder(service.store) as holder:
        queue.claim(service.store, holder, {}, delivers=True)
        with service.store.begin() as session:
            past = utc_text(clock(session) - timedelta(seconds=1))
            session.execute(update(task).values(lease_until=past))
        assert [one.gone for one in board(service).working] == [True]


def test_deliveries_are_listed_and_counted_by_what_came_of_them(service: Service) -> None:
    made = submit(service, request(), options=HOOK)
    with service.store.begin() as session:
        session.execute(update(webhook_delivery).values(status="failed", result="HTTP 500"))
        assert session.scalar(select(webhook_delivery.c.status)) == "failed"
        counts = deliveries.count_by_status(session)
        failed = deliveries.listing(session, DeliveryStatus.FAILED)
        assert deliveries.listing(session, DeliveryStatus.WAITING) == []
        assert deliveries.count_failed(session) == counts[DeliveryStatus.FAILED] == len(failed)
    assert {(one.task_id, one.account, one.result) for one in failed} == {
        (made.task_id, "local", "HTTP 500")
    }
