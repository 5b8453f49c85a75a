"""What was trained on here, kept so that a notice can be answered: sets, models, what is excluded.

A model is marked by what its set lists: there is no mark to forget, and lifting an exclusion takes
it away.
"""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, insert, select

from cleardance.dataset.manifest import Manifest
from cleardance.store import Store
from cleardance.store.tables import excluded_sample, trained_model, training_set, utc_now


@dataclass(frozen=True)
class KeptSet:
    """A training set by its digest: where it was drawn, and where its manifest is kept."""

    digest: str
    folder: Path
    manifest: Path


@dataclass(frozen=True)
class ShelvedSet:
    """A training set as operators list it: how many of its samples notices took out."""

    digest: str
    folder: str
    samples: int
    excluded: int
    models: int
    created_at: str


@dataclass(frozen=True)
class ExcludedSample:
    """A sample that may not be trained on: by which notice, since when, and why."""

    sample: str
    training_set: str
    notice_id: str
    why: str
    at: str


@dataclass(frozen=True)
class MarkedModel:
    """A model trained on samples that are excluded now, and what would clean it."""

    id: str
    run: str
    training_set: str
    excluded: int
    samples: int
    steps: int

    @property
    def cleaning(self) -> str:
        """What it would take. Nothing less is known to take a sample out of weights."""
        return (
            f"train {self.run} again from the beginning for {self.steps} steps, without "
            f"{self.excluded} of its {self.samples} samples"
        )


def keep_set(store: Store, manifest: Manifest, folder: Path) -> None:
    """Keep a manifest that something is about to be trained on; again, it changes nothing."""
    known = select(training_set.c.digest).where(training_set.c.digest == manifest.digest)
    blob = store.blobs.put_bytes(manifest.text.encode())
    with store.begin() as connection:
        if connection.scalar(known) is not None:
            return
        values = {
            "digest": manifest.digest,
            "manifest": blob,
            "folder": str(folder.absolute()),
            "samples": len(manifest.rows),
            "created_at": utc_now(),
        }
        connection.execute(insert(training_set).values(**values))


def keep_model(store: Store, model_id: str, taught: str, run: str, steps: int) -> None:
    """Keep that a model was trained on a set, ``taught``: both by their digests.

    A set that is not kept here was trained on elsewhere: then there is nothing to keep.
    """
    known = select(trained_model.c.id).where(trained_model.c.id == model_id)
    here = select(training_set.c.digest).where(training_set.c.digest == taught)
    values = {"id": model_id, "training_set": taught, "run": run, "steps": steps}
    with store.begin() as connection:
        if connection.scalar(known) is None and connection.scalar(here) is not None:
            connection.execute(insert(trained_model).values(**values, created_at=utc_now()))


def sets(store: Store) -> list[KeptSet]:
    """Return every set that was trained on here."""
    columns = (training_set.c[name] for name in ("digest", "folder", "manifest"))
    with store.read() as connection:
        rows = connection.execute(select(*columns).order_by(training_set.c.digest)).all()
    return [KeptSet(row[0], Path(row[1]), store.blobs.path(row[2])) for row in rows]


def shelf(connection: Connection) -> list[ShelvedSet]:
    """Return every set that was trained on here, the newest first, with what became of it."""
    on = training_set.c
    out = excluded_sample.c
    gone = select(func.count(out.sample.distinct())).where(
        out.training_set == on.digest, out.lifted_at.is_(None)
    )
    made = select(func.count()).where(trained_model.c.training_set == on.digest)
    columns = (on.digest, on.folder, on.samples, gone.scalar_subquery(), made.scalar_subquery())
    query = select(*columns, on.created_at).order_by(on.created_at.desc(), on.digest)
    return [ShelvedSet(*row) for row in connection.execute(query)]


def exclusions(connection: Connection, most: int) -> list[ExcludedSample]:
    """Return what notices took out and did not let in again, the newest first."""
    out = excluded_sample.c
    query = select(out.sample, out.training_set, out.notice_id, out.why, out.at)
    in_force = query.where(out.lifted_at.is_(None)).order_by(out.at.desc(), out.sample)
    return [ExcludedSample(*row) for row in connection.execute(in_force.limit(most))]


def excluded(store: Store) -> frozenset[str]:
    """Return the digests of all samples that notices took out: nothing may be trained on them."""
    in_force = excluded_sample.c.lifted_at.is_(None)
    with store.read() as connection:
        return frozenset(connection.scalars(select(excluded_sample.c.sample).where(in_force)))


def marked(connection: Connection) -> list[MarkedModel]:
    """Return the models trained on samples that are excluded now."""
    of_set = excluded_sample.c.training_set == trained_model.c.training_set
    query = (
        select(
            trained_model, training_set.c.samples, func.count(excluded_sample.c.sample.distinct())
        )
        .join(training_set, training_set.c.digest == trained_model.c.training_set)
        .join(excluded_sample, of_set & excluded_sample.c.lifted_at.is_(None))
        .group_by(*trained_model.c, training_set.c.samples)
        .order_by(trained_model.c.id)
    )
    return [
        MarkedModel(row[0], row[2], row[1], excluded=row[6], samples=row[5], steps=row[3])
        for row in connection.execute(query)
    ]
