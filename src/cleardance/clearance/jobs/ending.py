"""Ending a task early: because its requester wants it, or because its time is over."""

from sqlalchemy import Connection, delete, select

from cleardance.clearance import leases, tasks
from cleardance.clearance.garbage import discard
from cleardance.clearance.review_pictures import forget_pictures
from cleardance.clearance.service import Service
from cleardance.errors import Cancelled, CleardanceError, Expired, NotCancellable
from cleardance.store.database import clock
from cleardance.store.tables import ReviewStatus, TaskStatus, review, task, utc_text

_OPEN = (TaskStatus.QUEUED, TaskStatus.RUNNING, TaskStatus.HELD)


def cancel(service: Service, task_id: str, why: str = "Cancelled by its requester.") -> None:
    """End a task that has not ended, also one that is being worked on, or waits for a person.

    From here on nothing of it can be committed; whatever works on it is killed by its worker. A
    task that was cancelled stays so. Raises NotFound, or NotCancellable if it has ended otherwise.
    """
    with service.store.begin() as session:
        leases.wait_for(session, task_id)  # it may be being released at this moment
        row = tasks.load(session, task_id)
        if row.status is TaskStatus.CANCELLED:
            return
        if row.status not in _OPEN:
            raise NotCancellable(f"Task {task_id} is {row.status}: it cannot be cancelled.")
        made = _end(session, task_id, TaskStatus.CANCELLED, Cancelled(why))
    _forget(service, task_id, made)


def expire_due(service: Service) -> list[str]:
    """End every task whose time is over; return their ids. What waits for a person has time."""
    due = task.c.status.in_([TaskStatus.QUEUED, TaskStatus.RUNNING])
    with service.store.read() as session:
        query = select(task.c.id).where(due, task.c.expires_at <= utc_text(clock(session)))
        ids = list(session.scalars(query))
    return [task_id for task_id in ids if _expire(service, task_id)]


def _expire(service: Service, task_id: str) -> bool:
    late = Expired("It was not done in the time it was given.")
    with service.store.begin() as session:
        leases.wait_for(session, task_id)
        if tasks.load(session, task_id).status not in (TaskStatus.QUEUED, TaskStatus.RUNNING):
            return False
        made = _end(session, task_id, TaskStatus.EXPIRED, late)
    _forget(service, task_id, made)
    return True


def _forget(service: Service, task_id: str, made: list[str | None]) -> None:
    for digest in made:
        discard(service, digest)
    forget_pictures(service, task_id)


def _end(
    session: Connection, task_id: str, status: TaskStatus, error: CleardanceError
) -> list[str | None]:
    """End a task, take it from whoever works on it; return the blobs that it let go of."""
    leases.revoke(session, task_id)
    row = tasks.load(session, task_id)
    tasks.end(session, task_id, status, error, raw_blob=None, sealed_blob=None)
    waiting = (review.c.task_id == task_id) & (review.c.status == ReviewStatus.OPEN)
    session.execute(delete(review).where(waiting))  # nobody need look at it any more
    return [row.raw_blob, row.sealed_blob]
