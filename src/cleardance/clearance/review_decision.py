"""A reviewer releases or denies: one transaction, with the verdict that the path goes on from.

The task then goes on where it was held, by itself or in a worker; a release is not a way round any
step. What is new at the registry's present revision holds it again.
"""

from datetime import datetime

from sqlalchemy import Connection

from cleardance.clearance import review, tasks
from cleardance.clearance.review import ReviewRow, checked_reason
from cleardance.clearance.review_effect import points_of, refused, with_reviews
from cleardance.clearance.review_pictures import forget_pictures
from cleardance.clearance.service import Service
from cleardance.errors import ReviewerNotAllowed
from cleardance.ledger.entry import EntryKind, personal
from cleardance.ledger.log import append
from cleardance.store.tables import ReviewStatus, utc_text
from cleardance.verdict import Review, Verdict


def release(service: Service, review_id: str, by: str, reason: str, at: datetime) -> ReviewRow:
    """Release what was held, or overturn a denial on appeal; the task is queued to go on.

    Raises NotFound, UsageError (no reason), ReviewDecided, ReviewClaimed, or ReviewerNotAllowed.
    """
    reason = checked_reason(reason)
    with service.store.begin() as session:
        row = review.load(session, review_id)
        review.check_may_review(session, row, by, at)
        _check_all_shown(row.verdict)
        note = _note(row, "release", by, reason, at)
        after = with_reviews(row.verdict, (*row.verdict.reviews, note))
        _commit(session, row, ReviewStatus.RELEASED, note, after, at)
        tasks.requeue(session, row.task_id)
        decided = review.load(session, review_id)
    forget_pictures(service, row.task_id)
    return decided


def deny(service: Service, review_id: str, by: str, reason: str, at: datetime) -> ReviewRow:
    """Deny what was held, or uphold a denial on appeal. Raises as ``release``."""
    reason = checked_reason(reason)
    with service.store.begin() as session:
        row = review.load(session, review_id)
        review.check_may_review(session, row, by, at)
        after = refused(row.verdict, _note(row, "deny", by, reason, at))
        _commit(session, row, ReviewStatus.DENIED, after.reviews[-1], after, at)
        tasks.refuse(session, row.task_id, row.stage, after)
        decided = review.load(session, review_id)
    forget_pictures(service, row.task_id)
    return decided


def _check_all_shown(verdict: Verdict) -> None:
    if verdict.omitted is not None and verdict.omitted.works:
        raise ReviewerNotAllowed(
            f"{verdict.omitted.works} works were found that the verdict has no room to show; "
            "nobody can release what they could not look at.",
            hint="Deny it; the requester can ask for less at once.",
        )


def _note(row: ReviewRow, decision: str, by: str, reason: str, at: datetime) -> Review:
    return Review.model_validate(
        {
            "id": row.id,
            "decision": decision,
            "by": by,
            "at": utc_text(at),
            "reason": reason,
            "appeal": row.appeal,
            "overturns": row.verdict.decision,
            "covers": points_of(row.verdict),
        }
    )


def _commit(
    session: Connection,
    row: ReviewRow,
    status: ReviewStatus,
    note: Review,
    after: Verdict,
    at: datetime,
) -> None:
    review.close(session, row, status, note.by, note.reason, at)
    salt = tasks.salt_of(session, row.task_id)
    body = {
        "review": row.id,
        "stage": row.stage.value,
        "decision": note.decision,
        "overturns": note.overturns.value,
        "appeal": row.appeal,
        "by": personal(note.by, salt),
        "reason": personal(note.reason, salt),
    }
    append(session, EntryKind.REVIEWED, row.task_id, body)
    tasks.save_verdict(session, row.task_id, row.stage, after, row.moment)
