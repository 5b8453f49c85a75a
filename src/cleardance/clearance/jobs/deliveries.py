"""Callbacks as operators see them: which were delivered, which wait, which failed for good."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, func, select

from cleardance.store.tables import DeliveryStatus, account, webhook_delivery

NEWEST: Final = 100
_on = webhook_delivery.c


@dataclass(frozen=True)
class DeliveryRow:
    """One delivery; ``result`` is what its last try came to, ``due_at`` when it is tried next."""

    event_id: int
    task_id: str
    account: str
    url: str
    status: DeliveryStatus
    attempts: int
    due_at: str
    result: str | None


def listing(session: Connection, status: DeliveryStatus | None = None) -> list[DeliveryRow]:
    """Return the newest deliveries, the newest first; of one status, if one is given."""
    names = ("event_id", "task_id", "url", "status", "attempts", "due_at", "result")
    query = select(*(_on[name] for name in names), account.c.name.label("account")).join(
        account, account.c.id == _on.account_id
    )
    if status is not None:
        query = query.where(_on.status == status)
    rows = session.execute(query.order_by(_on.event_id.desc()).limit(NEWEST)).mappings()
    return [DeliveryRow(**{**row, "status": DeliveryStatus(row["status"])}) for row in rows]


def count_by_status(session: Connection) -> dict[DeliveryStatus, int]:
    """Return how many deliveries there are of each status."""
    counted = select(_on.status, func.count()).group_by(_on.status)
    found = {DeliveryStatus(row[0]): row[1] for row in session.execute(counted)}
    return {status: found.get(status, 0) for status in DeliveryStatus}


def count_failed(session: Connection) -> int:
    """Return how many deliveries failed for good and were not replayed."""
    failed = _on.status == DeliveryStatus.FAILED
    return session.scalar(select(func.count()).where(failed)) or 0
