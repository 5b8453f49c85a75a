"""Task rows: the durable state of the one path. Every write happens in the caller's transaction."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from sqlalchemy import Column, Connection, Select, and_, exists, insert, or_, select, update

from cleardance.accounts.lookup import active_account_id
from cleardance.accounts.usage import tokens_of
from cleardance.errors import CleardanceError, NotFound
from cleardance.ledger.entry import EntryKind, canonical, personal
from cleardance.ledger.log import append
from cleardance.request import Request
from cleardance.screen.thumbnails import shown_in
from cleardance.store import Store
from cleardance.store.tables import (
    Stage,
    TaskStatus,
    removal,
    task,
    task_event,
    utc_now,
    utc_text,
    verdict,
    verdict_picture,
    verdict_work,
    webhook_delivery,
)
from cleardance.verdict import Decision, Verdict

_T = TypeVar("_T")

STATUS, STEP = "status", "step"
"""The kinds of events: where a task stands from then on, and which step was committed."""


class Step(IntEnum):
    """The eight steps of the one path."""

    CHECK = 1
    ENQUEUE = 2
    SCREEN_ASK = 3
    GENERATE = 4
    SCREEN_OUTPUT = 5
    SCREEN_AGAIN = 6
    SEAL = 7
    RELEASE = 8

    @property
    def title(self) -> str:
        """What a person reads beside the progress bar."""
        return _TITLES[self]


_TITLES = {
    Step.CHECK: "Checking the request",
    Step.ENQUEUE: "Queueing",
    Step.SCREEN_ASK: "Screening the prompt",
    Step.GENERATE: "Generating",
    Step.SCREEN_OUTPUT: "Screening the output",
    Step.SCREEN_AGAIN: "Checking the registry again",
    Step.SEAL: "Sealing",
    Step.RELEASE: "Releasing",
}


@dataclass(frozen=True)
class TaskRow:
    """A task as stored. Fields that a later step fills are None until then."""

    id: str
    status: TaskStatus
    step: Step
    request: Request
    salt: bytes
    ignored: tuple[str, ...]
    recipe: dict[str, str]
    model_version: str | None
    raw_blob: str | None
    sealed_blob: str | None
    destination: str | None  # none: it is served from here
    ledger_index: int | None
    timings_s: dict[str, float]
    error_code: str | None
    error_message: str | None
    key_id: str | None = None
    end_user: str | None = None


def new_task_id() -> str:
    """Return an id that sorts by time: ``cgt-YYYYMMDDhhmmss-xxxxx``, the form Ark clients know."""
    return f"cgt-{datetime.now(UTC):%Y%m%d%H%M%S}-{secrets.token_hex(4)}"


def create(
    session: Connection,
    task_id: str,
    request: Request,
    destination: Path | None,
    columns: Mapping[str, object],
) -> bytes:
    """Insert a queued task with both first steps done; return the salt of its commitments.

    ``columns`` are what is no part of the request: its key (``key_id``), its end user as a hash
    (``accounts.end_users``), what it costs (``cost_micros``), and how it waits.
    """
    salt = new_salt()
    owner = active_account_id(session, request.account)
    values = new_row(task_id, owner, request.model_dump(mode="json"), request, salt)
    values |= {"destination": None if destination is None else str(destination), **columns}
    session.execute(insert(task).values(**values))
    tell(session, task_id, STATUS, {"status": str(values["status"])})
    return salt


def new_salt() -> bytes:
    """Return a key for a new task's commitments."""
    return secrets.token_bytes(32)


def new_row(
    task_id: str, account_id: str, as_json: dict[str, Any], request: Request, salt: bytes
) -> dict[str, object]:
    """Return the columns of a task that was asked for just now; the others are empty."""
    now = utc_now()
    return {
        "id": task_id,
        "account_id": account_id,
        "status": TaskStatus.QUEUED,
        "step": Step.ENQUEUE,
        "request": as_json,
        "salt": salt,
        "timings": {},
        "created_at": now,
        "updated_at": now,
        "tokens": tokens_of(request),
        "model": request.model,
    }


def load(session: Connection, task_id: str) -> TaskRow:
    """Return a task. Raises NotFound."""
    row = session.execute(select(task).where(task.c.id == task_id)).mappings().one_or_none()
    if row is None:
        raise NotFound(f"There is no task {task_id}.")
    if row["salt"] is None:
        raise NotFound(f"The personal data of task {task_id} were erased.")
    return TaskRow(
        id=row["id"],
        status=TaskStatus(row["status"]),
        step=Step(row["step"]),
        request=Request.model_validate(row["request"]),
        salt=row["salt"],
        ignored=tuple(row["ignored"] or ()),
        recipe=(row["output"] or {}).get("recipe", {}),
        model_version=(row["output"] or {}).get("version"),
        raw_blob=row["raw_blob"],
        sealed_blob=row["sealed_blob"],
        destination=row["destination"],
        ledger_index=row["ledger_index"],
        timings_s=row["timings"] or {},
        error_code=row["error_code"],
        error_message=row["error_message"],
        key_id=row["key_id"],
        end_user=row["end_user"],
    )


