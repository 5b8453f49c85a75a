"""What is known here about any file, ours or not."""

import json
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, select

from cleardance.clearance import tasks
from cleardance.clearance.service import Service
from cleardance.errors import LedgerInvalid
from cleardance.ledger.entry import EntryKind
from cleardance.ledger.history import proved_entries
from cleardance.provenance.inspect import Inspection, LedgerFacts, inspect
from cleardance.store.tables import Stage, task


def inspect_file(service: Service, path: Path) -> Inspection:
    """Read a file's credentials and mark, and look it up here. Raises UnreadableMedia."""
    return inspect(path, service.authority.root_pem, partial(_look_up, service))


def _look_up(service: Service, claimed_index: int | None, sha256: str) -> LedgerFacts | None:
    """Find the output by the digest of the whole file, else by the ledger index it names."""
    by_digest = select(task.c.id).where(task.c.sealed_blob == sha256)
    by_index = select(task.c.id).where(task.c.ledger_index == claimed_index)
    with service.store.read() as session:
        found = session.scalar(by_digest.limit(1))
        if found is None and claimed_index is not None:
            found = session.scalar(by_index)
        return None if found is None else _facts(session, tasks.load(session, found))


def _facts(session: Connection, row: tasks.TaskRow) -> LedgerFacts | None:
    """Return what the ledger, not the task's own row, says the released file was."""
    if row.ledger_index is None:
        return None
    verdict = tasks.latest_verdict(session, row.id, Stage.OUTPUT)
    released: str | None = None
    try:
        for entry in proved_entries(session, row.id):
            if entry.kind == EntryKind.RELEASED:
                released = json.loads(entry.body)["sha256"]
        verified = True
    except LedgerInvalid:
        verified = False
    return LedgerFacts(
        index=row.ledger_index,
        verified=verified,
        output=row.id,
        verdict=verdict.decision.value if verdict else "unknown",
        sha256=released,
    )
