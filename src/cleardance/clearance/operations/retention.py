"""Deleting what is personal about tasks that ended long ago; every proof stays."""

from datetime import datetime, timedelta

from sqlalchemy import select

from cleardance.clearance.erasure import ENDED, erase
from cleardance.clearance.service import Service
from cleardance.errors import NotFound, TaskBusy
from cleardance.store.tables import task, utc_text


def retain(service: Service, days: float, now: datetime) -> list[str]:
    """Erase every task that ended more than ``days`` ago; return their ids, oldest first.

    What is held for a person, or is on its way, waits. Outputs stay, with their signals, so that
    a notice of tomorrow still finds them.
    """
    before = utc_text(now - timedelta(days=days))
    old = task.c.status.in_(ENDED) & task.c.salt.is_not(None) & (task.c.updated_at < before)
    with service.store.read() as session:
        ids = list(session.scalars(select(task.c.id).where(old).order_by(task.c.updated_at)))
    erased = []
    for task_id in ids:
        try:
            erase(service, task_id)
        except (TaskBusy, NotFound):  # looked at anew since; the next time will do
            continue
        erased.append(task_id)
    return erased
