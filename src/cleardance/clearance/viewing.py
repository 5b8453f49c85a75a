"""Tasks as their requesters see them, one or a page of them: cheap enough to be asked every second.

Whoever asks sees the tasks of their own account; a partner also those of its sub-accounts.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select

from cleardance.accounts.roles import Permission, Principal
from cleardance.clearance import tasks
from cleardance.clearance.erasure import erase
from cleardance.clearance.jobs import ending
from cleardance.clearance.service import Service
from cleardance.clearance.serving import removed_by
from cleardance.clearance.tasks import Step
from cleardance.errors import NotCancellable, NotFound
from cleardance.request import Request
from cleardance.store.tables import Stage, TaskStatus, Tier, account, task
from cleardance.verdict import Verdict

MAX_PAGE = 500


@dataclass(frozen=True)
class TaskView:
    """One task: what was asked, where it stands, and what stands in its way."""

    id: str
    status: TaskStatus
    handed_over: bool
    request: Request
    ignored: tuple[str, ...]
    created_at: datetime
    updated_at: datetime
    expires_at: datetime | None
    tier: Tier
    priority: int
    step: Step
    error: tuple[str, str] | None
    refused: tuple[Stage, Verdict] | None  # of a denied or held task
    removed: tuple[str, str] | None  # by which notice, and why

    @property
    def is_served(self) -> bool:
        """Whether its file can be had."""
        return self.status is TaskStatus.RELEASED and self.removed is None and self.handed_over

    @property
    def shown_status(self) -> str:
        """Where it stands, in a word: ``removed`` where a notice took its output down."""
        return "removed" if self.removed else self.status.value


@dataclass(frozen=True)
class Filters:
    """Which tasks are wanted; empty is all."""

    statuses: tuple[TaskStatus, ...] = ()
    model: str | None = None
    tier: Tier | None = None
    ids: tuple[str, ...] = ()
    words: str = ""  # of the prompt, in any case, or an id


_ALL = Filters()


def view(service: Service, principal: Principal, task_id: str) -> TaskView:
    """Return a task. Raises NotFound, for those of others and for erased ones too."""
    with service.store.read() as session:
        query = select(task).where(task.c.id == task_id, _visible(session, principal))
        row = session.execute(query).one_or_none()
        if row is None or row.salt is None:
            raise _no(task_id)
        return _view(session, row)


def view_of(service: Service, task_id: str) -> TaskView:
    """Return any task, for whoever acts for all. Raises NotFound, for an erased one too."""
    with service.store.read() as session:
        row = session.execute(select(task).where(task.c.id == task_id)).one_or_none()
        if row is None or row.salt is None:
            raise NotFound(f"There is no task {task_id[:128]}.")
        return _view(session, row)


def page(
    service: Service, principal: Principal, filters: Filters, offset: int, limit: int
) -> tuple[list[TaskView], int]:
    """Return the tasks from ``offset`` on, at most ``limit``, newest first, and how many there are.

    Those of the account alone: what a partner's sub-accounts asked for is asked by id.
    """
    with service.store.read() as session:
        wanted = and_(task.c.account_id == principal.account_id, *_conditions(filters))
        total = session.scalar(select(func.count()).select_from(task).where(wanted)) or 0
        query = select(task).where(wanted).order_by(task.c.created_at.desc(), task.c.id.desc())
        rows = session.execute(query.offset(offset).limit(min(limit, MAX_PAGE))).all()
        return [_view(session, row) for row in rows], total


def page_after(
    service: Service,
    principal: Principal,
    after: str | None,
    limit: int,
    *,
    newest_first: bool = True,
    filters: Filters = _ALL,
) -> tuple[list[TaskView], bool]:
    """Return at most ``limit`` tasks after the task ``after``, and whether there are more.

    Raises NotFound if there is no such task.
    """
    direction = task.c.id.desc() if newest_first else task.c.id
    mine = task.c.account_id == principal.account_id
    wanted = and_(mine, *_conditions(filters))
    with service.store.read() as session:
        if after is not None:
            if session.scalar(select(task.c.id).where(mine, task.c.id == after)) is None:
                raise _no(after)
            wanted = and_(wanted, task.c.id < after if newest_first else task.c.id > after)
        query = select(task).where(wanted).order_by(direction).limit(limit + 1)
        rows = session.execute(query).all()
        return [_view(session, row) for row in rows[:limit]], len(rows) > limit


def of_sub_account(service: Service, principal: Principal, name: str, limit: int) -> list[TaskView]:
    """Return the newest tasks of a partner's sub-account. Raises NotFound for any other account."""
    with service.store.read() as session:
        sub = session.scalar(
            select(account.c.id).where(
                account.c.name == name, account.c.parent == principal.account_id
            )
        )
        if sub is None or not principal.may(Permission.MANAGE_SUB_ACCOUNTS):
            raise NotFound("There is no such sub-account of yours.")
        wanted = and_(task.c.account_id == sub, *_conditions(_ALL))
        rows = session.execute(select(task).where(wanted).order_by(task.c.id.desc()).limit(limit))
        return [_view(session, row) for row in rows]


