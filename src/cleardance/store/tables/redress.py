"""The way back: what those affected by a notice were told, and what they said."""

from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ForeignKey, Named, Table, Text, TypedColumns, UniqueConstraint

from cleardance.store.tables.base import Json, metadata, one_of


class CounterStatus(StrEnum):
    """Where a counter-notice stands."""

    INCOMPLETE = "incomplete"
    FORWARDED = "forwarded"
    SUED = "sued"
    RESTORED = "restored"
    REFUSED = "refused"


class ComplaintStatus(StrEnum):
    """Where a complaint stands."""

    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


class _Statement(TypedColumns):
    id: Named[str] = Column(Text, primary_key=True)
    notice_id: Named[str] = Column(Text, ForeignKey("notice.id"), index=True)
    account_id: Named[str] = Column(Text, ForeignKey("account.id"), index=True)
    # A task of the account, or its id itself: then it is about its access.
    subject: Named[str] = Column(Text, index=True)
    body: Named[Any] = Column(Json, nullable=False)
    at: Named[str] = Column(Text, index=True)
    lifted_at: Named[str | None] = Column(Text)


class _CounterNotice(TypedColumns):
    id: Named[str] = Column(Text, primary_key=True)
    notice_id: Named[str] = Column(Text, ForeignKey("notice.id"), index=True)
    account_id: Named[str] = Column(Text, ForeignKey("account.id"), index=True)
    status: Named[str] = Column(Text, index=True)
    form: Named[Any] = Column(Json, nullable=False)
    content: Named[str] = Column(Text, unique=True)
    missing: Named[Any] = Column(Json, nullable=False)
    received_at: Named[str] = Column(Text)
    # Not before the one, not after the other, unless a court has been asked.
    restore_from: Named[str] = Column(Text)
    restore_by: Named[str] = Column(Text, index=True)
    court: Named[str | None] = Column(Text)
    sued_at: Named[str | None] = Column(Text)
    ended_at: Named[str | None] = Column(Text)


class _Strike(TypedColumns):
    id: Named[str] = Column(Text, primary_key=True)
    account_id: Named[str] = Column(Text, ForeignKey("account.id"), index=True)
    notice_id: Named[str] = Column(Text, ForeignKey("notice.id"), index=True)
    at: Named[str] = Column(Text)
    reversed_at: Named[str | None] = Column(Text)
    # When the account was suspended for it and those before.
    suspended_at: Named[str | None] = Column(Text)


class _Complaint(TypedColumns):
    id: Named[str] = Column(Text, primary_key=True)
    notice_id: Named[str] = Column(Text, ForeignKey("notice.id"), index=True)
    # Of the account told so; none where the sender complains of a notice that was not followed.
    statement_id: Named[str | None] = Column(Text, ForeignKey("statement.id"), index=True)
    text: Named[str] = Column(Text)
    status: Named[str] = Column(Text, index=True)
    opened_at: Named[str] = Column(Text)
    decided_by: Named[str | None] = Column(Text)
    decided_at: Named[str | None] = Column(Text)
    reason: Named[str | None] = Column(Text)


statement = Table(
    "statement", metadata, _Statement, UniqueConstraint("notice_id", "account_id", "subject")
)
"""Statements of reasons (DSA Art. 17), one for each output, and one for the access taken."""
counter_notice = Table("counter_notice", metadata, _CounterNotice, one_of("status", CounterStatus))
strike = Table("strike", metadata, _Strike, UniqueConstraint("account_id", "notice_id"))
"""One for each account and notice by which outputs of it were removed (17 USC 512(i))."""
complaint = Table("complaint", metadata, _Complaint, one_of("status", ComplaintStatus))
"""Complaints that persons decide on (DSA Art. 20)."""
