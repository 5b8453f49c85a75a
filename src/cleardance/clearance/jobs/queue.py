"""Whose turn it is: accounts take turns, and each account's own tasks go by their priority.

What is flexible (``flex``) waits for all else. Then the account that has the fewest tasks running
is served, of several the one that was served longest ago; of its tasks the one of the highest
priority, of several the oldest. So an account that queues a thousand tasks at the highest priority
delays another's single task by no more than the tasks that are running.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, true, update

from cleardance.clearance.leases import Holder, Lease, is_free
from cleardance.clearance.tasks import UNFINISHED
from cleardance.store import Store
from cleardance.store.database import clock, serialise
from cleardance.store.tables import Tier, queue_turn, task, utc_text


@dataclass(frozen=True)
class Claimed:
    """A task taken from the queue, and how many processes died while they worked on it."""

    lease: Lease
    deaths: int


def is_waiting(store: Store, *, delivers: bool) -> bool:
    """Whether any task waits for a worker: a cheap look, which locks nothing."""
    with store.read() as session:
        ready = _ready(clock(session), delivers=delivers)
        return session.scalar(select(task.c.id).where(ready).limit(1)) is not None


def claim(
    store: Store, holder: Holder, limits: Mapping[str, int], *, delivers: bool
) -> Claimed | None:
    """Take the task whose turn it is; None if there is none.

    ``limits`` says of how many of a model's tasks may run at once, on all machines together.
    ``delivers`` is whether tasks whose file goes to a folder of this machine are among them.
    """
    with store.begin() as session:
        serialise(session, "claims")  # else two workers could both see room for one
        now = clock(session)
        running = _running(session, now)
        full = [name for name, most in limits.items() if running.of_model[name] >= most]
        ready = and_(_ready(now, delivers=delivers), task.c.model.not_in(full))
        account = _next_account(session, ready, running.of_account)
        if account is None:
            return None
        tier, account_id = account
        own = and_(ready, task.c.account_id == account_id, task.c.tier == tier)
        order = (task.c.priority.desc(), task.c.created_at, task.c.id)
        first = select(task.c.id).where(own).order_by(*order).limit(1)
        task_id = session.scalar(first.with_for_update(skip_locked=True, key_share=True))
        if task_id is None:  # being cancelled at this moment
            return None
        _took_turn(session, account_id, now)
        lease = holder.take(session, task_id)
        deaths = session.scalar(select(task.c.deaths).where(task.c.id == task_id))
        return Claimed(lease, deaths or 0)


@dataclass(frozen=True)
class Standing:
    """How the queue stands: what waits and for how long, what is worked on, and by whom."""

    waiting: Mapping[Tier, int]
    oldest_waits_s: float
    leased: Mapping[str, int]  # tasks worked on, by model
    holders: int  # workers and commands that work on them
    lapsed: int  # leases that ran out and that nobody has taken up yet


def standing(store: Store) -> Standing:
    """Count the queue, for monitoring: a few index look-ups."""
    with store.read() as session:
        now = clock(session)
        ready = _ready(now, delivers=True)
        waiting = select(task.c.tier, func.count(), func.min(task.c.created_at)).where(ready)
        rows = session.execute(waiting.group_by(task.c.tier)).all()
        held = (task.c.model, task.c.lease_owner, task.c.lease_until)
        leases = session.execute(select(*held).where(task.c.lease_owner.is_not(None))).all()
    since = [datetime.fromisoformat(row[2]) for row in rows]
    live = [row for row in leases if row.lease_until and row.lease_until > utc_text(now)]
    return Standing(
        waiting={Tier(row[0]): row[1] for row in rows},
        oldest_waits_s=max(((now - at).total_seconds() for at in since), default=0.0),
        leased=Counter(row.model or "" for row in live),
        holders=len({row.lease_owner for row in live}),
        lapsed=len(leases) - len(live),
    )


@dataclass(frozen=True)
class _Running:
    of_account: Counter[str]
    of_model: Counter[str]


def _ready(now: datetime, *, delivers: bool) -> ColumnElement[bool]:
    may_start = or_(task.c.not_before.is_(None), task.c.not_before <= utc_text(now))
    here = true() if delivers else task.c.destination.is_(None)
    return and_(UNFINISHED, is_free(now), may_start, here)


def _running(session: Connection, now: datetime) -> _Running:
    leased = and_(task.c.lease_owner.is_not(None), ~is_free(now))
    found = _Running(Counter(), Counter())
    for row in session.execute(select(task.c.account_id, task.c.model).where(leased)):
        found.of_account[row.account_id] += 1
        found.of_model[row.model or ""] += 1
    return found


def _next_account(
    session: Connection, ready: ColumnElement[bool], running: Mapping[str, int]
) -> tuple[Tier, str] | None:
    groups = (
        select(task.c.tier, task.c.account_id, queue_turn.c.served_at, func.min(task.c.created_at))
        .outerjoin(queue_turn, queue_turn.c.account_id == task.c.account_id)
        .where(ready)
        .group_by(task.c.tier, task.c.account_id, queue_turn.c.served_at)
    )
    waiting = session.execute(groups).all()
    if not waiting:
        return None
    tier, account_id, *_ = min(
        waiting,
        key=lambda row: (row[0] == Tier.FLEX, running.get(row[1], 0), row[2] or "", row[3]),
    )
    return Tier(tier), account_id


def _took_turn(session: Connection, account_id: str, now: datetime) -> None:
    at = {"served_at": utc_text(now)}
    mine = queue_turn.c.account_id == account_id
    if session.execute(update(queue_turn).where(mine).values(**at)).rowcount == 0:
        session.execute(insert(queue_turn).values(account_id=account_id, **at))
