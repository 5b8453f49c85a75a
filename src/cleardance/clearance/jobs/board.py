"""The queue as operators see it: whose tasks wait, who works on what, and who died over it."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, func, select

from cleardance.clearance.leases import is_free
from cleardance.clearance.service import Service
from cleardance.clearance.tasks import UNFINISHED, Step
from cleardance.store.database import clock
from cleardance.store.tables import Tier, account, task

PAGE: Final = 50


@dataclass(frozen=True)
class Lane:
    """The unfinished tasks of one account and model, and when the oldest that waits was asked."""

    account: str
    model: str
    waiting: int
    running: int
    oldest_at: str | None


@dataclass(frozen=True)
class Working:
    """A task that a worker has a lease on; ``gone`` if the worker died or stopped renewing it."""

    task_id: str
    account: str
    model: str
    step: Step
    worker: str
    until: str
    gone: bool


@dataclass(frozen=True)
class Waiting:
    """A task in the queue. ``deaths`` are of processes that worked on it."""

    task_id: str
    account: str
    model: str
    step: Step
    tier: Tier
    priority: int
    created_at: str
    not_before: str | None
    deaths: int


@dataclass(frozen=True)
class Board:
    """All of it at one moment; of what waits, the first ``PAGE`` by age."""

    lanes: tuple[Lane, ...]
    working: tuple[Working, ...]
    waiting: tuple[Waiting, ...]
    waiting_total: int


def board(service: Service) -> Board:
    """Return the queue as it is."""
    with service.store.read() as session:
        free = is_free(clock(session))
        leased = session.execute(_tasks().where(task.c.lease_owner.is_not(None))).all()
        late = set(session.scalars(select(task.c.id).where(task.c.lease_owner.is_not(None), free)))
        queued = UNFINISHED & task.c.lease_owner.is_(None)
        first = session.execute(_tasks().where(queued).order_by(task.c.created_at).limit(PAGE))
        lanes = _lanes(session)
        waiting = tuple(_waiting(row) for row in first)
    left = {owner for owner in {row.lease_owner for row in leased} if service.store.was_left(owner)}
    working = tuple(_working(row, row.id in late or row.lease_owner in left) for row in leased)
    return Board(lanes, working, waiting, sum(lane.waiting for lane in lanes))


def _lanes(session: Connection) -> tuple[Lane, ...]:
    waits = task.c.lease_owner.is_(None)
    query = (
        select(account.c.name, task.c.model, waits, func.count(), func.min(task.c.created_at))
        .join(account, account.c.id == task.c.account_id)
        .where(UNFINISHED)
        .group_by(account.c.name, task.c.model, waits)
    )
    found: dict[tuple[str, str], list[Any]] = {}
    for name, model, is_waiting, count, oldest in session.execute(query):
        lane = found.setdefault((name, model or ""), [0, 0, None])
        lane[0 if is_waiting else 1] += count
        lane[2] = oldest if is_waiting else lane[2]
    return tuple(Lane(name, model, *lane) for (name, model), lane in sorted(found.items()))


def _tasks() -> Select[Any]:
    return select(task, account.c.name.label("account")).join(
        account, account.c.id == task.c.account_id
    )


def _working(row: Row[Any], gone: bool) -> Working:
    return Working(
        task_id=row.id,
        account=row.account,
        model=row.model or "",
        step=Step(row.step),
        worker=row.lease_owner,
        until=row.lease_until,
        gone=gone,
    )


def _waiting(row: Row[Any]) -> Waiting:
    return Waiting(
        task_id=row.id,
        account=row.account,
        model=row.model or "",
        step=Step(row.step),
        tier=Tier(row.tier),
        priority=row.priority,
        created_at=row.created_at,
        not_before=row.not_before,
        deaths=row.deaths,
    )
