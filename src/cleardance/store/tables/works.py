"""Works, how they are recognised, and the rules."""

from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary, Named, Table, Text, TypedColumns

from cleardance.store.tables.base import Json, RowId, metadata, one_of


class Act(StrEnum):
    """What was done to a work in the registry."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


class NameKind(StrEnum):
    """How a work is called by this text."""

    NAME = "name"
    ALIAS = "alias"
    HASHTAG = "hashtag"


class _Work(TypedColumns):
    id: Named[str] = Column(Text, primary_key=True)
    kind: Named[str] = Column(Text)
    name: Named[str] = Column(Text)
    owner: Named[str | None] = Column(Text)
    policy: Named[str] = Column(Text)
    public_domain: Named[bool]
    territories: Named[Any] = Column(Json, nullable=True)
    identifiers: Named[Any] = Column(Json, nullable=True)
    descriptors: Named[Any] = Column(Json, nullable=True)
    keywords: Named[Any] = Column(Json, nullable=True)
    belongs_to: Named[str | None] = Column(Text, ForeignKey("work.id"), index=True)
    licence_contact: Named[str | None] = Column(Text)
    source: Named[str | None] = Column(Text)
    revision: Named[int] = Column(BigInteger, index=True)
    created_at: Named[str] = Column(Text)
    cast: Named[Any] = Column(Json, nullable=True)
    conditions: Named[Any] = Column(Json, nullable=True)
    # Days as ISO 8601 text.
    protected_from: Named[str | None] = Column(Text)
    protected_until: Named[str | None] = Column(Text)
    public_domain_from: Named[Any] = Column(Json, nullable=True)


class _WorkName(TypedColumns):
    id: Named[int] = Column(RowId, primary_key=True)
    work_id: Named[str] = Column(Text, ForeignKey("work.id", ondelete="CASCADE"), index=True)
    text: Named[str] = Column(Text)
    normalised: Named[str] = Column(Text, index=True)
    language: Named[str | None] = Column(Text)
    kind: Named[str] = Column(Text)


class _WorkReference(TypedColumns):
    id: Named[int] = Column(RowId, primary_key=True)
    work_id: Named[str] = Column(Text, ForeignKey("work.id", ondelete="CASCADE"), index=True)
    blob: Named[str] = Column(Text)
    media: Named[str] = Column(Text)
    origin: Named[str | None] = Column(Text)
    # image, clip, sound, face or voice: which signals were made of it.
    role: Named[str | None] = Column(Text)
    # Why people should look at what it matches: the same picture as many other works', say.
    flag: Named[str | None] = Column(Text)


class _ReferenceSignal(TypedColumns):
    id: Named[int] = Column(RowId, primary_key=True)
    reference_id: Named[int] = Column(
        BigInteger, ForeignKey("work_reference.id", ondelete="CASCADE"), index=True
    )
    kind: Named[str] = Column(Text, index=True)
    value: Named[bytes] = Column(LargeBinary)


class _WorkChange(TypedColumns):
    id: Named[int] = Column(RowId, primary_key=True)
    # No foreign key: history outlives the work.
    work_id: Named[str] = Column(Text, index=True)
    revision: Named[int] = Column(BigInteger, index=True)
    account: Named[str] = Column(Text)
    act: Named[str] = Column(Text)
    # Field to [before, after]; none for a work that was added, whose content is its row.
    fields: Named[Any] = Column(Json, nullable=True)
    created_at: Named[str] = Column(Text)


class _RuleSet(TypedColumns):
    # 1 for the first of a home; the highest is in force.
    number: Named[int] = Column(RowId, primary_key=True, autoincrement=False)
    text: Named[str] = Column(Text)
    sha256: Named[str] = Column(Text)
    activated_by: Named[str] = Column(Text)
    activated_at: Named[str] = Column(Text)
    # The first revision of the registry at which it counts.
    registry_revision: Named[int] = Column(BigInteger)


work = Table("work", metadata, _Work)
work_name = Table("work_name", metadata, _WorkName, one_of("kind", NameKind))
work_reference = Table("work_reference", metadata, _WorkReference)
reference_signal = Table("reference_signal", metadata, _ReferenceSignal)
work_change = Table("work_change", metadata, _WorkChange, one_of("act", Act))
rule_set = Table("rule_set", metadata, _RuleSet)
