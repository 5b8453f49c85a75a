"""Every table, in the words of the design; portable types, so that PostgreSQL is a URL away.

Times are RFC 3339 text in UTC with microseconds (``2026-02-17T09:00:00.000000Z``): the same bytes
in every database, and their order as text is their order in time. Ids are text made by the caller,
or integers made by the database where nobody cites them.
Digests and blobs are lower-case SHA-256 hex; hashes of the ledger are 32 raw bytes.

A change here needs a migration in ``store/migrations``; a test refuses any drift between the two.
"""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Named,
    Table,
    Text,
    TypedColumns,
)

REVISION = "0008"
"""The newest migration; a database at any other is migrated, or refused, when it is opened."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_Json = JSON(none_as_null=True)
# SQLite keeps rows in the order of an INTEGER key only when it is called exactly that.
_RowId = BigInteger().with_variant(Integer, "sqlite")


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


class Act(StrEnum):
    """What was done to a work in the registry."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


class ReviewStatus(StrEnum):
    """Where a review stands."""

    OPEN = "open"
    RELEASED = "released"
    DENIED = "denied"


class NoticeStatus(StrEnum):
    """Where a notice stands."""

    INCOMPLETE = "incomplete"
    RECEIVED = "received"
    ACCEPTED = "accepted"


class NameKind(StrEnum):
    """How a work is called by this text."""

    NAME = "name"
    ALIAS = "alias"
    HASHTAG = "hashtag"


class LicenceKind(StrEnum):
    """What is granted: use of works, or a person's consent to the use of their own self."""

    LICENCE = "licence"
    CONSENT = "consent"


class GranteeKind(StrEnum):
    """To whom a licence is granted."""

    ACCOUNT = "account"
    PARTNER = "partner"
    EVERYONE = "everyone"


def utc_text(moment: datetime) -> str:
    """Return ``moment`` as this store writes times; raise ValueError if it has no time zone."""
    if moment.tzinfo is None:
        raise ValueError("a time without a time zone is not a time")
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def utc_now() -> str:
    """Return the present as this store writes times."""
    return utc_text(datetime.now(UTC))


def _one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


class _Account(TypedColumns):
    id: Named[str] = Column(Text, primary_key=True)
    name: Named[str] = Column(Text, unique=True)
    created_at: Named[str] = Column(Text)
    # Whose account it is, where licences are granted to all accounts of a partner.
    partner: Named[str | None] = Column(Text, index=True)


class _Task(TypedColumns):
    id: Named[str] = Column(Text, primary_key=True)
    account_id: Named[str] = Column(Text, ForeignKey("account.id"), index=True)
    status: Named[str] = Column(Text, index=True)
    # The last completed step of the one path, 1 to 8.
    step: Named[int] = Column(Integer)
    # Holds the prompt: personal, deletable, and never copied into the ledger.
    request: Named[Any] = Column(_Json, nullable=True)
    # Keys the commitments to personal text; deleting it makes them meaningless.
    salt: Named[bytes | None] = Column(LargeBinary)
    registry_revision: Named[int | None] = Column(BigInteger)
    ignored: Named[Any] = Column(_Json, nullable=True)
    raw_blob: Named[str | None] = Column(Text)
    sealed_blob: Named[str | None] = Column(Text)
    destination: Named[str | None] = Column(Text)
    output: Named[Any] = Column(_Json, nullable=True)
    error_code: Named[str | None] = Column(Text)
    error_message: Named[str | None] = Column(Text)
    ledger_index: Named[int | None] = Column(BigInteger)
    timings: Named[Any] = Column(_Json, nullable=True)
    created_at: Named[str] = Column(Text, index=True)
    updated_at: Named[str] = Column(Text)


class _TaskReference(TypedColumns):
    task_id: Named[str] = Column(Text, ForeignKey("task.id", ondelete="CASCADE"), primary_key=True)
    blob: Named[str] = Column(Text, primary_key=True)


class _Verdict(TypedColumns):
    id: Named[str] = Column(Text, primary_key=True)
    task_id: Named[str] = Column(Text, ForeignKey("task.id", ondelete="CASCADE"), index=True)
    stage: Named[str] = Column(Text)
    registry_revision: Named[int] = Column(BigInteger)
    decision: Named[str] = Column(Text)
    body: Named[Any] = Column(_Json, nullable=False)
    created_at: Named[str] = Column(Text)
    # At which licences were judged: with the revision, all that the verdict depends on.
    moment: Named[str | None] = Column(Text)
    # Counts the verdicts of a task's stage: the highest stands.
    number: Named[int] = Column(Integer, server_default="0")


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
    id: Named[int] = Column(_RowId, primary_key=True)
    task_id: Named[str] = Column(Text, ForeignKey("task.id", ondelete="CASCADE"), index=True)
    kind: Named[str] = Column(Text, index=True)
    time_s: Named[float | None]
    value: Named[bytes] = Column(LargeBinary)


