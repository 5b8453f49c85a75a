"""Taking works out of training: which samples show them is looked for, and kept as a list.

Training is given the list (``dataset.kept.excluded``) and refuses a set that has any of them.
"""

from sqlalchemy import Connection, insert, select, update

from cleardance.clearance.notices import steps
from cleardance.clearance.service import Service
from cleardance.dataset import kept
from cleardance.dataset.manifest import read_manifest
from cleardance.dataset.searching import samples_of
from cleardance.ledger.entry import EntryKind, digest, personal
from cleardance.ledger.log import append
from cleardance.rights.notices.filing import FiledNotice
from cleardance.rights.notices.form import Demand
from cleardance.rights.snapshot import works_alone
from cleardance.store.tables import StepState, excluded_sample, notice, trained_model, utc_now


def exclude_samples(service: Service, filed: FiledNotice) -> None:
    """Exclude the samples of every set that was trained on here, set by set, each once."""
    known = {one.digest: one for one in kept.sets(service.store)}
    with service.store.begin() as session:
        steps.plan(session, filed.id, Demand.EXCLUDE_FROM_TRAINING, list(known))
        planned = steps.steps_of(session, filed.id, Demand.EXCLUDE_FROM_TRAINING)
    registry = works_alone(service.store, filed.works)
    for row in planned:
        if row.state is StepState.PENDING and row.subject != steps.WHOLE:
            one = known[row.subject]
            found = samples_of(read_manifest(one.manifest), one.folder, registry)
            with service.store.begin() as session:
                _keep(session, filed.id, one.digest, found)
                steps.finish(session, filed.id, Demand.EXCLUDE_FROM_TRAINING, [one.digest])


def samples_touched(service: Service, works: tuple[str, ...]) -> int:
    """Return how many samples of all sets show some works: a number for the plan."""
    registry = works_alone(service.store, works)
    sets = kept.sets(service.store)
    return sum(len(samples_of(read_manifest(s.manifest), s.folder, registry)) for s in sets)


def readmit_samples(
    service: Service, notice_id: str, left: tuple[str, ...] = (), *, by: str, why: str
) -> int:
    """Let samples in again that a notice took out; return how many. Others' exclusions stay.

    ``left`` are the works that the notice still concerns: samples that touch these stay out.
    """
    kept_out = _touching(service, left) if left else {}
    of_notice = (excluded_sample.c.notice_id == notice_id) & excluded_sample.c.lifted_at.is_(None)
    with service.store.begin() as session:
        rows = session.execute(
            select(excluded_sample.c.training_set, excluded_sample.c.sample).where(of_notice)
        ).all()
        freed = [row for row in rows if row.sample not in kept_out.get(row.training_set, ())]
        for row in freed:
            one = of_notice & (excluded_sample.c.training_set == row.training_set)
            one &= excluded_sample.c.sample == row.sample
            session.execute(update(excluded_sample).where(one).values(lifted_at=utc_now()))
        if not left:
            done = steps.steps_of(session, notice_id, Demand.EXCLUDE_FROM_TRAINING)
            subjects = [row.subject for row in done if row.subject != steps.WHOLE]
            steps.undo(session, notice_id, Demand.EXCLUDE_FROM_TRAINING, subjects)
        if freed:
            salt = session.scalar(select(notice.c.salt).where(notice.c.id == notice_id)) or b""
            body = {"notice": notice_id, "samples": len(freed), "by": personal(by, salt)}
            append(session, EntryKind.READMITTED, None, body | {"why": personal(why, salt)})
    return len(freed)


def _touching(service: Service, works: tuple[str, ...]) -> dict[str, set[str]]:
    """Return, by training set, which samples show some works."""
    registry = works_alone(service.store, works)
    return {
        one.digest: set(samples_of(read_manifest(one.manifest), one.folder, registry))
        for one in kept.sets(service.store)
    }


def _keep(session: Connection, notice_id: str, set_digest: str, found: dict[str, str]) -> None:
    of_set = {"notice_id": notice_id, "training_set": set_digest, "at": utc_now()}
    rows = [of_set | {"sample": sample, "why": why} for sample, why in found.items()]
    if rows:
        session.execute(insert(excluded_sample), rows)
    trained = select(trained_model.c.id).where(trained_model.c.training_set == set_digest)
    body = {
        "notice": notice_id,
        "training_set": set_digest,
        "samples": len(found),
        "list": digest(sorted(found)),
        "models": sorted(session.scalars(trained)) if found else [],
    }
    append(session, EntryKind.EXCLUDED, None, body)
