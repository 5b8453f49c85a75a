"""The registered pictures in memory: one large index, and a small one of what changed since.

Building the large one takes its time; the works changed since are few. So a work registered now is
found by the next request, and nothing is built again while requests wait.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence, Set
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, Select, func, select

from cleardance.store import Store
from cleardance.store.batches import batches
from cleardance.store.tables import reference_signal, work, work_reference

if TYPE_CHECKING:  # a refused prompt needs no pictures
    from cleardance.match.picture_index import PictureHit, PictureIndex
    from cleardance.media import Frame


class PictureOwner(NamedTuple):
    """Whose a registered picture is: its work, the digest of its reference, when it is shown."""

    work_id: str
    reference: str
    time_s: float


class _Layer(NamedTuple):
    pictures: "PictureIndex"
    owners: tuple[PictureOwner, ...]


class _Loaded(NamedTuple):
    """All pictures at ``revision``; those of works ``changed`` since are in ``fresh`` instead."""

    revision: int
    base: _Layer
    changed: frozenset[str]
    fresh: _Layer


Find = Callable[["PictureIndex"], list["PictureHit"]]


class Pictures:
    """The pictures of a registry snapshot, read from the store when the first frame is compared.

    They are never older than the snapshot; if the registry has moved on meanwhile they may be
    newer, and the caller knows the snapshot's works. With ``works``, a few, there are no others.
    """

    def __init__(
        self,
        store: Store,
        before: "Pictures | None" = None,
        works: Collection[str] | None = None,
    ) -> None:
        self._store = store
        self._works = works
        self._loaded: _Loaded | None = None
        self._earlier: _Loaded | None = None
        if before is not None:
            self._earlier = before._loaded or before._earlier
        self._loading = Lock()

    def find(self, find: Find) -> list[tuple["PictureHit", PictureOwner]]:
        """Ask both indexes; return what they found and whose it is."""
        loaded = self._load()
        old = [
            (hit, owner)
            for hit in find(loaded.base.pictures)
            if (owner := loaded.base.owners[hit.picture]).work_id not in loaded.changed
        ]
        new = [(hit, loaded.fresh.owners[hit.picture]) for hit in find(loaded.fresh.pictures)]
        return old + new

    def indexes(self) -> "tuple[PictureIndex, PictureIndex]":
        """Return both indexes: what is found in them may be of works that have changed since."""
        loaded = self._load()
        return loaded.base.pictures, loaded.fresh.pictures

    def owners(self) -> list[PictureOwner]:
        """Return whose each picture is."""
        loaded = self._load()
        old = [owner for owner in loaded.base.owners if owner.work_id not in loaded.changed]
        return [*old, *loaded.fresh.owners]

    def frames_of(self, reference: str, times_s: Set[float]) -> Iterator[tuple[float, "Frame"]]:
        """Yield (time in s, RGB frame) of a reference at the times it was looked at.

        Raises BlobDamaged, UnreadableMedia, MediaTooLarge.
        """
        from cleardance.media import probe
        from cleardance.rights.references import picture_frames

        path = self._store.blobs.path(reference)
        kept = {round(time_s, 3): time_s for time_s in times_s}
        for time_s, frame in picture_frames(path, probe(path).kind):
            if round(time_s, 3) in kept:
                yield kept[round(time_s, 3)], frame

    def __len__(self) -> int:
        """Return the number of pictures."""
        return len(self.owners())

    def _load(self) -> _Loaded:
        with self._loading:
            if self._loaded is None:
                earlier, self._earlier = self._earlier, None
                with self._store.read() as connection:
                    self._loaded = _since(connection, earlier) if earlier else self._all(connection)
            return self._loaded

    def _all(self, connection: Connection) -> _Loaded:
        revision = connection.scalar(select(func.max(work.c.revision))) or 0
        if self._works is not None:
            few = _layer(_rows_of(connection, sorted(self._works)))
            return _Loaded(revision, few, frozenset(), _layer([]))
        cache = self._store.home.cache / "pictures.index"
        base = _layer(connection.execute(_rows()), cache)
        return _Loaded(revision, base, frozenset(), _layer([]))


def _since(connection: Connection, earlier: _Loaded) -> _Loaded:
    moved = connection.scalars(select(work.c.id).where(work.c.revision > earlier.revision))
    changed = sorted(moved)
    fresh = _layer(_rows_of(connection, changed))
    return earlier._replace(changed=frozenset(changed), fresh=fresh)


def _rows_of(connection: Connection, works: Sequence[str]) -> Iterator[Sequence[Any]]:
    for some in batches(works):
        yield from connection.execute(_rows().where(work_reference.c.work_id.in_(some)))


def _rows() -> Select[str, str, bytes]:
    return (
        select(work_reference.c.work_id, work_reference.c.blob, reference_signal.c.value)
        .join(work_reference, work_reference.c.id == reference_signal.c.reference_id)
        .where(reference_signal.c.kind == "picture")
        .order_by(reference_signal.c.id)
    )


def _layer(rows: Iterable[Sequence[Any]], cache: Path | None = None) -> _Layer:
    from cleardance.match.picture import Look
    from cleardance.match.picture_index import PictureIndex

    looks: list[Look] = []
    owners: list[PictureOwner] = []
    for work_id, blob, value in rows:
        looks.append(Look.unpack(value))
        owners.append(PictureOwner(work_id, blob, looks[-1].time_s))
    return _Layer(PictureIndex(looks, cache), tuple(owners))