class _Work(TypedColumns):
    id: Named[str] = Column(Text, primary_key=True)
    kind: Named[str] = Column(Text)
    name: Named[str] = Column(Text)
    owner: Named[str | None] = Column(Text)
    policy: Named[str] = Column(Text)
    public_domain: Named[bool]
    territories: Named[Any] = Column(_Json, nullable=True)
    identifiers: Named[Any] = Column(_Json, nullable=True)
    descriptors: Named[Any] = Column(_Json, nullable=True)
    keywords: Named[Any] = Column(_Json, nullable=True)
    belongs_to: Named[str | None] = Column(Text, ForeignKey("work.id"), index=True)
    licence_contact: Named[str | None] = Column(Text)
    source: Named[str | None] = Column(Text)
    revision: Named[int] = Column(BigInteger, index=True)
    created_at: Named[str] = Column(Text)
    cast: Named[Any] = Column(_Json, nullable=True)
    conditions: Named[Any] = Column(_Json, nullable=True)
    # Days as ISO 8601 text.
    protected_from: Named[str | None] = Column(Text)
    protected_until: Named[str | None] = Column(Text)
    public_domain_from: Named[Any] = Column(_Json, nullable=True)


class _WorkName(TypedColumns):
    id: Named[int] = Column(_RowId, primary_key=True)
    work_id: Named[str] = Column(Text, ForeignKey("work.id", ondelete="CASCADE"), index=True)
    text: Named[str] = Column(Text)
    normalised: Named[str] = Column(Text, index=True)
    language: Named[str | None] = Column(Text)
    kind: Named[str] = Column(Text)


class _WorkReference(TypedColumns):
    id: Named[int] = Column(_RowId, primary_key=True)
    work_id: Named[str] = Column(Text, ForeignKey("work.id", ondelete="CASCADE"), index=True)
    blob: Named[str] = Column(Text)
    media: Named[str] = Column(Text)
    origin: Named[str | None] = Column(Text)
    # image, clip, sound, face or voice: which signals were made of it.
    role: Named[str | None] = Column(Text)
    # Why people should look at what it matches: the same picture as many other works', say.
    flag: Named[str | None] = Column(Text)


class _ReferenceSignal(TypedColumns):
    id: Named[int] = Column(_RowId, primary_key=True)
    reference_id: Named[int] = Column(
        BigInteger, ForeignKey("work_reference.id", ondelete="CASCADE"), index=True
    )
    kind: Named[str] = Column(Text, index=True)
    value: Named[bytes] = Column(LargeBinary)


class _RuleSet(TypedColumns):
    # 1 for the first of a home; the highest is in force.
    number: Named[int] = Column(_RowId, primary_key=True, autoincrement=False)
    text: Named[str] = Column(Text)
    sha256: Named[str] = Column(Text)
    activated_by: Named[str] = Column(Text)
    activated_at: Named[str] = Column(Text)
    # The first revision of the registry at which it counts.
    registry_revision: Named[int] = Column(BigInteger)


class _Licence(TypedColumns):
    id: Named[str] = Column(Text, primary_key=True)
    kind: Named[str] = Column(Text)
    grantee_kind: Named[str] = Column(Text)
    # An account's id or a partner's name; empty for everyone.
    grantee: Named[str] = Column(Text)
    grantor: Named[str] = Column(Text)
    with_parts: Named[bool]
    uses: Named[Any] = Column(_Json, nullable=False)
    territories: Named[Any] = Column(_Json, nullable=False)
    conditions: Named[Any] = Column(_Json, nullable=False)
    valid_from: Named[str | None] = Column(Text)
    valid_until: Named[str | None] = Column(Text)
    # Keys the commitments to what is personal or secret in it.
    salt: Named[bytes] = Column(LargeBinary)
    revision: Named[int] = Column(BigInteger, index=True)
    granted_at: Named[str] = Column(Text)
    revoked_revision: Named[int | None] = Column(BigInteger, index=True)
    revoked_at: Named[str | None] = Column(Text)
    revoked_by: Named[str | None] = Column(Text)
    revoked_why: Named[str | None] = Column(Text)


class _LicenceWork(TypedColumns):
    licence_id: Named[str] = Column(
        Text, ForeignKey("licence.id", ondelete="CASCADE"), primary_key=True
    )
    # No foreign key: what was granted stays known after the work has left the registry.
    work_id: Named[str] = Column(Text, primary_key=True, index=True)


class _LicenceEvidence(TypedColumns):
    id: Named[int] = Column(_RowId, primary_key=True)
    licence_id: Named[str] = Column(Text, ForeignKey("licence.id", ondelete="CASCADE"), index=True)
    name: Named[str] = Column(Text)
    blob: Named[str] = Column(Text)


