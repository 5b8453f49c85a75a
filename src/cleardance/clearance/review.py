"""The review queue: what waits for a person, who looks at it, and the one appeal of a task.

A row is opened in the transaction that holds its task, so nothing held is ever forgotten. Taking
part are accounts: a reviewer is never the one who asked, and an appeal is never decided by whoever
denied before (Regulation (EU) 2022/2065, article 20: complaints are decided with care, and not by
automated means alone).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, func, insert, or_, select, update

from cleardance.accounts.accounts import principal_of
from cleardance.accounts.lookup import account_id
from cleardance.accounts.roles import Permission
from cleardance.clearance import tasks
from cleardance.clearance.service import Service
from cleardance.errors import (
    AppealUsed,
    NotAppealable,
    NotFound,
    ReviewClaimed,
    ReviewDecided,
    ReviewerNotAllowed,
    UsageError,
)
from cleardance.ledger.entry import EntryKind, personal
from cleardance.ledger.log import append
from cleardance.store.tables import (
    ReviewStatus,
    Stage,
    TaskStatus,
    account,
    review,
    utc_text,
)
from cleardance.store.tables import verdict as verdict_table
from cleardance.verdict import Verdict

CLAIM_LAPSES_AFTER = timedelta(hours=1)
"""Whoever claimed a review and left does not keep others from it for longer."""

MAX_REASON_CHARS = 4_000


@dataclass(frozen=True)
class ReviewRow:
    """One review with the verdict it is about. Accounts are names; times as the store has them."""

    id: str
    task_id: str
    stage: Stage
    appeal: bool
    text: str | None  # what the appellant says
    status: ReviewStatus
    opened_at: str
    due_at: str
    claimed_by: str | None
    claimed_at: str | None
    decided_by: str | None
    decided_at: str | None
    reason: str | None
    verdict: Verdict
    moment: datetime  # at which its licences were judged

    def to_json(self, at: datetime) -> dict[str, object]:
        """Return the JSON contract of ``review show --json``; ages are counted up to ``at``."""
        names = ("id", "appeal", "text", "opened_at", "due_at", "claimed_by", "decided_by",
                 "decided_at", "reason")  # fmt: skip
        age_s = (at - datetime.fromisoformat(self.opened_at)).total_seconds()
        return {
            **{name: getattr(self, name) for name in names},
            "task": self.task_id,
            "stage": self.stage.value,
            "status": self.status.value,
            "age_s": round(max(age_s, 0.0)),
            "overdue": self.status is ReviewStatus.OPEN and self.due_at < utc_text(at),
            "verdict": self.verdict.model_dump(mode="json"),
        }


def checked_reason(text: str) -> str:
    """Return a reason as it is kept; raise UsageError for none, or one that is too long."""
    if not text.strip() or len(text) > MAX_REASON_CHARS:
        raise UsageError(f"A reason of 1 to {MAX_REASON_CHARS} characters is needed.")
    return text.strip()


def open_hold(
    session: Connection, service: Service, task_id: str, stage: Stage, at: datetime
) -> None:
    """Open a review of the verdict that was just saved, in the transaction that holds the task."""
    number = session.scalar(
        select(func.count()).where(review.c.task_id == task_id, ~review.c.appeal)
    )
    _insert(session, service, f"{task_id}.{(number or 0) + 1}", task_id, stage, at)


def appeal(service: Service, task_id: str, by: str, text: str, at: datetime) -> ReviewRow:
    """Appeal a denial, once per task, as the account that asked.

    Raises NotFound (no such task of this account), AppealUsed, or NotAppealable where nothing was
    denied.
    """
    text = checked_reason(text)
    appeal_id = f"{task_id}.appeal"  # a second row of this key cannot exist
    with service.store.begin() as session:
        row = tasks.load(session, task_id)
        if row.request.account != by:
            raise NotFound(f"There is no task {task_id} of account {by!r}.")
        if session.scalar(select(review.c.id).where(review.c.id == appeal_id)) is not None:
            raise AppealUsed(f"Task {task_id} was appealed before; there is one appeal for each.")
        if row.status is not TaskStatus.DENIED:
            raise NotAppealable(f"Task {task_id} is {row.status}: only a denial can be appealed.")
        stage, _ = tasks.deciding_verdict(session, task_id)
        _insert(session, service, appeal_id, task_id, stage, at, text)
        tasks.hold(session, task_id)
        body = {"review": appeal_id, "text": personal(text, row.salt)}
        append(session, EntryKind.APPEALED, task_id, body)
        return load(session, appeal_id)


def claim(service: Service, review_id: str, by: str, at: datetime) -> ReviewRow:
    """Take a review to oneself for an hour. Raises NotFound, ReviewDecided, ReviewClaimed."""
    with service.store.begin() as session:
        row = load(session, review_id)
        check_may_review(session, row, by, at)
        free = _is_free(account_id(session, by), at)
        values = {"claimed_by": account_id(session, by), "claimed_at": utc_text(at)}
        taken = update(review).where(review.c.id == review_id, free).values(**values)
        if session.execute(taken).rowcount != 1:
            raise ReviewDecided(f"Review {review_id} was just taken or decided by somebody else.")
        salt = tasks.salt_of(session, row.task_id)
        body = {"review": review_id, "by": personal(by, salt)}
        append(session, EntryKind.CLAIMED, row.task_id, body)
        return load(session, review_id)


def check_may_review(session: Connection, row: ReviewRow, by: str, at: datetime) -> None:
    """Raise what keeps ``by`` from taking or deciding a review now.

    NotFound (no such account), AccessDenied (no reviewer), ReviewDecided, ReviewClaimed,
    or ReviewerNotAllowed.
    """
    principal_of(session, by).require(Permission.DECIDE_REVIEWS)
    if row.status is not ReviewStatus.OPEN:
        raise ReviewDecided(f"Review {row.id} is decided already: {row.status}.")
    if row.claimed_at is not None and row.claimed_by != by:
        lapses = datetime.fromisoformat(row.claimed_at) + CLAIM_LAPSES_AFTER
        if at < lapses:
            raise ReviewClaimed(f"{row.claimed_by} has taken review {row.id} at {row.claimed_at}.")
    if tasks.load(session, row.task_id).request.account == by:
        raise ReviewerNotAllowed(
            f"{by} asked for this; somebody else reviews it.",
            hint="cleardance account create NAME --role reviewer makes an account for a reviewer.",
        )
    denied = review.c.status == ReviewStatus.DENIED
    earlier = select(account.c.name).join(review, review.c.decided_by == account.c.id)
    if by in session.scalars(earlier.where(review.c.task_id == row.task_id, denied)).all():
        raise ReviewerNotAllowed(f"{by} denied it before; somebody else decides on the appeal.")


def close(
    session: Connection,
    row: ReviewRow,
    status: ReviewStatus,
    by: str,
    reason: str,
    at: datetime,
) -> None:
    """Mark an open review decided. Raises ReviewDecided if somebody was faster."""
    mine = account_id(session, by)
    values = {
        "status": status,
        "decided_by": mine,
        "decided_at": utc_text(at),
        "reason": reason,
    }
    decided = update(review).where(review.c.id == row.id, _is_free(mine, at)).values(**values)
    if session.execute(decided).rowcount != 1:
        raise ReviewDecided(f"Review {row.id} was just taken or decided by somebody else.")


def load(session: Connection, review_id: str) -> ReviewRow:
    """Return a review. Raises NotFound."""
    row = session.execute(_ROWS.where(review.c.id == review_id)).mappings().one_or_none()
    if row is None:
        raise NotFound(f"There is no review {review_id}.")
    return _row(row)


def listing(service: Service, *, decided: bool = False) -> list[ReviewRow]:
    """Return the reviews that wait for a person, the most urgent first; or all, if asked."""
    query = _ROWS.order_by(review.c.due_at, review.c.id)
    if not decided:
        query = query.where(review.c.status == ReviewStatus.OPEN)
    with service.store.read() as session:
        return [_row(row) for row in session.execute(query).mappings()]


def with_prompt(service: Service, review_id: str) -> tuple[ReviewRow, str]:
    """Return a review and the prompt that it is about. Raises NotFound."""
    with service.store.read() as session:
        row = load(session, review_id)
        return row, tasks.load(session, row.task_id).request.prompt


def of_task(session: Connection, task_id: str) -> list[ReviewRow]:
    """Return a task's reviews, oldest first."""
    query = _ROWS.where(review.c.task_id == task_id).order_by(review.c.opened_at, review.c.id)
    return [_row(row) for row in session.execute(query).mappings()]


