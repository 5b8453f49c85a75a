"""What is allowed, to whom."""

from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary, Named, Table, Text, TypedColumns

from cleardance.store.tables.base import Json, RowId, metadata, one_of


class LicenceKind(StrEnum):
    """What is granted: use of works, or a person's consent to the use of their own self."""

    LICENCE = "licence"
    CONSENT = "consent"


class GranteeKind(StrEnum):
    """To whom a licence is granted."""

    ACCOUNT = "account"
    PARTNER = "partner"
    EVERYONE = "everyone"


class RequestStatus(StrEnum):
    """Where a request for a licence stands."""

    OPEN = "open"
    GRANTED = "granted"
    DECLINED = "declined"


class _Licence(TypedColumns):
    id: Named[str] = Column(Text, primary_key=True)
    kind: Named[str] = Column(Text)
    grantee_kind: Named[str] = Column(Text)
    # An account's id or a partner's name; empty for everyone.
    grantee: Named[str] = Column(Text)
    grantor: Named[str] = Column(Text)
    with_parts: Named[bool]
    uses: Named[Any] = Column(Json, nullable=False)
    territories: Named[Any] = Column(Json, nullable=False)
    conditions: Named[Any] = Column(Json, nullable=False)
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
    id: Named[int] = Column(RowId, primary_key=True)
    licence_id: Named[str] = Column(Text, ForeignKey("licence.id", ondelete="CASCADE"), index=True)
    name: Named[str] = Column(Text)
    blob: Named[str] = Column(Text)


class _LicenceRequest(TypedColumns):
    id: Named[str] = Column(Text, primary_key=True)
    # No foreign key: what was asked stays known after the work has left the registry.
    work_id: Named[str] = Column(Text, index=True)
    account_id: Named[str] = Column(Text, ForeignKey("account.id"), index=True)
    use: Named[str] = Column(Text)
    # Personal, like the answer; both go, with the salt, when the account is erased.
    message: Named[str | None] = Column(Text)
    salt: Named[bytes | None] = Column(LargeBinary)
    status: Named[str] = Column(Text, index=True)
    asked_at: Named[str] = Column(Text)
    answered_at: Named[str | None] = Column(Text)
    answer: Named[str | None] = Column(Text)
    licence_id: Named[str | None] = Column(Text, ForeignKey("licence.id"))


class _PersonLink(TypedColumns):
    id: Named[str] = Column(Text, primary_key=True)
    work_id: Named[str] = Column(Text, index=True)
    secret_sha256: Named[str] = Column(Text, unique=True)
    made_at: Named[str] = Column(Text)
    ended_at: Named[str | None] = Column(Text)


licence = Table(
    "licence",
    metadata,
    _Licence,
    one_of("kind", LicenceKind),
    one_of("grantee_kind", GranteeKind),
)
licence_work = Table("licence_work", metadata, _LicenceWork)
licence_evidence = Table("licence_evidence", metadata, _LicenceEvidence)
licence_request = Table(
    "licence_request", metadata, _LicenceRequest, one_of("status", RequestStatus)
)
"""Licences that creators asked owners for."""
person_link = Table("person_link", metadata, _PersonLink)
"""Links by which persons come to their own page, each known by the hash of its secret."""
