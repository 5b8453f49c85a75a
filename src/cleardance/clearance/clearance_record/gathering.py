"""Gathers a clearance record from the store, all of it as of one moment."""

import json
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, select

from cleardance.clearance.clearance_record.model import (
    ClearanceRecord,
    Credentials,
    GivenVerdict,
    Output,
    PersonsReview,
    ProvedEntry,
    Removal,
)
from cleardance.clearance.review import ReviewRow, of_task
from cleardance.clearance.service import Service
from cleardance.clearance.serving import removed_by
from cleardance.clearance.tasks import TaskRow
from cleardance.ledger.entry import EntryKind
from cleardance.ledger.history import History, history_of, proof_of
from cleardance.provenance.verify import C2paReport, media_type, read_manifest
from cleardance.rights.licence_rows import records
from cleardance.store.tables import ReviewStatus, account, licence, task, utc_text, verdict, work

_DECISIONS: Final = {ReviewStatus.RELEASED: "release", ReviewStatus.DENIED: "deny"}
_MEANINGS: Final = {kind.value: kind.summary for kind in EntryKind}
_LIMITS: Final = (
    "Compared was what the registry of this service held at the revision that each verdict names. "
    "A work that nobody had registered there was not compared.",
    "What could not be computed is listed with each verdict as unknown.",
    "Times are those of this service's clock, but for the time stamp in the file's credentials.",
    "Licences are shown as they stood when this record was made. Whether the person who granted "
    "one was entitled to is for its papers to show, of which the digests are given.",
    "It records what was checked and decided. It is not legal advice.",
)


def gather(service: Service, task_id: str, now: datetime) -> ClearanceRecord:
    """Return a task's clearance record, proved under a checkpoint signed now.

    Raises NotFound (also if its personal data were erased), LedgerInvalid, BlobDamaged.
    """
    service.checkpoint()
    row = service.task(task_id)
    key = service.ledger_keys.public
    with service.store.read() as session:
        history = history_of(session, task_id, key)
        given = _verdicts(session, task_id)
        entries, checkpoint = _proved(session, history)
        removal = removed_by(session, task_id)
        request, owner = _asked(session, task_id)
        return ClearanceRecord(
            made_at=utc_text(now),
            made_by=service.settings.origin,
            ledger_key=str(key),
            task=task_id,
            account=owner,
            status=row.status.value,
            removal=None if removal is None else Removal(notice=removal[0], why=removal[1]),
            request=request,
            salt=row.salt.hex(),
            ignored=row.ignored,
            model_version=row.model_version,
            recipe=row.recipe,
            output=_output(service, row, history),
            verdicts=given,
            licences=_licences(session, given),
            reviews=tuple(map(_review, of_task(session, task_id))),
            limits=_LIMITS,
            entries=entries,
            checkpoint=checkpoint,
        )


def _asked(session: Connection, task_id: str) -> tuple[dict[str, Any], str]:
    """Return the request as stored, which is what the ledger committed to, and whose it is."""
    query = select(task.c.request, account.c.name).join(account, account.c.id == task.c.account_id)
    request, name = session.execute(query.where(task.c.id == task_id)).one()
    return request, name


def _verdicts(session: Connection, task_id: str) -> tuple[GivenVerdict, ...]:
    at = verdict.c
    query = select(at.stage, at.created_at, at.body).where(at.task_id == task_id)
    rows = session.execute(query.order_by(at.created_at, at.stage, at.number))
    return tuple(GivenVerdict(stage=stage, at=when, verdict=body) for stage, when, body in rows)


def _licences(session: Connection, given: tuple[GivenVerdict, ...]) -> tuple[dict[str, Any], ...]:
    relied_on = {one for each in given for one in each.verdict["licences"]}
    found = records(session, licence.c.id.in_(sorted(relied_on)))
    works = sorted({work_id for one in found for work_id in one.licence.works})
    names = dict(session.execute(select(work.c.id, work.c.name).where(work.c.id.in_(works))).all())
    return tuple(
        {**one.to_json(), "work_names": [names[id_] for id_ in one.licence.works]} for one in found
    )


def _review(row: ReviewRow) -> PersonsReview:
    return PersonsReview.model_validate(
        {
            "id": row.id,
            "stage": row.stage.value,
            "appeal": row.appeal,
            "text": row.text,
            "decision": _DECISIONS.get(row.status),
            "at": row.decided_at,
            "reason": row.reason,
        }
    )


def _proved(session: Connection, history: History) -> tuple[tuple[ProvedEntry, ...], str]:
    signed = [entry for entry in history.entries if entry.index < history.signed_size]
    proofs = [(entry, proof_of(session, entry.index)) for entry in signed]
    proved = tuple(
        ProvedEntry(
            index=entry.index,
            kind=entry.kind,
            at=entry.created_at,
            meaning=_MEANINGS[entry.kind],
            entry=proof.entry,
            path=proof.path,
        )
        for entry, proof in proofs
    )
    return proved, proofs[0][1].checkpoint


def _output(service: Service, row: TaskRow, history: History) -> Output | None:
    released = history.signed(EntryKind.RELEASED)
    if released is None or row.sealed_blob is None or row.ledger_index is None:
        return None
    service.store.blobs.verify(row.sealed_blob)
    path = service.store.blobs.path(row.sealed_blob)
    return Output(
        sha256=row.sealed_blob,
        bytes=path.stat().st_size,
        media_type=media_type(path),
        released_at=released.created_at,
        watermark=_watermark(history),
        ledger_index=row.ledger_index,
        credentials=_credentials(read_manifest(path, service.authority.root_pem)),
    )


def _credentials(report: C2paReport) -> Credentials:
    facts = report.facts
    return Credentials(
        state=report.state,
        signed_by=facts.signed_by if facts else None,
        signed_at=facts.signed_at if facts else None,
        ingredients=facts.ingredients if facts else (),
        problems=report.problems,
    )


def _watermark(history: History) -> str | None:
    sealed = history.signed(EntryKind.SEALED)
    return None if sealed is None else str(json.loads(sealed.body)["watermark"])