_claimer, _decider = account.alias("claimer"), account.alias("decider")
_ROWS: Select[Any] = (
    select(
        review,
        verdict_table.c.body.label("body"),
        verdict_table.c.moment.label("moment"),
        _claimer.c.name.label("claimer"),
        _decider.c.name.label("decider"),
    )
    .join(verdict_table, verdict_table.c.id == review.c.verdict_id)
    .outerjoin(_claimer, _claimer.c.id == review.c.claimed_by)
    .outerjoin(_decider, _decider.c.id == review.c.decided_by)
)


def _row(row: Any) -> ReviewRow:
    same = ("id", "task_id", "appeal", "text", "opened_at", "due_at", "claimed_at", "decided_at",
            "reason")  # fmt: skip
    return ReviewRow(
        **{name: row[name] for name in same},
        stage=Stage(row["stage"]),
        status=ReviewStatus(row["status"]),
        claimed_by=row["claimer"],
        decided_by=row["decider"],
        verdict=Verdict.model_validate(row["body"]),
        moment=datetime.fromisoformat(row["moment"] or row["opened_at"]),
    )


def _is_free(mine: str, at: datetime) -> Any:
    """Say, for the database to check as it writes, that nobody else has it."""
    lapsed = review.c.claimed_at < utc_text(at - CLAIM_LAPSES_AFTER)
    nobodys = review.c.claimed_by.is_(None)
    open_ = review.c.status == ReviewStatus.OPEN
    return open_ & or_(nobodys, review.c.claimed_by == mine, lapsed)


def _insert(
    session: Connection,
    service: Service,
    review_id: str,
    task_id: str,
    stage: Stage,
    at: datetime,
    text: str | None = None,
) -> None:
    due = at + timedelta(hours=service.settings.review_within_h)
    values = {
        "id": review_id,
        "task_id": task_id,
        "stage": stage,
        "verdict_id": tasks.latest_verdict_id(session, task_id, stage),
        "appeal": text is not None,
        "text": text,
        "status": ReviewStatus.OPEN,
        "opened_at": utc_text(at),
        "due_at": utc_text(due),
    }
    session.execute(insert(review).values(**values))
