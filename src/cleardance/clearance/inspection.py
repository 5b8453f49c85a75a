"""What is known here about any file, ours or not."""

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, and_, select

from cleardance.clearance import tasks
from cleardance.clearance.service import Service
from cleardance.errors import LedgerInvalid
from cleardance.ledger.entry import EntryKind
from cleardance.ledger.history import history_of
from cleardance.provenance.inspect import Claim, Inspection, LedgerFacts, inspect
from cleardance.store.tables import Stage, task

_COLUMNS = (task.c.id, task.c.ledger_index)  # the rest may have been erased


def inspect_file(service: Service, path: Path) -> Inspection:
    """Read a file's credentials and mark, and look it up here. Raises UnreadableMedia."""
    look_up, issued = partial(_look_up, service), _issued(service)
    root_pem, watermark = service.authority.root_pem, service.watermark
    return inspect(path, root_pem, look_up, watermark, issued=issued)


def _issued(service: Service) -> list[int]:
    """Return the ledger indices that sealed files carry, oldest first."""
    sealed = select(task.c.ledger_index).where(task.c.sealed_blob.is_not(None))
    with service.store.read() as session:
        return list(session.scalars(sealed.order_by(task.c.ledger_index)))


def _look_up(service: Service, claims: Sequence[Claim], sha256: str) -> LedgerFacts | None:
    """Find the output by the digest of the whole file, else by the first claim that is true."""
    ways = [task.c.sealed_blob == sha256, *map(_claimed, claims)]
    with service.store.read() as session:
        for way in ways:
            if (found := session.execute(select(*_COLUMNS).where(way)).first()) is not None:
                return _facts(service, session, *found)
    return None


def _claimed(claim: Claim) -> ColumnElement[bool]:
    indexed = task.c.ledger_index == claim.index
    return indexed if claim.output is None else and_(indexed, task.c.id == claim.output)


def _facts(
    service: Service, session: Connection, task_id: str, ledger_index: int | None
) -> LedgerFacts | None:
    """Return what the ledger, not the task's own row, says the released file was."""
    if ledger_index is None:
        return None
    released: str | None = None
    try:
        history = history_of(session, task_id, service.ledger_keys.public)
        if (entry := history.signed(EntryKind.RELEASED)) is not None:
            released = json.loads(entry.body)["sha256"]
        verified = released is not None or not history.has(EntryKind.RELEASED)
    except LedgerInvalid:
        verified = False
    return LedgerFacts(
        index=ledger_index,
        verified=verified,
        output=task_id,
        verdict=_decision(session, task_id),
        sha256=released,
    )


def _decision(session: Connection, task_id: str) -> str:
    """Return the gravest of the newest verdicts on the prompt and on the output."""
    verdicts = [tasks.latest_verdict(session, task_id, stage) for stage in Stage]
    decisions = [verdict.decision for verdict in verdicts if verdict is not None]
    return max(decisions, key=lambda decision: decision.gravity).value if decisions else "unknown"
