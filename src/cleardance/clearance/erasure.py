"""Deleting what is personal about a task, which leaves the ledger and every proof as they are.

The ledger holds commitments only (``ledger.entry.personal``). With the salt gone they say nothing,
and nobody can ever show what they were made from, us included.
"""

from sqlalchemy import delete, select, update

from cleardance.clearance import tasks
from cleardance.clearance.garbage import discard
from cleardance.clearance.references import forget_blobs
from cleardance.clearance.service import Service
from cleardance.errors import NotFound, TaskBusy
from cleardance.ledger.entry import EntryKind
from cleardance.ledger.log import append
from cleardance.store.tables import TaskStatus, review, task, utc_now, verdict

_PERSONAL = ("request", "salt", "destination", "ignored", "output", "error_message", "timings")
_ENDED = (TaskStatus.RELEASED, TaskStatus.DENIED, TaskStatus.FAILED)


def erase(service: Service, task_id: str) -> None:
    """Delete prompt, salt, references, verdicts and all else that is personal of an ended task.

    The output itself stays: it can still be found by its digest, its mark and its manifest. It
    does no harm to repeat. Raises NotFound, or TaskBusy for a task that has not ended.
    """
    with service.store.lock(task_id), service.store.begin() as session:
        found = session.execute(select(task.c.status, task.c.salt).where(task.c.id == task_id))
        row = found.one_or_none()
        if row is None:
            raise NotFound(f"There is no task {task_id}.")
        if row.status not in _ENDED or tasks.is_unfinished(session, task_id):
            raise TaskBusy(f"Task {task_id} is {row.status}: only one that has ended is erased.")
        if row.salt is None:
            return
        session.execute(delete(review).where(review.c.task_id == task_id))
        session.execute(delete(verdict).where(verdict.c.task_id == task_id))
        nothing = dict.fromkeys(_PERSONAL)
        session.execute(
            update(task).where(task.c.id == task_id).values(updated_at=utc_now(), **nothing)
        )
        append(session, EntryKind.ERASED, task_id, {})
        references = forget_blobs(session, task_id)
    for digest in references:
        discard(service, digest)
