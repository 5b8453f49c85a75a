"""The worker's loop with real child processes."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from cleardance.clearance.jobs import ending
from cleardance.clearance.jobs.submitting import submit
from cleardance.clearance.jobs.worker import work
from cleardance.clearance.record import record_of
from cleardance.clearance.service import Service
from cleardance.clearance.serving import open_output
from tests.clearance.asking import RELEASED, kinds, request


@contextmanager
def working(service: Service, slots: int = 1, grace_s: float = 0.0) -> Iterator[None]:
    stop = threading.Event()
    options = {"grace_s": grace_s}
    thread = threading.Thread(target=work, args=(service, slots, stop), kwargs=options)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def until(service: Service, task_id: str, *statuses: str, within_s: float = 60.0) -> str:
    deadline_s = time.monotonic() + within_s
    while (status := service.task(task_id).status) not in statuses:
        assert time.monotonic() < deadline_s, status
        time.sleep(0.05)
    return status


def test_a_queued_task_is_released_without_a_destination(service: Service) -> None:
    task_id = submit(service, request()).task_id
    work(service, 1, threading.Event(), until_empty=True)
    record = record_of(service, task_id)
    assert (record.status, record.to_json()["path"]) == ("released", None)
    assert kinds(service, task_id) == RELEASED
    file = open_output(service, task_id)
    assert file.name == f"{task_id}.png"


def test_a_running_task_is_cancelled_and_its_process_killed(service: Service) -> None:
    with working(service):
        running = submit(service, request(still=False)).task_id
        deadline_s = time.monotonic() + 60
        while "progress" not in events(service, running):
            assert time.monotonic() < deadline_s
            time.sleep(0.05)
        ending.cancel(service, running)
        after = submit(service, request()).task_id
        until(service, after, "released")
    assert service.task(running).status == "cancelled"
    assert kinds(service, running) == ["asked", "verdict", "failed"]
    assert [*(service.store.home.blobs / "tmp").iterdir()] == []


def events(service: Service, task_id: str) -> list[str]:
    from sqlalchemy import select

    from cleardance.store.tables import task_event

    query = select(task_event.c.kind).where(task_event.c.task_id == task_id)
    with service.store.read() as session:
        return list(session.scalars(query.order_by(task_event.c.id)))
