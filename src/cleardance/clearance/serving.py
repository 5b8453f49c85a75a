"""The only way by which anybody is given a released file, and the count of it."""

import json
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select, update

from cleardance.clearance.service import Service
from cleardance.clearance.tasks import TaskRow
from cleardance.errors import LedgerInvalid, NotReleased, Removed
from cleardance.ledger.entry import EntryKind
from cleardance.ledger.history import history_of
from cleardance.request import MEDIA_TYPES
from cleardance.store.tables import TaskStatus, removal, task, utc_now


@dataclass(frozen=True)
class ServedFile:
    """A released file: where it is here, its SHA-256 in hex, what it is, and what to call it."""

    path: Path
    sha256: str
    media_type: str
    name: str


def open_output(service: Service, task_id: str, *, counted: bool = True) -> ServedFile:
    """Return the released file of a task for one person to be given it, and count that.

    Every process sees a removal from the moment it is committed. ``counted`` is False for a further
    part of what was counted before: a player asks for a video piece by piece. Raises NotFound (also
    if its personal data were erased), NotReleased, Removed, BlobDamaged, LedgerInvalid if the
    ledger records no such release, WitnessUnavailable while too few witnesses have seen it.
    """
    file = released_file(service, task_id)
    with service.store.begin() as session:
        refuse_removed(session, task_id)  # again: checking the bytes took its time
        if counted:
            count(session, task_id)
    return file


def released_file(service: Service, task_id: str) -> ServedFile:
    """Return the released file of a task, uncounted. Raises as ``open_output``."""
    row = service.task(task_id)
    if row.status is not TaskStatus.RELEASED or row.sealed_blob is None:
        raise NotReleased(f"There is no released file of task {task_id}: it is {row.status}.")
    with service.store.read() as session:
        refuse_removed(session, task_id)
    _check_logged(service, row, row.sealed_blob)
    return ServedFile(
        path=service.store.blobs.path(row.sealed_blob),
        sha256=row.sealed_blob,
        media_type=MEDIA_TYPES[row.request.suffix],
        name=name_of(row),
    )


def name_of(row: TaskRow) -> str:
    """Return what the released file of a task is called."""
    if row.destination is not None:
        return Path(row.destination).name
    return f"{row.id}{row.request.suffix}"


def count(session: Connection, task_id: str) -> None:
    """Count that somebody is given the file."""
    once_more = {"served_count": task.c.served_count + 1, "last_served_at": utc_now()}
    session.execute(update(task).where(task.c.id == task_id).values(**once_more))


def removed_by(session: Connection, task_id: str) -> tuple[str, str] | None:
    """Return the notice by which an output is removed, and why; None if no removal is in force."""
    in_force = (removal.c.task_id == task_id) & removal.c.lifted_at.is_(None)
    query = select(removal.c.notice_id, removal.c.why).where(in_force).order_by(removal.c.at)
    found = session.execute(query.limit(1)).one_or_none()
    return None if found is None else (found.notice_id, found.why)


def refuse_removed(session: Connection, task_id: str) -> None:
    """Raise Removed if a removal of the task's output is in force."""
    if (found := removed_by(session, task_id)) is not None:
        notice_id, why = found
        raise Removed(
            f"The output of task {task_id} was removed on notice {notice_id}: {why}",
            hint=f"Whoever asked for it can object: cleardance notice counter {notice_id}.",
        )


def _check_logged(service: Service, row: TaskRow, file: str) -> None:
    """Raise unless the row's file is the one whose release is logged, signed and witnessed."""
    if service.settings.witness_policy == "require":
        service.cosigned_checkpoint()
    else:
        service.checkpoint()
    with service.store.read() as session:
        entry = history_of(session, row.id, service.ledger_keys.public).signed(EntryKind.RELEASED)
    if entry is None or json.loads(entry.body)["sha256"] != file:
        raise LedgerInvalid(f"Task {row.id} was changed: the ledger records no such release.")
    service.store.blobs.verify(file)
