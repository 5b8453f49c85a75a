"""What was asked, decided and made."""

from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Named,
    Table,
    Text,
    TypedColumns,
)

from cleardance.store.tables.base import Json, RowId, metadata, one_of


class TaskStatus(StrEnum):
    """Where a task stands."""

    QUEUED = "queued"
    RUNNING = "running"
    RELEASED = "released"
    DENIED = "denied"
    HELD = "held"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Tier(StrEnum):
    """How urgent a task is: what is flexible runs when nothing else waits."""

    DEFAULT = "default"
    FLEX = "flex"


class Stage(StrEnum):
    """What a verdict is about: the prompt and its references, or what was generated."""

    ASK = "ask"
    OUTPUT = "output"


class ReviewStatus(StrEnum):
    """Where a review stands."""

    OPEN = "open"
    RELEASED = "released"
    DENIED = "denied"


class _Task(TypedColumns):
    id: Named[str] = Column(Text, primary_key=True)
    account_id: Named[str] = Column(Text, ForeignKey("account.id"), index=True)
    status: Named[str] = Column(Text, index=True)
    # The last completed step of the one path, 1 to 8.
    step: Named[int] = Column(Integer)
    # Holds the prompt: personal, deletable, and never copied into the ledger.
    request: Named[Any] = Column(Json, nullable=True)
    # Keys the commitments to personal text; deleting it makes them meaningless.
    salt: Named[bytes | None] = Column(LargeBinary)
    registry_revision: Named[int | None] = Column(BigInteger)
    ignored: Named[Any] = Column(Json, nullable=True)
    raw_blob: Named[str | None] = Column(Text)
    sealed_blob: Named[str | None] = Column(Text)
    destination: Named[str | None] = Column(Text)
    output: Named[Any] = Column(Json, nullable=True)
    error_code: Named[str | None] = Column(Text)
    error_message: Named[str | None] = Column(Text)
    ledger_index: Named[int | None] = Column(BigInteger)
    timings: Named[Any] = Column(Json, nullable=True)
    created_at: Named[str] = Column(Text, index=True)
    updated_at: Named[str] = Column(Text)
    served_count: Named[int] = Column(BigInteger, server_default="0")
    last_served_at: Named[str | None] = Column(Text)
    # As in the request, to be counted and filtered by; it outlives the request.
    model: Named[str | None] = Column(Text)
    tier: Named[str] = Column(Text, server_default=Tier.DEFAULT.value)
    priority: Named[int] = Column(Integer, server_default="0")
    # When a task that has not ended by then does.
    expires_at: Named[str | None] = Column(Text)
    callback_url: Named[str | None] = Column(Text)
    # The same for creates that are one create, retried. Of one that its client named, the name; a
    # create of that name must also have the same body.
    dedupe_key: Named[str | None] = Column(Text)
    dedupe_body: Named[str | None] = Column(Text)
    # Who works on it, until when unless renewed; the number counts its leases and fences off the
    # holders of all but the newest.
    lease_owner: Named[str | None] = Column(Text, index=True)
    lease_until: Named[str | None] = Column(Text)
    lease_number: Named[int] = Column(BigInteger, server_default="0")
    # How many processes died while they worked on it.
    deaths: Named[int] = Column(Integer, server_default="0")
    not_before: Named[str | None] = Column(Text)
    # No foreign key: SQLite cannot add one to a table that others refer to; keys are never deleted.
    key_id: Named[str | None] = Column(Text)
    # The hash of an end user's id, under the salt of the account.
    end_user: Named[str | None] = Column(Text)
    # What it is charged if it is released, and what it holds of its key's allowance until then.
    tokens: Named[int] = Column(BigInteger, server_default="0")
    cost_micros: Named[int] = Column(BigInteger, server_default="0")


class _TaskEvent(TypedColumns):
    id: Named[int] = Column(RowId, primary_key=True)
    task_id: Named[str] = Column(Text, ForeignKey("task.id", ondelete="CASCADE"), index=True)
    at: Named[str] = Column(Text)
    kind: Named[str] = Column(Text)
    body: Named[Any] = Column(Json, nullable=False)


class _QueueTurn(TypedColumns):
    account_id: Named[str] = Column(Text, ForeignKey("account.id"), primary_key=True)
    served_at: Named[str] = Column(Text)


class _TaskReference(TypedColumns):
    task_id: Named[str] = Column(Text, ForeignKey("task.id", ondelete="CASCADE"), primary_key=True)
    blob: Named[str] = Column(Text, primary_key=True)


class _RemoteJob(TypedColumns):
    task_id: Named[str] = Column(Text, primary_key=True)
    model: Named[str] = Column(Text)
    remote_id: Named[str] = Column(Text)
    begun_at: Named[str] = Column(Text)


