"""Misuse of notices: a log of misrepresentations, and senders who are suspended for them.

17 USC 512(f) makes who knowingly misrepresents liable, for which a log is kept; Regulation (EU)
2022/2065, Art. 23(2) asks to suspend, for a time and after a warning, the handling of notices by
those who often send manifestly unfounded ones. A person finds it, gives a reason, and can undo it.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from cleardance.accounts.lookup import account_id
from cleardance.clearance.notices.salts import salt_of
from cleardance.clearance.review import checked_reason
from cleardance.clearance.service import Service
from cleardance.errors import NotFound
from cleardance.ledger.entry import EntryKind, personal
from cleardance.ledger.log import append
from cleardance.store.tables import misuse, notice, utc_text


@dataclass(frozen=True)
class MisuseRow:
    """One finding of misuse by a sender, who is known by what they are reached at."""

    id: str
    sender: str
    notice_id: str
    why: str
    at: str
    lifted_at: str | None


def find_misuse(service: Service, notice_id: str, *, by: str, why: str, at: datetime) -> MisuseRow:
    """Log that a notice is misuse, once. Raises NotFound, UsageError for no reason."""
    why = checked_reason(why)
    with service.store.begin() as session:
        account_id(session, by)
        salt = salt_of(session, notice_id)
        of_notice = (misuse.c.notice_id == notice_id) & misuse.c.lifted_at.is_(None)
        if known := _select(session, of_notice):
            return known[0]
        row = {
            "id": f"mis-{at:%Y%m%d}-{secrets.token_hex(5)}",
            "sender": session.scalar(select(notice.c.sender).where(notice.c.id == notice_id)),
            "notice_id": notice_id,
            "why": why,
            "at": utc_text(at),
        }
        session.execute(insert(misuse).values(**row))
        _log(session, notice_id, salt, "found", by, why)
        return _select(session, of_notice)[0]


def lift_misuse(service: Service, misuse_id: str, *, by: str, why: str, at: datetime) -> MisuseRow:
    """Take a finding back: it counts no more. Raises NotFound, UsageError (no reason)."""
    why = checked_reason(why)
    with service.store.begin() as session:
        account_id(session, by)
        found = _select(session, misuse.c.id == misuse_id)
        if not found:
            raise NotFound(f"There is no finding of misuse {misuse_id!r}.")
        still = (misuse.c.id == misuse_id) & misuse.c.lifted_at.is_(None)
        change = update(misuse).where(still).values(lifted_at=utc_text(at))
        if session.execute(change).rowcount == 1:
            notice_id = found[0].notice_id
            _log(session, notice_id, salt_of(session, notice_id), "taken back", by, why)
        return _select(session, misuse.c.id == misuse_id)[0]


def listing(session: Connection) -> list[MisuseRow]:
    """Return every finding, the oldest first."""
    return _select(session, misuse.c.id.is_not(None))


def _log(session: Connection, notice_id: str, salt: bytes, what: str, by: str, why: str) -> None:
    body = {
        "notice": notice_id,
        "misuse": what,
        "by": personal(by, salt),
        "why": personal(why, salt),
    }
    append(session, EntryKind.MISUSED, None, body)


def _select(session: Connection, where: Any) -> list[MisuseRow]:
    query = select(misuse).where(where).order_by(misuse.c.at, misuse.c.id)
    return [MisuseRow(**row) for row in session.execute(query).mappings()]