def advance(session: Connection, task_id: str, step: Step, **values: object) -> None:
    """Record that a step is done, with what it made."""
    change = update(task).where(task.c.id == task_id)
    session.execute(change.values(step=step, updated_at=utc_now(), **values))
    tell(session, task_id, STEP, {"step": step.value, "name": step.name.lower()})
    if "status" in values:
        tell(session, task_id, STATUS, {"status": str(values["status"])})


def change_status(session: Connection, task_id: str, status: TaskStatus, **values: object) -> None:
    """Let a task stand elsewhere, and tell whoever follows it."""
    change = update(task).where(task.c.id == task_id)
    session.execute(change.values(status=status, updated_at=utc_now(), **values))
    tell(session, task_id, STATUS, {"status": status.value})


def tell(session: Connection, task_id: str, kind: str, body: Mapping[str, object]) -> None:
    """Store an event of a task for whoever follows it; nothing personal may be in it."""
    values = {"task_id": task_id, "at": utc_now(), "kind": kind, "body": dict(body)}
    made = session.execute(insert(task_event).values(**values))
    if kind == STATUS and made.inserted_primary_key is not None:
        _call_back(session, task_id, made.inserted_primary_key[0])


def _call_back(session: Connection, task_id: str, event_id: int) -> None:
    """Leave a note that a change of status is to be told to the task's callback URL, if any."""
    of_task = select(task.c.callback_url, task.c.account_id).where(task.c.id == task_id)
    url, owner = session.execute(of_task).one()
    if url is not None:
        host = urlsplit(url).netloc
        values = {"task_id": task_id, "account_id": owner, "url": url, "host": host}
        session.execute(
            insert(webhook_delivery).values(event_id=event_id, due_at=utc_now(), **values)
        )


def verdict_digest(body: Verdict) -> str:
    """Return the SHA-256, in hex, of a verdict's canonical JSON: how the ledger knows it."""
    return hashlib.sha256(canonical(body.model_dump(mode="json"))).hexdigest()


def verdict_commitment(body: Verdict, salt: bytes) -> str:
    """Return what a leaf says of a verdict, whose evidence may quote the prompt."""
    return personal(verdict_digest(body), salt)


def save_verdict(
    session: Connection, task_id: str, stage: Stage, body: Verdict, moment: datetime
) -> None:
    """Store a verdict and log it: which registered works were found, and a commitment to all.

    ``moment`` is that at which licences were judged. Which ones count is not logged: outsiders
    would learn which outputs have the same customer.
    """
    number = 1 + (session.scalar(_newest_verdict(task_id, stage, verdict.c.number)) or 0)
    row = verdict_row(task_id, stage, number, body, moment)
    session.execute(insert(verdict).values(**row))
    for work_id in works_of(body):
        session.execute(insert(verdict_work).values(verdict_id=row["id"], work_id=work_id))
    # Named here, so that the pictures it cites stay as long as it does.
    for blob in sorted(shown_in(body.findings)):
        session.execute(insert(verdict_picture).values(verdict_id=row["id"], blob=blob))
    commitment = verdict_commitment(body, salt_of(session, task_id))
    append(session, EntryKind.VERDICT, task_id, verdict_entry(stage, body, commitment))


def verdict_row(
    task_id: str, stage: Stage, number: int, body: Verdict, moment: datetime
) -> dict[str, object]:
    """Return the columns of the verdict that is the ``number``-th of its stage."""
    return {
        "id": f"{task_id}/{stage}/{number}",
        "task_id": task_id,
        "stage": stage,
        "number": number,
        "registry_revision": body.registry_revision,
        "decision": body.decision,
        "body": body.model_dump(mode="json"),
        "created_at": utc_now(),
        "moment": utc_text(moment),
    }


def works_of(body: Verdict) -> list[str]:
    """Return the ids of the works that a verdict found."""
    return sorted({finding.work.id for finding in body.findings})


def verdict_entry(stage: Stage, body: Verdict, commitment: str) -> dict[str, object]:
    """Return what the ledger says of a verdict."""
    return {
        "stage": stage.value,
        "decision": body.decision.value,
        "registry_revision": body.registry_revision,
        "works": works_of(body),
        "commitment": commitment,
    }


