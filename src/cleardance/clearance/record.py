"""What outsiders see of a task: the object that ``generate --json`` prints."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from cleardance.clearance import tasks
from cleardance.clearance.review import ReviewRow, of_task
from cleardance.clearance.service import Service
from cleardance.clearance.tasks import TaskRow
from cleardance.ledger.entry import EntryKind
from cleardance.request import FPS
from cleardance.store.tables import Stage, TaskStatus, ledger_entry
from cleardance.verdict import Verdict, worst_of

_SOUND = {"sample_rate_hz": 48_000, "channels": 2}


@dataclass(frozen=True)
class Record:
    """One task as it stands, with the verdict that decided it and the checkpoint over it."""

    task: TaskRow
    verdict: Verdict | None
    ledger_index: int | None  # what an output carries; of a refusal, its entry
    checkpoint: str
    watermark: str | None  # name of the mark in a sealed file
    reviews: tuple[ReviewRow, ...] = ()  # by persons, oldest first

    @property
    def status(self) -> str:
        """One of queued, running, released, denied, held, failed, cancelled, expired."""
        return self.task.status.value

    @property
    def error(self) -> dict[str, str | None] | None:
        """Code and message of what ended a failed task."""
        if self.task.error_code is None:
            return None
        return {"code": self.task.error_code, "message": self.task.error_message}

    def to_json(self) -> dict[str, object]:
        """Return the JSON contract of ``generate --json``."""
        request, released = self.task.request, self.task.status is TaskStatus.RELEASED
        width, height = request.size
        return {
            "id": self.task.id,
            "status": self.status,
            "path": self.task.destination if released else None,
            "model": request.model,
            "seed": request.seed,
            "width": width,
            "height": height,
            "fps": FPS,
            "duration_s": 0.0 if request.still else request.duration_s,
            "audio": _SOUND if request.audio and not request.still else None,
            "verdict": self.verdict.model_dump(mode="json") if self.verdict else None,
            "error": self.error,
            "ignored": list(self.task.ignored),
            "reviews": [_review(row) for row in self.reviews],
            "ledger": {"index": self.ledger_index, "checkpoint": self.checkpoint},
            "timings_s": self.task.timings_s,
        }


def record_of(service: Service, task_id: str) -> Record:
    """Return a task's record; its ledger entries are under the checkpoint it carries."""
    with service.store.read() as session:
        task = tasks.load(session, task_id)
        verdict = _verdict(session, task_id)
        watermark = _watermark(session, task_id)
        reviews = tuple(of_task(session, task_id))
        last = session.scalar(
            select(func.max(ledger_entry.c.index)).where(ledger_entry.c.task_id == task_id)
        )
    index = last if task.ledger_index is None else task.ledger_index
    return Record(task, verdict, index, service.checkpoint(), watermark, reviews)


def _review(row: ReviewRow) -> dict[str, object]:
    """Return what a requester sees of a review: not who decided."""
    return {
        "id": row.id,
        "stage": row.stage.value,
        "appeal": row.appeal,
        "status": row.status.value,
        "opened_at": row.opened_at,
        "due_at": row.due_at,
        "decided_at": row.decided_at,
        "reason": row.reason,
    }


def _verdict(session: Connection, task_id: str) -> Verdict | None:
    """Return the verdict on the output, with that on what was asked; or the newer."""
    output = tasks.latest_verdict(session, task_id, Stage.OUTPUT)
    ask = tasks.latest_verdict(session, task_id, Stage.ASK)
    if output is None or ask is None:
        return output or ask
    if output.registry_revision == ask.registry_revision:
        return worst_of([output, ask])
    return max(output, ask, key=lambda verdict: verdict.registry_revision)


def _watermark(session: Connection, task_id: str) -> str | None:
    """Return what the ledger says the newest sealed file is marked with."""
    of_task = (ledger_entry.c.task_id == task_id) & (ledger_entry.c.kind == EntryKind.SEALED)
    newest = select(ledger_entry.c.body).where(of_task).order_by(ledger_entry.c.index.desc())
    body = session.scalar(newest.limit(1))
    return None if body is None else str(body["watermark"])
