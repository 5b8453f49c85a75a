"""Complaints about what was done on a notice, or was not: a person decides (DSA Art. 20).

Free, open for six months after the statement of reasons, and never decided by whoever was told so.
An account complains of a statement to it; a sender, who has the notice's secret, of a notice that
was rejected.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from cleardance.accounts.lookup import account_id
from cleardance.clearance.notices import statements
from cleardance.clearance.notices.restoring import restore_outputs
from cleardance.clearance.notices.salts import salt_of
from cleardance.clearance.review import checked_reason
from cleardance.clearance.service import Service
from cleardance.errors import NotAppealable, NotFound, ReviewDecided, ReviewerNotAllowed
from cleardance.ledger.entry import EntryKind, personal
from cleardance.ledger.log import append
from cleardance.rights.notices import filing
from cleardance.store.tables import ComplaintStatus, NoticeStatus, complaint, utc_text


@dataclass(frozen=True)
class Complaint:
    """A complaint as kept."""

    id: str
    notice_id: str
    statement_id: str | None
    text: str
    status: ComplaintStatus
    opened_at: str
    decided_by: str | None
    decided_at: str | None
    reason: str | None


def complain(service: Service, statement_id: str, text: str, *, by: str, at: datetime) -> Complaint:
    """Complain of a statement of reasons, as the account it was made to.

    Raises UsageError for no text, NotFound (no such statement to this account), NotAppealable once
    six months have passed, it was undone, or it was complained of before.
    """
    text = checked_reason(text)
    with service.store.begin() as session:
        told = statements.load(session, statement_id)
        if told.account != by:
            raise NotFound(f"There is no statement of reasons {statement_id!r} to {by!r}.")
        if told.lifted_at is not None:
            raise NotAppealable(f"What statement {statement_id} tells of was undone already.")
        if utc_text(at) > told.reasons.complaints_until:
            raise NotAppealable(f"Complaints were open until {told.reasons.complaints_until}.")
        if _select(session, complaint.c.statement_id == statement_id):
            raise NotAppealable(f"Statement {statement_id} was complained of before.")
        return _open(session, told.notice_id, statement_id, text, at)


def complain_as_sender(
    service: Service, notice_id: str, secret: str, text: str, at: datetime
) -> Complaint:
    """Complain that a notice was rejected, as whoever holds its secret.

    Raises NotFound (no such notice with this secret), and as ``complain_of_rejection``.
    """
    filing.check_secret(service.store, notice_id, secret)
    return complain_of_rejection(service, notice_id, text, at)


def complain_of_rejection(service: Service, notice_id: str, text: str, at: datetime) -> Complaint:
    """Complain that a notice was rejected, as its sender, who is known to be so.

    Raises UsageError, NotFound, NotAppealable unless it was rejected, or if somebody complained
    before.
    """
    text = checked_reason(text)
    with service.store.begin() as session:
        if filing.load(session, notice_id).status is not NoticeStatus.REJECTED:
            raise NotAppealable(f"Notice {notice_id} was not rejected.")
        own = (complaint.c.notice_id == notice_id) & complaint.c.statement_id.is_(None)
        if _select(session, own):
            raise NotAppealable(f"The rejection of {notice_id} was complained of before.")
        return _open(session, notice_id, None, text, at)


def decide(
    service: Service, complaint_id: str, *, uphold: bool, by: str, reason: str, at: datetime
) -> Complaint:
    """Decide on a complaint, as a person; upholding it brings the output back.

    Upholding a sender's complaint lets the notice be decided anew. Raises NotFound, UsageError (no
    reason), ReviewDecided, ReviewerNotAllowed for one's own complaint.
    """
    reason = checked_reason(reason)
    with service.store.read() as session:
        found = load(session, complaint_id)
        _check_may_decide(session, found, by)
        told = statements.load(session, found.statement_id) if found.statement_id else None
    if uphold and told is not None and told.reasons.restriction == "removal":
        why = f"complaint {complaint_id}"
        restore_outputs(service, found.notice_id, [told.subject], by=by, why=why, at=at)
    status = ComplaintStatus.UPHELD if uphold else ComplaintStatus.DISMISSED
    with service.store.begin() as session:
        _close(session, found, status, by, reason, at)
        if uphold and told is None:
            filing.reopen(session, found.notice_id)
        return load(session, complaint_id)


def load(session: Connection, complaint_id: str) -> Complaint:
    """Return a complaint. Raises NotFound."""
    found = _select(session, complaint.c.id == complaint_id)
    if not found:
        raise NotFound(f"There is no complaint {complaint_id!r}.")
    return found[0]


def of_notice(session: Connection, notice_id: str) -> list[Complaint]:
    """Return the complaints about a notice, the oldest first."""
    return _select(session, complaint.c.notice_id == notice_id)


def waiting(session: Connection) -> list[Complaint]:
    """Return the complaints that wait for a person, the oldest first."""
    return _select(session, complaint.c.status == ComplaintStatus.OPEN)


def _check_may_decide(session: Connection, found: Complaint, by: str) -> None:
    account_id(session, by)
    if found.status is not ComplaintStatus.OPEN:
        raise ReviewDecided(f"Complaint {found.id} is decided already: {found.status}.")
    if found.statement_id and statements.load(session, found.statement_id).account == by:
        raise ReviewerNotAllowed(f"{by} complains; somebody else decides on it.")


def _open(
    session: Connection, notice_id: str, statement_id: str | None, text: str, at: datetime
) -> Complaint:
    row = {
        "id": f"cmp-{at:%Y%m%d}-{secrets.token_hex(5)}",
        "notice_id": notice_id,
        "statement_id": statement_id,
        "text": text,
        "status": ComplaintStatus.OPEN,
        "opened_at": utc_text(at),
    }
    session.execute(insert(complaint).values(**row))
    body = {
        "notice": notice_id,
        "complaint": row["id"],
        "text": personal(text, salt_of(session, notice_id)),
    }
    append(session, EntryKind.COMPLAINED, None, body)
    return load(session, str(row["id"]))


def _close(
    session: Connection,
    found: Complaint,
    status: ComplaintStatus,
    by: str,
    reason: str,
    at: datetime,
) -> None:
    values = {
        "status": status,
        "decided_by": account_id(session, by),
        "decided_at": utc_text(at),
        "reason": reason,
    }
    still = (complaint.c.id == found.id) & (complaint.c.status == ComplaintStatus.OPEN)
    if session.execute(update(complaint).where(still).values(**values)).rowcount != 1:
        raise ReviewDecided(f"Complaint {found.id} was just decided by somebody else.")
    salt = salt_of(session, found.notice_id)
    body = {
        "notice": found.notice_id,
        "complaint": found.id,
        "decision": status.value,
        "by": personal(by, salt),
        "reason": personal(reason, salt),
    }
    append(session, EntryKind.COMPLAINT_DECIDED, None, body)


def _select(session: Connection, where: Any) -> list[Complaint]:
    query = select(complaint).where(where).order_by(complaint.c.opened_at, complaint.c.id)
    return [
        Complaint(**{**row, "status": ComplaintStatus(row["status"])})
        for row in session.execute(query).mappings()
    ]
