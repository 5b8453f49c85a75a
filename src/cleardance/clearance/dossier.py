"""Everything known here about one file: its inspection, and what stands behind the output."""

from pathlib import Path

from sqlalchemy import Connection, select

from cleardance.clearance import tasks
from cleardance.clearance.inspection import inspect_file
from cleardance.clearance.service import Service
from cleardance.errors import BlobDamaged, LedgerInvalid, MediaError, NotFound
from cleardance.ledger.entry import Entry, EntryKind
from cleardance.ledger.history import history_of, proof_of
from cleardance.provenance.changes import changes
from cleardance.provenance.dossier import Dossier, Event
from cleardance.provenance.inspect import Inspection
from cleardance.store.tables import Stage, task


def dossier_of(service: Service, path: Path, name: str | None = None) -> Dossier:
    """Examine a file and gather what is known of it. Raises UnreadableMedia if there is none.

    ``name`` is what to call it, if not by the name of the file.
    """
    name = name or path.name
    found = inspect_file(service, path)
    if found.ledger is None:
        return Dossier(name, found)
    output = found.ledger.output
    with service.store.read() as session:
        entries = _entries(service, session, output)
        verdicts = tuple(
            (stage.value, verdict.model_dump(mode="json"))
            for stage in Stage
            if (verdict := tasks.latest_verdict(session, output, stage)) is not None
        )
    return Dossier(
        name=name,
        inspection=found,
        events=tuple(Event(entry.index, entry.kind, entry.created_at) for entry in entries),
        proof=_proof(service, entries),
        verdicts=verdicts,
        changes=_changes(service, path, found),
    )


def _entries(service: Service, session: Connection, output: str) -> tuple[Entry, ...]:
    try:
        return history_of(session, output, service.ledger_keys.public).entries
    except LedgerInvalid:
        return ()  # the inspection says that the proof failed


def _proof(service: Service, entries: tuple[Entry, ...]) -> dict[str, object] | None:
    """Return the proof of the release, else of the newest entry, under a signed checkpoint."""
    if not entries:
        return None
    released = [entry for entry in entries if entry.kind == EntryKind.RELEASED]
    index = (released or entries)[-1].index
    try:
        with service.store.read() as session:
            found = proof_of(session, index)
    except NotFound:  # not signed over yet
        service.checkpoint()
        with service.store.read() as session:
            found = proof_of(session, index)
    return found.model_dump(mode="json", exclude_none=True)


def _changes(service: Service, path: Path, found: Inspection) -> tuple[str, ...]:
    assert found.ledger is not None
    if found.ledger.sha256 in (None, found.sha256):
        return ()
    with service.store.read() as session:
        blob = session.scalar(select(task.c.sealed_blob).where(task.c.id == found.ledger.output))
    if blob is None or blob != found.ledger.sha256:
        return ()
    gone = ("its content credentials were removed",) if found.c2pa.state == "None" else ()
    try:
        service.store.blobs.verify(blob)
        return (*gone, *changes(path, service.store.blobs.path(blob)))
    except (BlobDamaged, MediaError):
        return gone  # nothing to compare with is left
