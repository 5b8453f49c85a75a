"""Holding rows that can be deleted (tasks, verdicts, reviews) to what the ledger says of them.

They may be gone, as personal data can be deleted, but not different. Of an erased task only its
output can still be checked.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, Text, cast, select

from cleardance.errors import LedgerInvalid
from cleardance.ledger.entry import EntryKind, canonical, personal
from cleardance.store.tables import (
    ReviewStatus,
    TaskStatus,
    account,
    ledger_entry,
    review,
    task,
    verdict,
)

_OF_TASKS = (EntryKind.ASKED, EntryKind.SEALING, EntryKind.SEALED, EntryKind.RELEASED)


@dataclass
class _Said:
    """What the ledger says of a task: its newest entry of each kind."""

    index: dict[str, int] = field(default_factory=dict)
    body: dict[str, dict[str, Any]] = field(default_factory=dict)

    def of(self, kind: EntryKind, part: str) -> Any:
        return self.body.get(kind, {}).get(part)


def check_tasks(connection: Connection) -> None:
    """Raise LedgerInvalid naming a task row that is not what its entries record.

    That is: who asked for what (unless erased), which entry it was sealed under, which file was
    sealed, and that a released file was logged as released.
    """
    at, row = ledger_entry.c, task.c
    said: defaultdict[str, _Said] = defaultdict(_Said)
    entries = select(at.task_id, at.kind, at.index, at.body).where(at.kind.in_(_OF_TASKS))
    for task_id, kind, index, body in connection.execute(entries.order_by(at.index)):
        said[task_id].index[kind] = index
        said[task_id].body[kind] = body
    columns = (row.id, row.status, row.salt, row.ledger_index, row.sealed_blob)
    rows = select(*columns, cast(row.request, Text).label("request"), account.c.name)
    for found in connection.execute(rows.join(account, account.c.id == row.account_id)):
        for wrong in _wrong(found, said[found.id]):
            raise LedgerInvalid(f"Task {found.id} was changed: {wrong}.")


def _wrong(row: Row[*tuple[Any, ...]], said: _Said) -> Iterator[str]:
    if row.request is not None:
        if row.salt is None:
            yield "its salt is gone"
            return
        if _request_commitment(row.request, row.salt) != said.of(EntryKind.ASKED, "request"):
            yield "the ledger records another request"
        if personal(row.name, row.salt) != said.of(EntryKind.ASKED, "account"):
            yield "the ledger records another account"
    if row.ledger_index != said.index.get(EntryKind.SEALING):
        yield "the ledger records another sealing"
    if row.sealed_blob is not None and row.sealed_blob != said.of(EntryKind.SEALED, "sha256"):
        yield "the ledger records another sealed file"
    if row.status == TaskStatus.RELEASED and EntryKind.RELEASED not in said.index:
        yield "the ledger records no release"


def _request_commitment(text: str, salt: bytes) -> str | None:
    try:
        return personal(canonical(json.loads(text)).decode(), salt)
    except (ValueError, RecursionError):
        return None


def check_verdicts(connection: Connection) -> None:
    """Raise LedgerInvalid naming a verdict row that no entry of its task records."""
    at, row_of = ledger_entry.c, verdict.c
    query = select(at.task_id, at.body).where(at.kind == EntryKind.VERDICT)
    parts = ("stage", "decision", "registry_revision", "commitment")
    logged = {
        (task_id, *(body.get(part) for part in parts))
        for task_id, body in connection.execute(query)
    }
    rows = select(
        row_of.id,
        row_of.task_id,
        row_of.stage,
        row_of.decision,
        row_of.registry_revision,
        cast(row_of.body, Text),
        task.c.salt,
    ).join(task, task.c.id == row_of.task_id)
    for name, *columns, body, salt in connection.execute(rows).all():
        if salt is None:  # whoever erases a person's data erases the verdicts that quote it too
            raise LedgerInvalid(f"Verdict {name} cannot be checked: its task's salt is gone.")
        if (*columns, _commitment(body, salt)) not in logged:
            raise LedgerInvalid(f"Verdict {name} was changed: the ledger records another.")


def check_reviews(connection: Connection) -> None:
    """Raise LedgerInvalid naming a review row whose decision or words no entry records."""
    at, row = ledger_entry.c, review.c
    kinds = (EntryKind.REVIEWED, EntryKind.APPEALED)
    query = select(at.kind, at.task_id, at.body).where(at.kind.in_(kinds))
    said = {
        (kind, task_id, body.get("review")): body
        for kind, task_id, body in connection.execute(query)
    }
    columns = (row.id, row.task_id, row.status, row.text, row.reason, account.c.name, task.c.salt)
    rows = select(*columns).join(task, task.c.id == row.task_id)
    for found in connection.execute(rows.outerjoin(account, account.c.id == row.decided_by)):
        decided = said.get((EntryKind.REVIEWED, found.task_id, found.id), {})
        appealed = said.get((EntryKind.APPEALED, found.task_id, found.id), {})
        decision = {ReviewStatus.RELEASED: "release", ReviewStatus.DENIED: "deny"}
        same = (
            decided.get("decision") == decision.get(found.status),
            _says(decided.get("reason"), found.reason, found.salt),
            _says(decided.get("by"), found.name, found.salt),
            _says(appealed.get("text"), found.text, found.salt),
        )
        if not all(same):
            raise LedgerInvalid(f"Review {found.id} was changed: the ledger records another.")


def _says(commitment: str | None, text: str | None, salt: bytes | None) -> bool:
    if text is None or salt is None:
        return commitment is None and text is None
    return commitment == personal(text, salt)


def _commitment(body: str, salt: bytes) -> str | None:
    try:
        return personal(hashlib.sha256(canonical(json.loads(body))).hexdigest(), salt)
    except (ValueError, RecursionError):
        return None
