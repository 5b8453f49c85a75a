"""The status page of a notice: what its sender, who has its secret, can follow."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from cleardance.clearance.notices import counter
from cleardance.clearance.notices.pages import render
from cleardance.clearance.notices.reporting.proving import Signed
from cleardance.clearance.service import Service
from cleardance.ledger.entry import EntryKind
from cleardance.rights.notices import filing
from cleardance.rights.notices.filing import FiledNotice
from cleardance.store.tables import NoticeStatus, removal, utc_text

_WORDS = {
    NoticeStatus.INCOMPLETE: "It lacks something; we asked for it.",
    NoticeStatus.RECEIVED: "It is being read.",
    NoticeStatus.HELD: "A person has to decide on it.",
    NoticeStatus.ACCEPTED: "It has effect; what it demands is to be done.",
    NoticeStatus.REJECTED: "It was rejected, with a reason.",
    NoticeStatus.EXECUTING: "What it demands is being done.",
    NoticeStatus.EXECUTED: "What it demands was done.",
    NoticeStatus.WITHDRAWN: "It was withdrawn; what it did was undone.",
}
_SUMMARIES = {kind.value: kind.summary for kind in EntryKind}


@dataclass(frozen=True)
class Happened:
    """One thing that was done, and the ledger's entry that says so."""

    at: str
    what: str
    entry: int


@dataclass(frozen=True)
class NoticeStatusPage:
    """What the page shows. Counts, no instances: these are in the report."""

    id: str
    status: str
    words: str
    received: str
    deadline: str
    overdue: bool
    missing: tuple[str, ...]
    held: tuple[str, ...]
    demands: tuple[str, ...]
    works: int
    removed: int
    restored: int
    counter_notices: int
    happened: tuple[Happened, ...]
    checkpoint: str
    as_of: str

    @property
    def page(self) -> str:
        """The page as HTML."""
        return render("status.html", status=self)


def _concerns(filed: FiledNotice) -> tuple[str, ...]:
    """Return what the sender is told of why a person has to decide, while it waits."""
    if filed.status is not NoticeStatus.HELD:
        return ()
    return tuple(str(one["to_sender"]) for one in filed.concerns)


def status_of(service: Service, notice_id: str, secret: str, at: datetime) -> NoticeStatusPage:
    """Return where a notice stands. Raises NotFound unless ``secret`` is the notice's."""
    filing.check_secret(service.store, notice_id, secret)
    return standing_of(service, notice_id, at)


def standing_of(service: Service, notice_id: str, at: datetime) -> NoticeStatusPage:
    """Return where a notice stands, for those who may know. Raises NotFound."""
    filed = filing.find(service.store, notice_id)
    service.checkpoint()
    own = removal.c.notice_id == notice_id
    with service.store.read() as session:
        signed = Signed.newest(session)
        lifted = select(func.count()).where(own, removal.c.lifted_at.is_not(None))
        in_force = select(func.count()).where(own, removal.c.lifted_at.is_(None))
        return NoticeStatusPage(
            id=filed.id,
            status=filed.status.value,
            words=_WORDS[filed.status],
            received=filed.received_at,
            deadline=filed.deadline_at,
            overdue=not filed.status.has_ended and filed.deadline_at < utc_text(at),
            missing=filed.missing,
            held=_concerns(filed),
            demands=tuple(one.value for one in filed.form.demands),
            works=len(filed.works),
            removed=session.scalar(in_force) or 0,
            restored=session.scalar(lifted) or 0,
            counter_notices=len(counter.of_notice(session, notice_id)),
            happened=tuple(
                Happened(one.created_at, _SUMMARIES[one.kind], one.index)
                for one in signed.entries_of_notice(notice_id)
            ),
            checkpoint=signed.note,
            as_of=utc_text(at),
        )
