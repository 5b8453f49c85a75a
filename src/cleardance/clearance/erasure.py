"""Deleting what is personal about a task, which leaves the ledger and every proof as they are.

The ledger holds commitments only (``ledger.entry.personal``). With the salt gone they say nothing,
and nobody can ever show what they were made from, us included.
"""

from sqlalchemy import delete, select, update

from cleardance.accounts.accounts import LOCAL_ACCOUNT
from cleardance.accounts.erasing import erase_name
from cleardance.accounts.lookup import account_id
from cleardance.clearance import leases, tasks
from cleardance.clearance.cached import forget_files
from cleardance.clearance.evidence import pictures_of
from cleardance.clearance.garbage import discard
from cleardance.clearance.notices import statements
from cleardance.clearance.references import forget_blobs
from cleardance.clearance.review_pictures import forget_pictures
from cleardance.clearance.service import Service
from cleardance.errors import NotFound, TaskBusy
from cleardance.ledger.entry import EntryKind
from cleardance.ledger.log import append
from cleardance.store.tables import (
    TaskStatus,
    review,
    task,
    utc_now,
    verdict,
    webhook_delivery,
)

_PERSONAL = (
    "request",
    "salt",
    "destination",
    "ignored",
    "output",
    "raw_blob",  # a digest is as good as the prompt to whoever can run the same model
    "error_message",
    "timings",
    "callback_url",
    "dedupe_key",
    "dedupe_body",
    "end_user",
)
ENDED = (
    TaskStatus.RELEASED,
    TaskStatus.DENIED,
    TaskStatus.FAILED,
    TaskStatus.CANCELLED,
    TaskStatus.EXPIRED,
)


def erase(service: Service, task_id: str) -> None:
    """Delete prompt, salt, references, verdicts and all else that is personal of an ended task.

    The output itself stays: it can still be found by its digest, its mark and its manifest. It
    does no harm to repeat. Raises NotFound, or TaskBusy for a task that has not ended.
    """
    with service.store.begin() as session:
        leases.check_free(session, task_id)
        columns = (task.c.status, task.c.salt, task.c.raw_blob, task.c.sealed_blob)
        found = session.execute(select(*columns).where(task.c.id == task_id))
        row = found.one_or_none()
        if row is None:
            raise NotFound(f"There is no task {task_id}.")
        if row.status not in ENDED or tasks.is_unfinished(session, task_id):
            raise TaskBusy(f"Task {task_id} is {row.status}: only one that has ended is erased.")
        if row.salt is None:
            return
        pictures = pictures_of(session, task_id)
        statements.forget(session, task_id)
        session.execute(delete(review).where(review.c.task_id == task_id))
        session.execute(delete(verdict).where(verdict.c.task_id == task_id))
        session.execute(delete(webhook_delivery).where(webhook_delivery.c.task_id == task_id))
        nothing = dict.fromkeys(_PERSONAL)
        session.execute(
            update(task).where(task.c.id == task_id).values(updated_at=utc_now(), **nothing)
        )
        append(session, EntryKind.ERASED, task_id, {})
        let_go = [row.raw_blob, *forget_blobs(session, task_id), *pictures]
    for digest in let_go:
        discard(service, digest)
    forget_pictures(service, task_id)
    forget_files(service.store, [row.sealed_blob] if row.sealed_blob else [])


def erase_account(service: Service, name: str) -> list[str]:
    """Erase every task of an account, and its name; return the ids of the tasks.

    The account ``local`` keeps its name, which is nobody's. Raises NotFound, or TaskBusy, before
    anything is erased, if a task has not ended.
    """
    with service.store.read() as session:
        of_account = task.c.account_id == account_id(session, name)
        rows = session.execute(select(task.c.id, task.c.status).where(of_account)).all()
        busy = [row.id for row in rows if tasks.is_unfinished(session, row.id)]
    busy += [row.id for row in rows if row.status == TaskStatus.HELD]
    if busy:
        raise TaskBusy(f"These tasks of {name!r} have not ended: {', '.join(sorted(busy))}.")
    for row in rows:
        erase(service, row.id)
    if name != LOCAL_ACCOUNT:
        with service.store.begin() as session:
            erase_name(session, name, by=LOCAL_ACCOUNT)
    return [row.id for row in rows]


def erase_task_of(service: Service, name: str, task_id: str) -> None:
    """Erase a task, if it is the account's. Raises NotFound, or TaskBusy as ``erase`` does."""
    with service.store.read() as session:
        of_account = task.c.account_id == account_id(session, name)
        if session.scalar(select(task.c.id).where(task.c.id == task_id, of_account)) is None:
            raise NotFound(f"{name!r} has no task {task_id}.")
    erase(service, task_id)