class _VerdictPicture(TypedColumns):
    id: Named[int] = Column(_RowId, primary_key=True)
    verdict_id: Named[str] = Column(Text, ForeignKey("verdict.id", ondelete="CASCADE"), index=True)
    blob: Named[str] = Column(Text, index=True)


class _WorkChange(TypedColumns):
    id: Named[int] = Column(_RowId, primary_key=True)
    # No foreign key: history outlives the work.
    work_id: Named[str] = Column(Text, index=True)
    revision: Named[int] = Column(BigInteger, index=True)
    account: Named[str] = Column(Text)
    act: Named[str] = Column(Text)
    # Field to [before, after]; none for a work that was added, whose content is its row.
    fields: Named[Any] = Column(_Json, nullable=True)
    created_at: Named[str] = Column(Text)


class _Notice(TypedColumns):
    id: Named[str] = Column(Text, primary_key=True)
    kind: Named[str] = Column(Text)
    law: Named[str] = Column(Text)
    status: Named[str] = Column(Text, index=True)
    # How prior notices of the same sender are found.
    sender: Named[str] = Column(Text, index=True)
    form: Named[Any] = Column(_Json, nullable=False)
    content: Named[str] = Column(Text, unique=True)
    salt: Named[bytes] = Column(LargeBinary)
    secret_sha256: Named[str] = Column(Text)
    missing: Named[Any] = Column(_Json, nullable=False)
    works: Named[Any] = Column(_Json, nullable=False)
    received_at: Named[str] = Column(Text)
    deadline_at: Named[str] = Column(Text, index=True)
    created_at: Named[str] = Column(Text)
    updated_at: Named[str] = Column(Text)


class _Meta(TypedColumns):
    key: Named[str] = Column(Text, primary_key=True)
    value: Named[int] = Column(BigInteger)


class _LedgerEntry(TypedColumns):
    index: Named[int] = Column(_RowId, primary_key=True, autoincrement=False)
    kind: Named[str] = Column(Text)
    # No foreign key: the record outlives the deletable row it speaks of.
    task_id: Named[str | None] = Column(Text, index=True)
    body: Named[Any] = Column(_Json, nullable=False)
    leaf_hash: Named[bytes] = Column(LargeBinary)
    created_at: Named[str] = Column(Text)


class _LedgerNode(TypedColumns):
    level: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    index: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    hash: Named[bytes] = Column(LargeBinary)


class _LedgerCheckpoint(TypedColumns):
    size: Named[int] = Column(_RowId, primary_key=True, autoincrement=False)
    root: Named[bytes] = Column(LargeBinary)
    note: Named[str] = Column(Text)
    created_at: Named[str] = Column(Text)


account = Table("account", metadata, _Account)
task = Table(
    "task",
    metadata,
    _Task,
    _one_of("status", TaskStatus),
    CheckConstraint("step BETWEEN 1 AND 8", name="step"),
)
task_reference = Table("task_reference", metadata, _TaskReference)
"""Which blobs a task needs of what was handed in with it; its request says the rest."""
verdict = Table("verdict", metadata, _Verdict, _one_of("stage", Stage))
review = Table(
    "review", metadata, _Review, _one_of("stage", Stage), _one_of("status", ReviewStatus)
)
output_signal = Table("output_signal", metadata, _OutputSignal)
work = Table("work", metadata, _Work)
work_name = Table("work_name", metadata, _WorkName, _one_of("kind", NameKind))
work_reference = Table("work_reference", metadata, _WorkReference)
reference_signal = Table("reference_signal", metadata, _ReferenceSignal)
rule_set = Table("rule_set", metadata, _RuleSet)
licence = Table(
    "licence",
    metadata,
    _Licence,
    _one_of("kind", LicenceKind),
    _one_of("grantee_kind", GranteeKind),
)
licence_work = Table("licence_work", metadata, _LicenceWork)
verdict_picture = Table("verdict_picture", metadata, _VerdictPicture)
"""The small pictures that a verdict cites as evidence."""
licence_evidence = Table("licence_evidence", metadata, _LicenceEvidence)
work_change = Table("work_change", metadata, _WorkChange, _one_of("act", Act))
notice = Table("notice", metadata, _Notice, _one_of("status", NoticeStatus))
meta = Table("meta", metadata, _Meta)
"""Counters: ``registry_revision``, and ``ledger_size``, whose row serialises appends."""
ledger_entry = Table("ledger_entry", metadata, _LedgerEntry)
ledger_node = Table("ledger_node", metadata, _LedgerNode)
"""Roots of the complete subtrees from level 1 up; level 0 is the entries' own ``leaf_hash``."""
ledger_checkpoint = Table("ledger_checkpoint", metadata, _LedgerCheckpoint)
