"""The public record, and the counters of the home."""

from typing import Any

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Named, Table, Text, TypedColumns

from cleardance.store.tables.base import Json, RowId, metadata


class _Meta(TypedColumns):
    key: Named[str] = Column(Text, primary_key=True)
    value: Named[int] = Column(BigInteger)


class _LedgerEntry(TypedColumns):
    index: Named[int] = Column(RowId, primary_key=True, autoincrement=False)
    kind: Named[str] = Column(Text)
    # No foreign key: the record outlives the deletable row it speaks of.
    task_id: Named[str | None] = Column(Text, index=True)
    body: Named[Any] = Column(Json, nullable=False)
    leaf_hash: Named[bytes] = Column(LargeBinary)
    created_at: Named[str] = Column(Text)


class _LedgerNode(TypedColumns):
    level: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    index: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    hash: Named[bytes] = Column(LargeBinary)


class _LedgerCheckpoint(TypedColumns):
    size: Named[int] = Column(RowId, primary_key=True, autoincrement=False)
    root: Named[bytes] = Column(LargeBinary)
    note: Named[str] = Column(Text)
    created_at: Named[str] = Column(Text)


meta = Table("meta", metadata, _Meta)
"""Counters: ``registry_revision``, and ``ledger_size``, whose row serialises appends."""
ledger_entry = Table("ledger_entry", metadata, _LedgerEntry)
ledger_node = Table("ledger_node", metadata, _LedgerNode)
"""Roots of the complete subtrees from level 1 up; level 0 is the entries' own ``leaf_hash``."""
ledger_checkpoint = Table("ledger_checkpoint", metadata, _LedgerCheckpoint)