def salt_of(session: Connection, task_id: str) -> bytes:
    """Return the key of a task's commitments. Raises NotFound if it was erased."""
    salt = session.scalar(select(task.c.salt).where(task.c.id == task_id))
    if salt is None:
        raise NotFound(f"The personal data of task {task_id} were erased.")
    return salt


def latest_verdict(session: Connection, task_id: str, stage: Stage) -> Verdict | None:
    """Return the newest verdict of a stage, if there is one."""
    body = session.scalar(_newest_verdict(task_id, stage, verdict.c.body))
    return None if body is None else Verdict.model_validate(body)


def latest_verdict_id(session: Connection, task_id: str, stage: Stage) -> str | None:
    """Return the id of the newest verdict of a stage, if there is one."""
    return session.scalar(_newest_verdict(task_id, stage, verdict.c.id))


def deciding_verdict(session: Connection, task_id: str) -> tuple[Stage, Verdict]:
    """Return the gravest of the newest verdicts, that on the output before that on the prompt.

    Raises NotFound if there is none.
    """
    stages = (
        (stage, latest_verdict(session, task_id, stage)) for stage in (Stage.OUTPUT, Stage.ASK)
    )
    given = [(stage, body) for stage, body in stages if body is not None]
    if not given:
        raise NotFound(f"There is no verdict on task {task_id}.")
    return max(given, key=lambda one: one[1].decision.gravity)


def _newest_verdict(task_id: str, stage: Stage, column: Column[_T]) -> Select[_T]:
    of_stage = (verdict.c.task_id == task_id) & (verdict.c.stage == stage)
    return select(column).where(of_stage).order_by(verdict.c.number.desc()).limit(1)


def refuse(session: Connection, task_id: str, stage: Stage, body: Verdict) -> None:
    """End a task by a verdict: denied, or held until a person has looked."""
    held = body.decision is Decision.HOLD
    status = TaskStatus.HELD if held else TaskStatus.DENIED
    change_status(session, task_id, status, sealed_blob=None)
    commitment = verdict_commitment(body, salt_of(session, task_id))
    append(session, *refusal_entry(task_id, stage, body, commitment))


def refusal_entry(
    task_id: str, stage: Stage, body: Verdict, commitment: str
) -> tuple[EntryKind, str, dict[str, object]]:
    """Return the entry of the ledger by which a verdict stops a task."""
    kind = EntryKind.HELD if body.decision is Decision.HOLD else EntryKind.REFUSED
    return kind, task_id, {"stage": stage.value, "commitment": commitment}


def hold(session: Connection, task_id: str) -> None:
    """Let a denied task wait for a person: its requester has appealed."""
    change_status(session, task_id, TaskStatus.HELD)


def requeue(session: Connection, task_id: str) -> None:
    """Let a held task go on from its last committed step: a person released it.

    It does not expire any more: the time that a person took is not the requester's.
    """
    change_status(session, task_id, TaskStatus.QUEUED, expires_at=None)


_REMOVED = exists().where(removal.c.task_id == task.c.id, removal.c.lifted_at.is_(None))
UNFINISHED = or_(
    task.c.status.in_([TaskStatus.QUEUED, TaskStatus.RUNNING]),
    # What a notice removed before it was handed over waits for that to be lifted.
    and_(task.c.status == TaskStatus.RELEASED, task.c.step < Step.RELEASE, ~_REMOVED),
)
"""What the database is asked about tasks that have not ended."""


def fail(store: Store, task_id: str, error: CleardanceError) -> None:
    """Mark a task failed for good, with the error that ended it; if it has not ended already."""
    with store.begin() as session:
        if is_unfinished(session, task_id):
            end(session, task_id, TaskStatus.FAILED, error)


def end(
    session: Connection,
    task_id: str,
    status: TaskStatus,
    error: CleardanceError,
    **values: object,
) -> None:
    """End a task without an output, with the error that ended it, and log that."""
    said = {"error_code": error.code, "error_message": error.message}
    change_status(session, task_id, status, **said, **values)
    append(session, EntryKind.FAILED, task_id, {"code": error.code})


def save_timings(store: Store, task_id: str, seconds: dict[str, float]) -> None:
    """Keep how long each part took; not worth logging."""
    timings = {name: round(spent_s, 4) for name, spent_s in seconds.items()}
    with store.begin() as session:
        session.execute(update(task).where(task.c.id == task_id).values(timings=timings))


def unfinished(store: Store) -> list[str]:
    """Return the ids of tasks that have not ended, oldest first; some may be worked on now."""
    with store.read() as session:
        ids = session.scalars(select(task.c.id).where(UNFINISHED).order_by(task.c.created_at))
        return list(ids)


def is_unfinished(session: Connection, task_id: str) -> bool:
    """Whether a task has not ended."""
    return session.scalar(select(task.c.id).where(task.c.id == task_id, UNFINISHED)) is not None