class _Asset(TypedColumns):
    id: Named[str] = Column(Text, primary_key=True)
    account_id: Named[str] = Column(Text, ForeignKey("account.id"), index=True)
    media: Named[str] = Column(Text)
    bytes: Named[int] = Column(BigInteger)
    blob: Named[str] = Column(Text, index=True)
    created_at: Named[str] = Column(Text)


class _Verdict(TypedColumns):
    id: Named[str] = Column(Text, primary_key=True)
    task_id: Named[str] = Column(Text, ForeignKey("task.id", ondelete="CASCADE"), index=True)
    stage: Named[str] = Column(Text)
    registry_revision: Named[int] = Column(BigInteger)
    decision: Named[str] = Column(Text)
    body: Named[Any] = Column(Json, nullable=False)
    created_at: Named[str] = Column(Text)
    # At which licences were judged: with the revision, all that the verdict depends on.
    moment: Named[str | None] = Column(Text)
    # Counts the verdicts of a task's stage: the highest stands.
    number: Named[int] = Column(Integer, server_default="0")


class _VerdictWork(TypedColumns):
    verdict_id: Named[str] = Column(
        Text, ForeignKey("verdict.id", ondelete="CASCADE"), primary_key=True
    )
    # No foreign key: what was found of it stays known after the work has left the registry.
    work_id: Named[str] = Column(Text, primary_key=True, index=True)


class _VerdictPicture(TypedColumns):
    id: Named[int] = Column(RowId, primary_key=True)
    verdict_id: Named[str] = Column(Text, ForeignKey("verdict.id", ondelete="CASCADE"), index=True)
    blob: Named[str] = Column(Text, index=True)


class _Review(TypedColumns):
    id: Named[str] = Column(Text, primary_key=True)
    task_id: Named[str] = Column(Text, ForeignKey("task.id", ondelete="CASCADE"), index=True)
    stage: Named[str] = Column(Text)
    # What is looked at; the decision is a verdict of its own.
    verdict_id: Named[str] = Column(Text, ForeignKey("verdict.id", ondelete="CASCADE"))
    appeal: Named[bool]
    # The appellant's words: personal, like the reviewer's reason.
    text: Named[str | None] = Column(Text)
    status: Named[str] = Column(Text, index=True)
    opened_at: Named[str] = Column(Text)
    due_at: Named[str] = Column(Text)
    claimed_by: Named[str | None] = Column(Text, ForeignKey("account.id"))
    claimed_at: Named[str | None] = Column(Text)
    decided_by: Named[str | None] = Column(Text, ForeignKey("account.id"))
    decided_at: Named[str | None] = Column(Text)
    reason: Named[str | None] = Column(Text)


class _OutputSignal(TypedColumns):
    id: Named[int] = Column(RowId, primary_key=True)
    task_id: Named[str] = Column(Text, ForeignKey("task.id", ondelete="CASCADE"), index=True)
    kind: Named[str] = Column(Text, index=True)
    time_s: Named[float | None]
    value: Named[bytes] = Column(LargeBinary)


task = Table(
    "task",
    metadata,
    _Task,
    one_of("status", TaskStatus),
    one_of("tier", Tier),
    CheckConstraint("step BETWEEN 1 AND 8", name="step"),
    CheckConstraint("priority BETWEEN 0 AND 9", name="priority"),
    Index("ix_task_status_step", "status", "step"),
    Index("ix_task_status_account_id", "status", "account_id"),  # counts without reading the rows
    Index("ix_task_account_id_dedupe_key", "account_id", "dedupe_key"),
    Index("ix_task_key_id_status", "key_id", "status"),
)
task_event = Table("task_event", metadata, _TaskEvent)
"""What happened to a task, for whoever follows it; nothing personal."""
queue_turn = Table("queue_turn", metadata, _QueueTurn)
"""When each account was last served, so that accounts take turns."""
task_reference = Table("task_reference", metadata, _TaskReference)
"""Which blobs a task needs of what was handed in with it; its request says the rest."""
remote_job = Table("remote_job", metadata, _RemoteJob)
"""What other servers make for tasks, until it was deleted there; it may outlive its task."""
asset = Table("asset", metadata, _Asset)
"""Files that accounts uploaded, to name them in requests."""
verdict = Table("verdict", metadata, _Verdict, one_of("stage", Stage))
verdict_work = Table("verdict_work", metadata, _VerdictWork)
"""Which works a verdict found, so that what touches a work is counted without reading verdicts."""
verdict_picture = Table("verdict_picture", metadata, _VerdictPicture)
"""The small pictures that a verdict cites as evidence."""
review = Table("review", metadata, _Review, one_of("stage", Stage), one_of("status", ReviewStatus))
output_signal = Table("output_signal", metadata, _OutputSignal)
