"""On whose behalf things are asked, with which keys, how much of it, and who administered what."""

from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
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

from cleardance.store.tables.base import Json, metadata, one_of


class _Account(TypedColumns):
    id: Named[str] = Column(Text, primary_key=True)
    name: Named[str] = Column(Text, unique=True)
    created_at: Named[str] = Column(Text)
    # Whose account it is, where licences are granted to all accounts of a partner.
    partner: Named[str | None] = Column(Text, index=True)
    # The partner's own account, of a sub-account. No foreign key: SQLite cannot add one to a table
    # that others refer to, and accounts are never deleted.
    parent: Named[str | None] = Column(Text, index=True)
    roles: Named[Any] = Column(Json, nullable=False, server_default='["creator"]')
    # Keys the hashes of its end users' ids; deleting it makes them meaningless.
    salt: Named[bytes | None] = Column(LargeBinary)
    suspended_at: Named[str | None] = Column(Text)


class _ApiKey(TypedColumns):
    id: Named[str] = Column(Text, primary_key=True)
    account_id: Named[str] = Column(Text, ForeignKey("account.id"), index=True)
    name: Named[str | None] = Column(Text)
    secret_sha256: Named[str] = Column(Text, unique=True)
    # Permissions it is narrowed to; an empty list is all that its account's roles give.
    scopes: Named[Any] = Column(Json, nullable=False)
    created_at: Named[str] = Column(Text)
    expires_at: Named[str | None] = Column(Text)
    revoked_at: Named[str | None] = Column(Text)
    requests_per_minute: Named[int | None] = Column(Integer)
    concurrent_tasks: Named[int | None] = Column(Integer)
    tokens_per_day: Named[int | None] = Column(BigInteger)
    spend_per_month_micros: Named[int | None] = Column(BigInteger)
    # Until when its requests have used up its rate, in microseconds since 1970.
    busy_until_us: Named[int] = Column(BigInteger, server_default="0")
    # The key by which it was made: what this one uses counts for that one's limits, too.
    made_by: Named[str | None] = Column(Text, index=True)


class _Usage(TypedColumns):
    # No foreign key: what was used stays known when the task's row is gone.
    task_id: Named[str] = Column(Text, primary_key=True)
    account_id: Named[str] = Column(Text)
    key_id: Named[str | None] = Column(Text)
    tokens: Named[int] = Column(BigInteger)
    cost_micros: Named[int] = Column(BigInteger)
    at: Named[str] = Column(Text)


class HoldingKind(StrEnum):
    """What a rights-holder's account is tied to: all works of an owner, or one work by its id."""

    OWNER = "owner"
    WORK = "work"


class _Holding(TypedColumns):
    account_id: Named[str] = Column(Text, ForeignKey("account.id"), primary_key=True)
    kind: Named[str] = Column(Text, primary_key=True)
    # An owner as the registry has it, or a work's id, whether it is registered (still) or not.
    value: Named[str] = Column(Text, primary_key=True)


class _AdminAct(TypedColumns):
    id: Named[str] = Column(Text, primary_key=True)
    at: Named[str] = Column(Text, index=True)
    act: Named[str] = Column(Text)
    # An account's id (or a name that no account has); with the key it used, unless it was at the
    # command line.
    actor: Named[str] = Column(Text, index=True)
    key_id: Named[str | None] = Column(Text)
    subject: Named[str] = Column(Text, index=True)
    # May be personal, like the detail; both go, with the salt, when the subject is erased.
    why: Named[str | None] = Column(Text)
    detail: Named[Any] = Column(Json, nullable=True)
    salt: Named[bytes | None] = Column(LargeBinary)


account = Table("account", metadata, _Account)
api_key = Table("api_key", metadata, _ApiKey)
usage = Table(
    "usage",
    metadata,
    _Usage,
    Index("ix_usage_key_id_at", "key_id", "at"),
    Index("ix_usage_account_id_at", "account_id", "at"),
)
"""What each released output cost: once for each task, in tokens and millionths of the currency."""
holding = Table("holding", metadata, _Holding, one_of("kind", HoldingKind))
"""Which works concern the account of a rights-holder."""
admin_act = Table("admin_act", metadata, _AdminAct)
"""Every act that needed a privilege; the ledger holds a commitment to each."""
