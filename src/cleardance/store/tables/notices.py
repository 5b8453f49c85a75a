"""What rights-holders demanded."""

from enum import StrEnum
from typing import Any

from sqlalchemy import Column, LargeBinary, Named, Table, Text, TypedColumns

from cleardance.store.tables.base import Json, metadata, one_of


class NoticeStatus(StrEnum):
    """Where a notice stands."""

    INCOMPLETE = "incomplete"
    RECEIVED = "received"
    ACCEPTED = "accepted"


class _Notice(TypedColumns):
    id: Named[str] = Column(Text, primary_key=True)
    kind: Named[str] = Column(Text)
    law: Named[str] = Column(Text)
    status: Named[str] = Column(Text, index=True)
    # How prior notices of the same sender are found.
    sender: Named[str] = Column(Text, index=True)
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


notice = Table("notice", metadata, _Notice, one_of("status", NoticeStatus))
