"""Removing outputs: served no more from the commit on, anywhere; kept, under legal hold."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from cleardance.clearance.cached import forget_files
from cleardance.clearance.notices import steps
from cleardance.clearance.service import Service
from cleardance.ledger.entry import EntryKind, personal
from cleardance.ledger.log import New, append_all
from cleardance.rights.notices.filing import FiledNotice
from cleardance.rights.notices.form import Demand
from cleardance.rights.registry import next_revision
from cleardance.store.tables import TaskStatus, notice, removal, task, utc_now

_AT_ONCE: Final = 500
_COLUMNS: Final = (task.c.id, task.c.status, task.c.sealed_blob)


def remove_outputs(service: Service, filed: FiledNotice, demand: Demand) -> None:
    """Remove the outputs that are steps of ``demand``, and stop those tasks still on their way.

    Each output is removed once, however often this is interrupted and done again.
    """
    why = _why(filed)
    while True:
        with service.store.begin() as session:
            subjects = [row.subject for row in steps.pending(session, filed.id, demand, _AT_ONCE)]
            if not subjects:
                return
            taken = _remove(session, filed.id, subjects, why)
            steps.finish(session, filed.id, demand, subjects)
        forget_files(service.store, taken)


def lift_removals(
    service: Service, notice_id: str, task_ids: Sequence[str] | None = None, *, by: str, why: str
) -> list[str]:
    """Serve outputs again that a notice removed, or all that it did; return their tasks' ids.

    They come back byte for byte, and with their count. What another notice removed too stays
    removed by that one. ``by`` and ``why`` are logged as commitments.
    """
    with service.store.begin() as session:
        in_force = (removal.c.notice_id == notice_id) & removal.c.lifted_at.is_(None)
        known = session.scalars(select(removal.c.task_id).where(in_force)).all()
        lifted = sorted(known if task_ids is None else set(known) & set(task_ids))
        if not lifted:
            return []
        now = next_revision(session)
        for task_id in lifted:
            one = update(removal).where(in_force, removal.c.task_id == task_id)
            session.execute(one.values(lifted_at=utc_now(), revision=now))
        for demand in (Demand.REMOVE, Demand.CEASE):
            steps.undo(session, notice_id, demand, lifted)
        salt = session.scalar(select(notice.c.salt).where(notice.c.id == notice_id)) or b""
        body = {"notice": notice_id, "by": personal(by, salt), "why": personal(why, salt)}
        append_all(session, [New(EntryKind.RESTORED, one, body) for one in lifted])
    return lifted


def _remove(session: Connection, notice_id: str, task_ids: Sequence[str], why: str) -> list[str]:
    """Write the removals; return the files that are served no more."""
    rows = session.execute(select(*_COLUMNS).where(task.c.id.in_(task_ids))).mappings().all()
    lifted = (removal.c.notice_id == notice_id) & removal.c.lifted_at.is_not(None)
    session.execute(delete(removal).where(lifted, removal.c.task_id.in_(task_ids)))
    now = {"revision": next_revision(session), "at": utc_now()}
    same: dict[str, Any] = {"notice_id": notice_id, "why": why, "lifted_at": None} | now
    session.execute(insert(removal), [_removal(row) | same for row in rows])
    append_all(session, [_entry(notice_id, row) for row in rows])
    return [row["sealed_blob"] for row in rows if row["sealed_blob"] is not None]


def _removal(row: RowMapping) -> dict[str, Any]:
    return {"task_id": row["id"], "blob": row["sealed_blob"]}


def _entry(notice_id: str, row: RowMapping) -> New:
    if row["status"] == TaskStatus.RELEASED:
        body = {"notice": notice_id, "sha256": row["sealed_blob"]}
        return New(EntryKind.REMOVED, row["id"], body)
    return New(EntryKind.STOPPED, row["id"], {"notice": notice_id})


def _why(filed: FiledNotice) -> str:
    names = [str(row["name"]) for row in filed.form.works if "name" in row]
    shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    about = f" about {shown}" if names else ""
    return f"a notice of {filed.form.kind}{about} demanded it."
