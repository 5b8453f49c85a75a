"""Who is told of what became of a task, and whether they were."""

from enum import StrEnum

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, Named, Table, Text, TypedColumns

from cleardance.store.tables.base import metadata, one_of


class DeliveryStatus(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


class _WebhookDelivery(TypedColumns):
    # Of the event it tells of: the same at every try, so that receivers know it again.
    event_id: Named[int] = Column(
        BigInteger, ForeignKey("task_event.id", ondelete="CASCADE"), primary_key=True
    )
    task_id: Named[str] = Column(Text, ForeignKey("task.id", ondelete="CASCADE"), index=True)
    account_id: Named[str] = Column(Text, ForeignKey("account.id"))
    url: Named[str] = Column(Text)
    # Of the URL: deliveries to one host wait for each other.
    host: Named[str] = Column(Text)
    status: Named[str] = Column(Text, server_default=DeliveryStatus.WAITING.value, index=True)
    # When it is tried (again), if it waits.
    due_at: Named[str] = Column(Text)
    attempts: Named[int] = Column(Integer, server_default="0")
    # What the last try came to: an HTTP status, or what went wrong.
    result: Named[str | None] = Column(Text)


webhook_delivery = Table(
    "webhook_delivery", metadata, _WebhookDelivery, one_of("status", DeliveryStatus)
)
"""One row for each change of status of a task that has a callback URL."""
