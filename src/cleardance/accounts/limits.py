"""What a key may use: requests, tasks at once, tokens, money. Counted in the database.

A key that was made by another (a partner's, for a sub-account) counts for that one as well, so that
all the keys of a partner together keep to the limits of the key that the partner was given.

Every process counts in the same rows, so a limit holds over all of them:

- *requests a minute* is a token bucket kept as one number in the key's row, the time until which
  its requests are paid for (the generic cell rate algorithm, ITU-T I.371), moved by one
  conditional UPDATE. N may come at once, then one every 60/N s: never more than 2 N in any minute.
  Machines whose clocks differ by D seconds can let through N D / 60 more.
- *tasks at once*, *tokens a day* and *money a month* are counted from the tasks and the usage
  themselves, in the transaction that queues the task, which holds the key's row: exact. What is
  queued or running counts as if it were released. What a reviewer holds counts only when it is
  released, and can then take the key past its limit by as much.
"""

from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Connection, Select, bindparam, case, func, select, update

from cleardance.errors import QuotaExceeded, RateLimited, UsageError
from cleardance.store.tables import TaskStatus, api_key, task, usage, utc_text

if TYPE_CHECKING:
    from cleardance.accounts.roles import Principal

_MINUTE_US = 60_000_000
_DAY = timedelta(days=1)
_RETRY_S = 5.0  # how long a task takes, about: when another may have ended
_MAX = 2**31 - 1


@dataclass(frozen=True)
class Limits:
    """Of one key; None is no limit. Money is in millionths of the operator's currency."""

    requests_per_minute: int | None = None
    concurrent_tasks: int | None = None
    tokens_per_day: int | None = None
    """Of the last 24 hours."""
    spend_per_month_micros: int | None = None
    """Of the calendar month, UTC."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            most = _MAX if field.name in ("requests_per_minute", "concurrent_tasks") else 2**53
            if value is not None and not 1 <= value <= most:
                raise UsageError(f"{field.name} must be from 1 to {most}.")

    def within(self, others: "Limits") -> bool:
        """Whether these limits are as strict as ``others`` everywhere."""
        pairs = [(getattr(self, f.name), getattr(others, f.name)) for f in fields(self)]
        return all(bound is None or (own is not None and own <= bound) for own, bound in pairs)


NO_LIMITS = Limits()


@dataclass(frozen=True)
class Bound:
    """A key whose limits hold, for what it uses and for all that is used by keys made by it."""

    key_id: str
    limits: Limits


# PostgreSQL takes a parameter for 32 bits unless it is told.
_now_us, _each_us = bindparam("now_us", type_=BigInteger), bindparam("each_us", type_=BigInteger)
_busy_until = case((api_key.c.busy_until_us > _now_us, api_key.c.busy_until_us), else_=_now_us)
_TAKE = (
    update(api_key)
    .where(api_key.c.id == bindparam("key"))
    .where(_busy_until + _each_us <= _now_us + _MINUTE_US)
    .values(busy_until_us=_busy_until + _each_us)
)
_BUSY_UNTIL = select(api_key.c.busy_until_us).where(api_key.c.id == bindparam("key"))


def take_request(session: Connection, principal: "Principal", moment: datetime) -> None:
    """Count one request, in a write transaction; RateLimited if it is one too many.

    Costs nothing where no limit on requests holds: call it only for those of ``is_paced``.
    """
    for bound in principal.bounds:
        if bound.limits.requests_per_minute is not None:
            _take(session, bound.key_id, bound.limits.requests_per_minute, moment)


def is_paced(principal: "Principal") -> bool:
    """Whether a limit on requests holds."""
    return any(bound.limits.requests_per_minute is not None for bound in principal.bounds)


def _take(session: Connection, key_id: str, limit: int, moment: datetime) -> None:
    now_us, each_us = round(moment.timestamp() * 1e6), -(-_MINUTE_US // limit)
    values = {"key": key_id, "now_us": now_us, "each_us": each_us}
    if session.execute(_TAKE, values).rowcount == 1:
        return
    busy_until_us = session.scalar(_BUSY_UNTIL, {"key": key_id}) or now_us
    wait_s = max(busy_until_us + each_us - _MINUTE_US - now_us, 0) / 1e6
    raise RateLimited(f"This key may ask {limit} times a minute.", retry_after_s=wait_s)


def check_task(
    session: Connection, principal: "Principal", tokens: int, cost_micros: int, moment: datetime
) -> None:
    """Raise RateLimited or QuotaExceeded if the key may not have another task of so many tokens.

    Call it in the transaction that then queues the task: it holds the keys' rows until the end.
    """
    for bound in principal.bounds:
        if bound.limits != NO_LIMITS:
            _check_bound(session, bound, tokens, cost_micros, moment)


def _check_bound(
    session: Connection, bound: Bound, tokens: int, cost_micros: int, moment: datetime
) -> None:
    limits, keys = bound.limits, family(bound.key_id)
    session.execute(select(api_key.c.id).where(api_key.c.id == bound.key_id).with_for_update())
    under_way = task.c.key_id.in_(keys) & task.c.status.in_([TaskStatus.QUEUED, TaskStatus.RUNNING])
    count, pending, pending_micros = session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(task.c.tokens), 0),
            func.coalesce(func.sum(task.c.cost_micros), 0),
        ).where(under_way)
    ).one()
    if limits.concurrent_tasks is not None and count >= limits.concurrent_tasks:
        raise RateLimited(
            f"This key may have {limits.concurrent_tasks} tasks under way at once.",
            retry_after_s=_RETRY_S,
        )
    _check_tokens(session, keys, limits.tokens_per_day, int(pending) + tokens, moment)
    _check_spend(
        session, keys, limits.spend_per_month_micros, int(pending_micros) + cost_micros, moment
    )


def family(key_id: str) -> Select[str]:
    """Return the query of a key's id and those of all keys that were made by it, or by those."""
    one = select(api_key.c.id).where(api_key.c.id == key_id).cte(recursive=True)
    made = select(api_key.c.id).join(one, api_key.c.made_by == one.c.id)
    return select(one.union(made).c.id)


def _check_tokens(
    session: Connection, keys: Select[str], limit: int | None, wanted: int, moment: datetime
) -> None:
    if limit is None:
        return
    of_day = usage.c.key_id.in_(keys) & (usage.c.at > utc_text(moment - _DAY))
    used, oldest = session.execute(
        select(func.coalesce(func.sum(usage.c.tokens), 0), func.min(usage.c.at)).where(of_day)
    ).one()
    if int(used) + wanted > limit:
        frees = datetime.fromisoformat(oldest or utc_text(moment)) + _DAY
        raise QuotaExceeded(
            f"This key may use {limit} tokens a day; {used} are used, {wanted} asked for.",
            retry_after_s=max((frees - moment).total_seconds(), _RETRY_S),
        )


def _check_spend(
    session: Connection, keys: Select[str], limit: int | None, wanted: int, moment: datetime
) -> None:
    if limit is None:
        return
    first = moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    of_month = usage.c.key_id.in_(keys) & (usage.c.at >= utc_text(first))
    used = int(
        session.scalar(select(func.coalesce(func.sum(usage.c.cost_micros), 0)).where(of_month)) or 0
    )
    if used + wanted > limit:
        next_month = (first + timedelta(days=32)).replace(day=1)
        raise QuotaExceeded(
            f"This key may spend {limit / 1e6:g} a month; {used / 1e6:g} are spent.",
            retry_after_s=(next_month - moment).total_seconds(),
        )
