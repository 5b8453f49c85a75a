"""Senders whose notices were found to be misuse, and until when they are not handled."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from cleardance.store.tables import misuse


def misuse_by(session: Connection, sender: str) -> list[str]:
    """Return when notices of a sender were found to be misuse; findings taken back are left out."""
    counted = (misuse.c.sender == sender) & misuse.c.lifted_at.is_(None)
    return list(session.scalars(select(misuse.c.at).where(counted).order_by(misuse.c.at)))


def suspended_until(
    session: Connection, sender: str, at: datetime, *, limit: int, days: int
) -> datetime | None:
    """Return until when notices of a sender are not handled; None if they are.

    So it is after ``limit`` findings, for ``days`` after the last of them; each before the last
    was a warning (Regulation (EU) 2022/2065, Art. 23(2)).
    """
    found = misuse_by(session, sender)
    if len(found) < limit:
        return None
    until = datetime.fromisoformat(found[-1]) + timedelta(days=days)
    return until if until > at else None
