"""What other servers make for our tasks: begun once, ended there when it has ended here.

A process that is killed leaves the row; whoever goes on with the task waits for what was begun.
When the task has ended, however it did, a worker has the other server delete what it has of it.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Event

from sqlalchemy import delete, insert, select

from cleardance.clearance.service import Service
from cleardance.engines import Upstream
from cleardance.errors import StoreError
from cleardance.store.database import clock
from cleardance.store.tables import TaskStatus, remote_job, task, utc_now, utc_text

FORGET_EVERY_S = 2.0
_GIVE_UP = timedelta(days=3)
_GOES_ON = (TaskStatus.QUEUED, TaskStatus.RUNNING)
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RemoteJob:
    """The errand of one task (``generate.backend.Errand``)."""

    service: Service
    id: str
    model: str
    folder: Path

    def begun(self) -> str | None:
        """Return what it is called on the other server, if it was begun there."""
        query = select(remote_job.c.remote_id).where(remote_job.c.task_id == self.id)
        with self.service.store.read() as session:
            return session.scalar(query)

    def begin(self, remote_id: str) -> None:
        """Keep what it is called there. Raises LeaseLost if the task is not ours any more."""
        row = {"task_id": self.id, "model": self.model, "begun_at": utc_now()}
        with self.service.store.begin() as session:
            session.execute(insert(remote_job).values(remote_id=remote_id, **row))


def forget_ended(service: Service) -> None:
    """Have other servers end and delete what they have of tasks that go on no more."""
    from cleardance.generate.backends.upstream.backend import forget

    for task_id, model, remote_id, is_old in _ended(service):
        engine = service.settings.upstreams.get(model)
        if not is_old and isinstance(engine, Upstream) and not forget(engine, remote_id):
            continue  # it makes it still, or does not answer: asked again
        with service.store.begin() as session:
            session.execute(delete(remote_job).where(remote_job.c.task_id == task_id))


def _ended(service: Service) -> list[tuple[str, str, str, bool]]:
    """Return the rows of tasks that were made, or ended; with whether it is too long ago."""
    with service.store.read() as session:
        old = utc_text(clock(session) - _GIVE_UP)
        query = (
            select(remote_job, task.c.status, task.c.raw_blob)
            .outerjoin(task, task.c.id == remote_job.c.task_id)
            .order_by(remote_job.c.begun_at)
        )
        return [
            (row.task_id, row.model, row.remote_id, row.begun_at < old)
            for row in session.execute(query)
            if row.status not in _GOES_ON or row.raw_blob is not None
        ]


def keep_forgetting(service: Service, stop: Event) -> None:
    """Do so until ``stop`` is set: beside a worker, which a slow server must not hold up."""
    while not stop.wait(FORGET_EVERY_S):
        try:
            forget_ended(service)
        except StoreError as error:
            _log.warning("The store failed, trying again: %s", error.message)
