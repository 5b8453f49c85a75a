"""Media that nothing names any more: deleted, but never before the row that named it has let go."""

import shutil
import time
from pathlib import Path
from typing import Any

from sqlalchemy import CompoundSelect, Connection, and_, select, union_all

from cleardance.clearance.cached import delete_pictures
from cleardance.clearance.service import Service
from cleardance.clearance.tasks import Step
from cleardance.errors import TaskBusy
from cleardance.store.tables import (
    ReviewStatus,
    TaskStatus,
    asset,
    enforcement,
    licence_evidence,
    notice_file,
    removal,
    review,
    task,
    task_reference,
    training_set,
    verdict_picture,
    work_reference,
)

_HOUR_S = 3600.0
"""Younger blobs may belong to a row that is just being written."""


def discard(service: Service, digest: str | None) -> None:
    """Delete a blob unless a row still names it. Call it after the change was committed."""
    if digest is None:
        return
    # In a write transaction, so that nobody can be giving an equal blob a name at this moment.
    with service.store.begin() as session:
        named = _NAMED.subquery()
        if session.scalar(select(named).where(named.c[0] == digest).limit(1)) is None:
            service.store.blobs.delete(digest)


def collect(service: Service) -> None:
    """Remove what killed processes left: drafts, work folders, blobs that no row ever named; and
    of the cache, pictures of what is no more, or is shown to nobody.
    """
    service.store.blobs.sweep()
    for folder in service.store.home.work.iterdir():
        try:
            with service.store.lock(folder.name):
                shutil.rmtree(folder, ignore_errors=True)
        except TaskBusy:
            continue
    with service.store.read() as session:
        named = named_blobs(session)
        shown = set(session.scalars(_SHOWN))
        open_reviews = set(session.scalars(_OPEN_REVIEWS))
    for digest in service.store.blobs.digests(older_than_s=_HOUR_S):
        if digest not in named:
            discard(service, digest)
    _forget_pictures(service.store.home.cache, shown, open_reviews)


def _forget_pictures(cache: Path, shown: set[str], open_reviews: set[str]) -> None:
    """Delete pictures of what is not shown, and what was looked at for reviews now decided."""
    delete_pictures(cache, lambda digest: digest not in shown)
    for folder in (cache / "reviews").glob("*"):
        if folder.name not in open_reviews and time.time() - folder.stat().st_mtime > _HOUR_S:
            shutil.rmtree(folder, ignore_errors=True)


def named_blobs(session: Connection) -> set[str]:
    """Return the digests of all blobs that some row names."""
    return set(session.scalars(_NAMED))


_DOWN = select(removal.c.task_id).where(removal.c.lifted_at.is_(None))
_SHOWN: CompoundSelect[Any] = union_all(  # all others are erased, or under legal hold alone
    select(task.c.sealed_blob).where(
        task.c.sealed_blob.is_not(None), task.c.salt.is_not(None), task.c.id.not_in(_DOWN)
    ),
    select(work_reference.c.blob),
)
_OPEN_REVIEWS = select(review.c.id).where(review.c.status == ReviewStatus.OPEN)
_DELIVERED = and_(task.c.status == TaskStatus.RELEASED, task.c.step == Step.RELEASE)
_NAMED: CompoundSelect[Any] = union_all(
    select(task.c.sealed_blob).where(task.c.sealed_blob.is_not(None)),
    select(removal.c.blob).where(removal.c.blob.is_not(None)),  # legal hold
    select(enforcement.c.blob).where(enforcement.c.blob.is_not(None)),
    select(training_set.c.manifest),
    select(task.c.raw_blob).where(task.c.raw_blob.is_not(None), ~_DELIVERED),
    select(work_reference.c.blob),
    select(task_reference.c.blob),
    select(asset.c.blob),
    select(licence_evidence.c.blob),
    select(notice_file.c.blob),
    select(verdict_picture.c.blob),
)
