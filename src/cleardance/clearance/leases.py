"""Who works on a task: a lease in its row, renewed as long as its holder lives.

A lease ends when it is given back, when it was not renewed for ``LEASE_S``, or as soon as another
process of this home sees that its holder died. Each has a number, one higher than the lease before,
and every write of its holder first looks whether that is still the task's number (a fencing token:
Kleppmann, "How to do distributed locking", 2016). So it does no harm if a holder that was taken for
dead, or whose task was cancelled, goes on for a while: it commits nothing any more.
"""

import logging
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Update, or_, select, update

from cleardance.clearance import tasks
from cleardance.clearance.service import Service
from cleardance.errors import LeaseLost, NotFound, StoreError, TaskBusy
from cleardance.store import Store
from cleardance.store.database import clock
from cleardance.store.tables import TaskStatus, task, utc_text

LEASE_S = 30.0
_RENEW_S = LEASE_S / 5


@dataclass(frozen=True)
class Lease:
    """The right to go on with a task, until somebody has one of a higher number."""

    task_id: str
    number: int


class Holder:
    """Somebody who works on tasks; ``holder`` makes one, and keeps its leases alive."""

    def __init__(self, store: Store, name: str) -> None:
        self.name = name
        self._store = store

    def first(self, task_id: str) -> tuple[Lease, dict[str, object]]:
        """Return the lease of a task that is being created, and its columns."""
        with self._store.read() as session:
            until = _until(clock(session))
        columns = {"lease_owner": self.name, "lease_until": until, "lease_number": 1}
        return Lease(task_id, 1), columns

    def take(self, session: Connection, task_id: str) -> Lease:
        """Take a task that nobody works on. Raises NotFound, TaskBusy.

        If its last holder has died, that is counted.
        """
        now = clock(session)
        died = task.c.lease_owner.is_not(None)
        row = session.execute(
            update(task)
            .where(task.c.id == task_id, is_free(now))
            .values(
                lease_owner=self.name,
                lease_until=_until(now),
                lease_number=task.c.lease_number + 1,
                deaths=task.c.deaths + died.cast(task.c.deaths.type),
                not_before=None,
            )
            .returning(task.c.lease_number, task.c.status)
        ).one_or_none()
        if row is not None:
            if row.status == TaskStatus.QUEUED:
                tasks.change_status(session, task_id, TaskStatus.RUNNING)
            return Lease(task_id, row.lease_number)
        if session.scalar(select(task.c.id).where(task.c.id == task_id)) is None:
            raise NotFound(f"There is no task {task_id}.")
        raise TaskBusy(f"{task_id} is already being worked on.")

    def held(self) -> set[Lease]:
        """Return the leases that are still ours: less than we took if tasks were cancelled."""
        query = select(task.c.id, task.c.lease_number).where(task.c.lease_owner == self.name)
        with self._store.read() as session:
            return {Lease(row.id, row.lease_number) for row in session.execute(query)}

    def give_back(
        self, lease: Lease, *, not_before: datetime | None = None, died: bool = False
    ) -> None:
        """End a lease; nothing happens if it is not ours any more.

        The task is not taken again ``not_before``, if it has not ended; ``died`` is counted.
        """
        change = _nobodys().where(task.c.id == lease.task_id, task.c.lease_number == lease.number)
        waits = None if not_before is None else utc_text(not_before)
        with self._store.begin() as session:
            session.execute(change.values(not_before=waits, deaths=task.c.deaths + int(died)))

    def renew(self) -> None:
        """Let all our leases last for another ``LEASE_S``."""
        ours = task.c.lease_owner == self.name
        with self._store.read() as session:
            if session.scalar(select(task.c.id).where(ours).limit(1)) is None:
                return
        with self._store.begin() as session:
            session.execute(update(task).where(ours).values(lease_until=_until(clock(session))))


@contextmanager
def holder(store: Store) -> Iterator[Holder]:
    """Give a holder whose leases are renewed, by a thread, until the block ends."""
    one, stop = Holder(store, f"run-{secrets.token_hex(8)}"), threading.Event()
    with store.lock(one.name):  # what others of this home see us alive by
        thread = threading.Thread(target=_keep_renewing, args=(one, stop), daemon=True)
        thread.start()
        try:
            yield one
        finally:
            stop.set()
            thread.join()
            with store.begin() as session:
                session.execute(_nobodys().where(task.c.lease_owner == one.name))


@contextmanager
def working(service: Service, one: Holder, lease: Lease) -> Iterator[Service]:
    """Give the service to work on a task with, in this process; end the lease after it."""
    try:
        yield fenced(service, lease)
    finally:
        one.give_back(lease)


def fenced(service: Service, lease: Lease) -> Service:
    """Return a service whose every write raises LeaseLost once the lease is not the newest."""

    def check(session: Connection) -> None:
        # Nobody can be given a newer lease before we have committed.
        if wait_for(session, lease.task_id) != lease.number:
            raise LeaseLost(f"Task {lease.task_id} was taken from us: cancelled, or given away.")

    return service.with_store(service.store.guarded(check))


def wait_for(session: Connection, task_id: str) -> int | None:
    """Wait for whoever is writing to a task, and keep others from it until the transaction ends.

    Returns the number of its newest lease, None if there is no such task. On SQLite all writers
    take turns anyway.
    """
    newest = select(task.c.lease_number).where(task.c.id == task_id)
    return session.scalar(newest.with_for_update(key_share=True))


def revoke(session: Connection, task_id: str) -> None:
    """End whatever lease there is on a task; its holder commits nothing from here on."""
    change = _nobodys().where(task.c.id == task_id)
    session.execute(change.values(lease_number=task.c.lease_number + 1))


def reap(store: Store) -> None:
    """End the leases of holders of this home that died; those of others run out."""
    with store.read() as session:
        owners = session.scalars(
            select(task.c.lease_owner).where(task.c.lease_owner.is_not(None)).distinct()
        ).all()
    for owner in owners:
        if not store.was_left(str(owner)):
            continue
        try:
            with store.lock(str(owner)), store.begin() as session:
                ours = update(task).where(task.c.lease_owner == owner)
                session.execute(ours.values(lease_until=utc_text(clock(session))))
        except TaskBusy:  # somebody else buries it
            continue


def is_free(now: datetime) -> ColumnElement[bool]:
    """Say, for the database to check, that nobody works on a task."""
    return or_(task.c.lease_owner.is_(None), task.c.lease_until <= utc_text(now))


def check_free(session: Connection, task_id: str) -> None:
    """Raise TaskBusy if somebody works on a task."""
    taken = select(task.c.id).where(task.c.id == task_id, ~is_free(clock(session)))
    if session.scalar(taken) is not None:
        raise TaskBusy(f"{task_id} is being worked on.")


def _nobodys() -> Update:
    return update(task).values(lease_owner=None, lease_until=None)


def _until(now: datetime) -> str:
    return utc_text(now + timedelta(seconds=LEASE_S))


def _keep_renewing(one: Holder, stop: threading.Event) -> None:
    while not stop.wait(_RENEW_S):
        try:
            one.renew()
        except StoreError:  # the database is away; whoever lost a lease by that will notice
            logging.getLogger(__name__).warning("Leases could not be renewed", exc_info=True)