def delete(service: Service, principal: Principal, task_id: str) -> None:
    """Cancel a task that waits, or forget one that has ended: its personal data are erased.

    Raises NotFound, NotCancellable for one that runs, waits for a person or was cancelled.
    """
    found = view(service, principal, task_id)
    if found.status is TaskStatus.QUEUED:
        ending.cancel(service, task_id)
        return
    if found.status in (TaskStatus.RUNNING, TaskStatus.HELD, TaskStatus.CANCELLED) or (
        found.status is TaskStatus.RELEASED and not found.handed_over
    ):
        raise NotCancellable(f"Task {task_id} is {found.status}: it cannot be deleted.")
    erase(service, task_id)


def cancel(service: Service, principal: Principal, task_id: str) -> TaskView:
    """End a task that has not ended, also one that runs. Raises NotFound, NotCancellable."""
    view(service, principal, task_id)
    ending.cancel(service, task_id)
    return view(service, principal, task_id)


def count_by_status(service: Service) -> dict[str, int]:
    """Return how many tasks there are of each status."""
    query = select(task.c.status, func.count()).group_by(task.c.status)
    with service.store.read() as session:
        found = {row[0]: row[1] for row in session.execute(query)}
    return {status.value: found.get(status.value, 0) for status in TaskStatus}


def _visible(session: Connection, principal: Principal) -> ColumnElement[bool]:
    """Say, for the database, which tasks somebody may see."""
    own = task.c.account_id == principal.account_id
    if principal.may(Permission.READ_ALL_TASKS):
        return task.c.id.is_not(None)
    if principal.may(Permission.MANAGE_SUB_ACCOUNTS):
        subs = select(account.c.id).where(account.c.parent == principal.account_id)
        return or_(own, task.c.account_id.in_(subs))
    return own


def _conditions(filters: Filters) -> Sequence[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [task.c.salt.is_not(None)]  # the others were erased
    if filters.statuses:
        wanted.append(task.c.status.in_(filters.statuses))
    if filters.model is not None:
        wanted.append(task.c.model == filters.model)
    if filters.tier is not None:
        wanted.append(task.c.tier == filters.tier)
    if filters.ids:
        wanted.append(task.c.id.in_(filters.ids))
    if filters.words:
        prompt = task.c.request["prompt"].as_string()
        said = prompt.icontains(filters.words, autoescape=True)
        wanted.append(said | (task.c.id == filters.words))
    return wanted


def _view(session: Connection, row: Row[Any]) -> TaskView:
    status = TaskStatus(row.status)
    refused: Collection[TaskStatus] = (TaskStatus.DENIED, TaskStatus.HELD)
    return TaskView(
        id=row.id,
        status=status,
        handed_over=row.step == Step.RELEASE,
        request=Request.model_validate(row.request),
        ignored=tuple(row.ignored or ()),
        created_at=datetime.fromisoformat(row.created_at),
        updated_at=datetime.fromisoformat(row.updated_at),
        expires_at=None if row.expires_at is None else datetime.fromisoformat(row.expires_at),
        tier=Tier(row.tier),
        priority=row.priority,
        step=Step(row.step),
        error=None if row.error_code is None else (row.error_code, row.error_message or ""),
        refused=tasks.deciding_verdict(session, row.id) if status in refused else None,
        removed=removed_by(session, row.id) if status is TaskStatus.RELEASED else None,
    )


def _no(task_id: str) -> NotFound:
    return NotFound(f"There is no task {task_id[:128]} of yours.")
