"""What was asked, decided and made."""

from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
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


class _TaskReference(TypedColumns):
    task_id: Named[str] = Column(Text, ForeignKey("task.id", ondelete="CASCADE"), primary_key=True)
    blob: Named[str] = Column(Text, primary_key=True)


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
    CheckConstraint("step BETWEEN 1 AND 8", name="step"),
)
task_reference = Table("task_reference", metadata, _TaskReference)
"""Which blobs a task needs of what was handed in with it; its request says the rest."""
verdict = Table("verdict", metadata, _Verdict, one_of("stage", Stage))
verdict_picture = Table("verdict_picture", metadata, _VerdictPicture)
"""The small pictures that a verdict cites as evidence."""
review = Table("review", metadata, _Review, one_of("stage", Stage), one_of("status", ReviewStatus))
output_signal = Table("output_signal", metadata, _OutputSignal)
