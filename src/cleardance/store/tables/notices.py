"""What rights-holders demanded, and what was done."""

from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary, Named, Table, Text, TypedColumns

from cleardance.store.tables.base import Json, RowId, metadata, one_of


class NoticeStatus(StrEnum):
    """Where a notice stands."""

    INCOMPLETE = "incomplete"
    RECEIVED = "received"
    HELD = "held"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    EXECUTING = "executing"
    EXECUTED = "executed"
    WITHDRAWN = "withdrawn"

    @property
    def has_ended(self) -> bool:
        """Whether nothing is to be done about it any more, unless somebody objects."""
        return self in (NoticeStatus.EXECUTED, NoticeStatus.REJECTED, NoticeStatus.WITHDRAWN)


class StepState(StrEnum):
    """Where one step of executing a notice stands."""

    PENDING = "pending"
    DONE = "done"
    UNDONE = "undone"


class _Notice(TypedColumns):
    id: Named[str] = Column(Text, primary_key=True)
    kind: Named[str] = Column(Text)
    law: Named[str] = Column(Text)
    status: Named[str] = Column(Text, index=True)
    # How prior notices of the same sender are found.
    sender: Named[str] = Column(Text, index=True)
    # Who sent it, if they were signed in, or showed its secret since.
    account_id: Named[str | None] = Column(Text, index=True)
    form: Named[Any] = Column(Json, nullable=False)
    content: Named[str] = Column(Text, unique=True)
    salt: Named[bytes] = Column(LargeBinary)
    secret_sha256: Named[str] = Column(Text)
    missing: Named[Any] = Column(Json, nullable=False)
    works: Named[Any] = Column(Json, nullable=False)
    received_at: Named[str] = Column(Text)
    deadline_at: Named[str] = Column(Text, index=True)
    created_at: Named[str] = Column(Text)
    updated_at: Named[str] = Column(Text)
    # Why a person has to decide on it, and how they did; the reason is personal.
    concerns: Named[Any] = Column(Json, nullable=True)
    decided_by: Named[str | None] = Column(Text)
    decided_at: Named[str | None] = Column(Text)
    decision: Named[str | None] = Column(Text)


class _NoticeFile(TypedColumns):
    id: Named[int] = Column(RowId, primary_key=True)
    notice_id: Named[str] = Column(Text, ForeignKey("notice.id"), index=True)
    # As the notice calls it.
    name: Named[str] = Column(Text)
    blob: Named[str] = Column(Text)


class _Misuse(TypedColumns):
    id: Named[str] = Column(Text, primary_key=True)
    # As in the notice: one who sent unfounded notices before is looked at by a person.
    sender: Named[str] = Column(Text, index=True)
    notice_id: Named[str] = Column(Text, ForeignKey("notice.id"))
    why: Named[str] = Column(Text)
    at: Named[str] = Column(Text)
    lifted_at: Named[str | None] = Column(Text)


class _Removal(TypedColumns):
    task_id: Named[str] = Column(Text, ForeignKey("task.id"), primary_key=True)
    notice_id: Named[str] = Column(Text, ForeignKey("notice.id"), primary_key=True, index=True)
    # The file, kept though nobody is given it; none of a task that was still on its way.
    blob: Named[str | None] = Column(Text)
    why: Named[str] = Column(Text)
    # The registry's: at which the removal, or its lifting, began to count.
    revision: Named[int] = Column(BigInteger, index=True)
    at: Named[str] = Column(Text)
    lifted_at: Named[str | None] = Column(Text)


class _Enforcement(TypedColumns):
    notice_id: Named[str] = Column(Text, ForeignKey("notice.id"), primary_key=True)
    demand: Named[str] = Column(Text, primary_key=True)
    # What the step is about: a task, a key, a work, a data set; empty for the whole demand.
    subject: Named[str] = Column(Text, primary_key=True)
    state: Named[str] = Column(Text)
    # What undoing it brings back.
    before: Named[Any] = Column(Json, nullable=True)
    # The document that it made.
    blob: Named[str | None] = Column(Text)
    done_at: Named[str | None] = Column(Text)
    undone_at: Named[str | None] = Column(Text)


notice = Table("notice", metadata, _Notice, one_of("status", NoticeStatus))
notice_file = Table("notice_file", metadata, _NoticeFile)
"""Files that came with a notice which waits for a person: kept until they are registered."""
misuse = Table("misuse", metadata, _Misuse)
"""Notices that a person found to be misuse, by sender (17 USC 512(f); DSA Art. 23(2))."""
removal = Table("removal", metadata, _Removal)
"""Outputs that are not served, until their removal is lifted; each notice removes for itself."""
enforcement = Table("enforcement", metadata, _Enforcement, one_of("state", StepState))
"""The steps of executing a notice: written down before the first is done, each done once."""
