"""What happened to a task, for whoever follows it: a page of them, or a stream that waits."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from cleardance.clearance.service import Service
from cleardance.clearance.tasks import STATUS
from cleardance.store.tables import TaskStatus, task_event

LOOK_EVERY_S = 0.5
_PAGE = 100
_ENDED = frozenset(TaskStatus) - {TaskStatus.QUEUED, TaskStatus.RUNNING, TaskStatus.HELD}


@dataclass(frozen=True)
class Event:
    """One thing that happened: ``status`` (where the task stands), ``step``, or ``progress``.

    Ids rise, so that whoever lost the connection goes on after the last one they saw.
    """

    id: int
    task_id: str
    at: str
    kind: str
    body: dict[str, Any]

    @property
    def is_last(self) -> bool:
        """Whether the task has ended by it. One that is appealed afterwards goes on."""
        return self.kind == STATUS and self.body["status"] in _ENDED


def fraction_done(session: Connection, task_id: str, step: int) -> float:
    """Return how much of a step of a task is done, 0 to 1, as far as it was told."""
    at = task_event.c
    query = select(at.body).where(at.task_id == task_id, at.kind == "progress")
    body = session.scalar(query.order_by(at.id.desc()).limit(1))
    return float(body["fraction"]) if body is not None and body["step"] == step else 0.0


def events_after(session: Connection, task_id: str, after: int = 0) -> list[Event]:
    """Return up to a hundred events of a task with ids above ``after``, in order."""
    newer = (task_event.c.task_id == task_id) & (task_event.c.id > after)
    query = select(task_event).where(newer).order_by(task_event.c.id).limit(_PAGE)
    return [Event(**row) for row in session.execute(query).mappings()]


def events_of(service: Service, task_id: str, after: int = 0) -> list[Event]:
    """As ``events_after``, in a transaction of its own."""
    with service.store.read() as session:
        return events_after(session, task_id, after)


def follow(service: Service, task_id: str, after: int = 0) -> Iterator[Event | None]:
    """Yield a task's events as they come, and None whenever there is nothing new.

    Ends after the one by which the task ended. Raises NotFound. Looking costs a query every
    ``LOOK_EVERY_S``; between looks the caller may notice that nobody listens any more.
    """
    service.task(task_id)
    while True:
        with service.store.read() as session:
            new = events_after(session, task_id, after)
        for event in new:
            after = event.id
            yield event
            if event.is_last:
                return
        if not new:
            yield None
            time.sleep(LOOK_EVERY_S)
