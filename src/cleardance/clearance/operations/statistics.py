"""Numbers over time, for charts: what became of requests, how many are under way, how long it took.

Times are those of the task rows, so that old ones need no events: a task has ended when its row was
last changed. An appeal, or a removal's lifting, moves that.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median, quantiles
from typing import Final, Literal

from sqlalchemy import Connection, func, select

from cleardance.store.tables import TaskStatus, task, utc_text

Outcome = Literal["clear", "hold", "deny", "other"]
OUTCOMES: Final[Mapping[TaskStatus, Outcome]] = {
    TaskStatus.RELEASED: "clear",
    TaskStatus.HELD: "hold",
    TaskStatus.DENIED: "deny",
}
"""What a status is in a chart of verdicts; the rest is under way, or failed without a verdict."""
_OPEN: Final = (TaskStatus.QUEUED, TaskStatus.RUNNING)


@dataclass(frozen=True)
class Day:
    """What became, until now, of the requests of one day (UTC)."""

    date: str
    counts: Mapping[Outcome, int]


@dataclass(frozen=True)
class Depth:
    """How many tasks were waiting or running at one moment."""

    at: datetime
    tasks: int


@dataclass(frozen=True)
class Duration:
    """Seconds from a request to its release, of one day's releases; None without any."""

    date: str
    released: int
    median_s: float | None
    p90_s: float | None


def per_day(session: Connection, at: datetime, days: int) -> list[Day]:
    """Return the last ``days`` days, the oldest first, up to today."""
    dates = _dates(at, days)
    day = func.substr(task.c.created_at, 1, 10)
    query = select(day, task.c.status, func.count()).where(task.c.created_at >= dates[0])
    counts: dict[str, Counter[Outcome]] = defaultdict(Counter)
    for date, status, count in session.execute(query.group_by(day, task.c.status)):
        counts[date][OUTCOMES.get(TaskStatus(status), "other")] += count
    return [Day(date, counts[date]) for date in dates]


def under_way(session: Connection, at: datetime, hours: int) -> list[Depth]:
    """Return how many tasks were under way at each of the last ``hours`` full hours, and now."""
    since = at - timedelta(hours=hours)
    query = select(task.c.created_at, task.c.updated_at, task.c.status)
    recent = (task.c.updated_at >= utc_text(since)) | task.c.status.in_(_OPEN)
    spans = [
        (row.created_at, "~" if row.status in _OPEN else row.updated_at)
        for row in session.execute(query.where(recent))
    ]
    moments = [since + timedelta(hours=hour) for hour in range(hours)] + [at]
    texts = [utc_text(moment) for moment in moments]
    return [
        Depth(moment, sum(began <= text < ended for began, ended in spans))
        for moment, text in zip(moments, texts, strict=True)
    ]


def release_times(session: Connection, at: datetime, days: int) -> list[Duration]:
    """Return how long it took from request to release, for the releases of each day."""
    dates = _dates(at, days)
    done = (task.c.status == TaskStatus.RELEASED) & (task.c.created_at >= dates[0])
    spent_s: dict[str, list[float]] = defaultdict(list)
    for row in session.execute(select(task.c.created_at, task.c.updated_at).where(done)):
        took = datetime.fromisoformat(row.updated_at) - datetime.fromisoformat(row.created_at)
        spent_s[row.created_at[:10]].append(took.total_seconds())
    return [_duration(date, spent_s[date]) for date in dates]


def _duration(date: str, spent_s: list[float]) -> Duration:
    if not spent_s:
        return Duration(date, 0, None, None)
    p90_s = spent_s[0] if len(spent_s) == 1 else quantiles(spent_s, n=10, method="inclusive")[-1]
    return Duration(date, len(spent_s), median(spent_s), p90_s)


def _dates(at: datetime, days: int) -> list[str]:
    return [f"{at - timedelta(days=ago):%Y-%m-%d}" for ago in reversed(range(days))]
