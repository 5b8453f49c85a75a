"""What is to be done by when: reminders before a deadline, and an alarm after it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection

from cleardance.clearance.notices import complaints, counter
from cleardance.clearance.service import Service
from cleardance.rights.notices import filing
from cleardance.store.tables import NoticeStatus


class Urgency(StrEnum):
    """How a deadline stands."""

    LATER = "later"
    SOON = "soon"
    OVERDUE = "overdue"


@dataclass(frozen=True)
class Due:
    """One thing that waits: about which notice, what to do, and by when (RFC 3339, UTC)."""

    notice_id: str
    subject: str
    what: str
    due_at: str
    urgency: Urgency


_OPEN = {
    NoticeStatus.RECEIVED: "file it again: its works were not all registered",
    NoticeStatus.HELD: "decide on it: cleardance notice show says what speaks against it",
    NoticeStatus.ACCEPTED: "execute it",
    NoticeStatus.EXECUTING: "it is being executed; if it was interrupted elsewhere, go on with it",
}
_COMPLAINTS_WITHIN = timedelta(days=14)
"""The DSA asks for "a timely manner"; this is ours."""


def due(service: Service, at: datetime, *, soon: timedelta = timedelta(hours=24)) -> list[Due]:
    """Return what waits, the most urgent first; what is due within ``soon`` is marked so."""
    found = [
        _due(one.id, one.id, _OPEN[one.status], one.deadline_at, at, soon)
        for one in filing.listing(service.store)
        if one.status in _OPEN
    ]
    with service.store.read() as session:
        found += _counters(session, at, soon) + _complaints(session, at, soon)
    return sorted(found, key=lambda one: (one.due_at, one.subject))


def _counters(session: Connection, at: datetime, soon: timedelta) -> list[Due]:
    return [
        _due(one.notice_id, one.id, _restoring(one.restore_from, at), one.restore_by, at, soon)
        for one in counter.waiting(session)
    ]


def _restoring(restore_from: str, at: datetime) -> str:
    if datetime.fromisoformat(restore_from) < at:
        return "bring the outputs back: cleardance notice restore-due"
    return f"bring the outputs back after {restore_from[:10]}, unless the sender goes to court"


def _complaints(session: Connection, at: datetime, soon: timedelta) -> list[Due]:
    found = []
    for one in complaints.waiting(session):
        by = datetime.fromisoformat(one.opened_at) + _COMPLAINTS_WITHIN
        text = by.isoformat().replace("+00:00", "Z")
        found.append(_due(one.notice_id, one.id, "decide on the complaint", text, at, soon))
    return found


def _due(
    notice_id: str, subject: str, what: str, due_at: str, at: datetime, soon: timedelta
) -> Due:
    left = datetime.fromisoformat(due_at) - at
    urgency = Urgency.LATER if left > soon else Urgency.SOON
    return Due(notice_id, subject, what, due_at, Urgency.OVERDUE if left < timedelta() else urgency)
