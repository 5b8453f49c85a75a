"""The key of a notice's commitments, which is deleted when what is personal in it is."""

from sqlalchemy import Connection, select

from cleardance.errors import NotFound
from cleardance.store.tables import notice


def salt_of(session: Connection, notice_id: str) -> bytes:
    """Return it. Raises NotFound."""
    found = session.scalar(select(notice.c.salt).where(notice.c.id == notice_id))
    if found is None:
        raise NotFound(f"There is no notice {notice_id!r}.")
    return found
