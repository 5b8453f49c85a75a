"""What needs a person now, the most urgent first: all that waits, of every kind, in one list."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, func, select

from cleardance.clearance.jobs import board, deliveries
from cleardance.clearance.notices.due import Due, Urgency, due
from cleardance.clearance.readiness import readiness
from cleardance.clearance.service import Service
from cleardance.store.tables import ReviewStatus, review

_SOON: Final = timedelta(hours=24)
_IDLE: Final = timedelta(minutes=2)
"""A task that waits for longer, while nothing runs, waits for a worker that is not there."""


class Matter(StrEnum):
    """What somebody has to look at."""

    REVIEWS = "reviews"
    APPEALS = "appeals"
    NOTICES = "notices"
    REDRESS = "redress"
    WEBHOOKS = "webhooks"
    INDEX = "index"
    WORKERS = "workers"


@dataclass(frozen=True)
class Need:
    """So many things of one kind, in words, and when the first is due (RFC 3339), if it is."""

    matter: Matter
    count: int
    words: str
    due_at: str | None
    urgency: Urgency


def needs(service: Service, at: datetime) -> list[Need]:
    """Return what needs a person, the most urgent first; nothing for what is in order."""
    with service.store.read() as session:
        found = [*_reviews(session, at), *_webhooks(session)]
    found += [*_notices(due(service, at)), *_index(service), *_workers(service, at)]
    order = [Urgency.OVERDUE, Urgency.SOON, Urgency.LATER]
    return sorted(found, key=lambda one: (order.index(one.urgency), one.due_at or "~"))


def _reviews(session: Connection, at: datetime) -> Iterator[Need]:
    on = review.c
    query = select(on.appeal, func.count(), func.min(on.due_at))
    for is_appeal, count, first in session.execute(
        query.where(on.status == ReviewStatus.OPEN).group_by(on.appeal)
    ):
        matter = Matter.APPEALS if is_appeal else Matter.REVIEWS
        words = "appeals of denials" if is_appeal else "prompts or outputs held"
        yield Need(matter, count, words, first, _urgency(first, at))


def _notices(waiting: list[Due]) -> Iterator[Need]:
    notices = [one for one in waiting if one.subject == one.notice_id]
    redress = [one for one in waiting if one.subject != one.notice_id]
    for matter, mine, words in (
        (Matter.NOTICES, notices, "notices to decide on or execute"),
        (Matter.REDRESS, redress, "counter-notices and complaints under way"),
    ):
        if mine:
            yield Need(matter, len(mine), words, mine[0].due_at, mine[0].urgency)


def _webhooks(session: Connection) -> Iterator[Need]:
    if failed := deliveries.count_failed(session):
        yield Need(Matter.WEBHOOKS, failed, "failed callbacks", None, Urgency.SOON)


def _index(service: Service) -> Iterator[Need]:
    for problem in readiness(service).problems:
        yield Need(Matter.INDEX, 1, problem, None, Urgency.OVERDUE)


def _workers(service: Service, at: datetime) -> Iterator[Need]:
    now = board.board(service)
    if gone := sum(one.gone for one in now.working):
        words = "tasks of workers that are gone; others take them over"
        yield Need(Matter.WORKERS, gone, words, None, Urgency.SOON)
    oldest = min((lane.oldest_at for lane in now.lanes if lane.oldest_at), default=None)
    if oldest and not now.working and datetime.fromisoformat(oldest) + _IDLE < at:
        words = "tasks waiting, and nobody works on any"
        yield Need(Matter.WORKERS, now.waiting_total, words, None, Urgency.OVERDUE)


def _urgency(due_at: str, at: datetime) -> Urgency:
    left = datetime.fromisoformat(due_at) - at
    if left < timedelta():
        return Urgency.OVERDUE
    return Urgency.SOON if left < _SOON else Urgency.LATER
