"""The pictures that a verdict cites: kept with it, so that a reviewer sees both sides."""

from typing import Final

from sqlalchemy import Connection, select

from cleardance.clearance.service import Service
from cleardance.errors import BlobDamaged, MediaError
from cleardance.rights.snapshot import RegistrySnapshot
from cleardance.screen.output import Screened
from cleardance.screen.thumbnails import shown_in, thumbnail
from cleardance.store.tables import Stage, verdict, verdict_picture
from cleardance.verdict import Evidence, Finding, Verdict

_AT_MOST: Final = 12  # moments of references decoded for one verdict


def with_pictures(service: Service, screened: Screened, registry: RegistrySnapshot) -> Verdict:
    """Keep what was seen as blobs, add what it matched, and return the verdict that cites both.

    A reference that is gone or cannot be read leaves its finding without a picture of it.
    """
    shown = shown_in(screened.verdict.findings)
    for digest, picture in screened.thumbnails.items():
        if digest in shown:
            service.store.blobs.put_bytes(picture)
    matched: dict[tuple[str, float], str | None] = {}
    findings = tuple(
        _illustrated(service, registry, one, matched) for one in screened.verdict.findings
    )
    return screened.verdict.model_copy(update={"findings": findings})


def pictures_of(session: Connection, task_id: str) -> list[str]:
    """Return the digests of all pictures that a task's verdicts cite."""
    ids = select(verdict.c.id).where(verdict.c.task_id == task_id)
    cited = select(verdict_picture.c.blob).where(verdict_picture.c.verdict_id.in_(ids))
    return list(session.scalars(cited.distinct().order_by(verdict_picture.c.blob)))


def pictures_handed_in(session: Connection, task_id: str) -> set[str]:
    """Return the digests of what a task's verdicts saw in files that its requester handed in.

    These alone are theirs to see: what was made leaves sealed or not at all, and what it was
    compared with is for its owner to show (docs/decisions/0011).
    """
    of_asking = (verdict.c.task_id == task_id) & (verdict.c.stage == Stage.ASK)
    bodies = session.scalars(select(verdict.c.body).where(of_asking))
    found = (one for body in bodies for one in Verdict.model_validate(body).findings)
    return {one.evidence.seen for one in found if one.evidence.seen is not None}


def _illustrated(
    service: Service,
    registry: RegistrySnapshot,
    finding: Finding,
    known: dict[tuple[str, float], str | None],
) -> Finding:
    evidence = finding.evidence
    if evidence.seen is None or evidence.reference is None:
        return finding
    moment = evidence.reference, evidence.reference_time_s or 0.0
    if moment not in known and len(known) < _AT_MOST:
        known[moment] = _reference_picture(service, registry, *moment)
    illustrated = evidence.model_copy(update={"matched": known.get(moment)})
    return finding.model_copy(update={"evidence": Evidence.model_validate(illustrated)})


def _reference_picture(
    service: Service, registry: RegistrySnapshot, reference: str, time_s: float
) -> str | None:
    try:
        _, frame = next(registry.pictures.frames_of(reference, {time_s}))
    except (BlobDamaged, MediaError, StopIteration):
        return None
    return service.store.blobs.put_bytes(thumbnail(frame))
