"""The registered pictures in memory: one large index, and a small one of what changed since.

Building the large one takes its time; the works changed since are few. So a work registered now is
found by the next request, and nothing is built again while requests wait.
"""

from collections.abc import Callable, Iterable, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, Select, select

from cleardance.store import Store
from cleardance.store.tables import reference_signal, work, work_reference

if TYPE_CHECKING:  # a refused prompt needs no pictures
    from cleardance.match.picture_index import PictureHit, PictureIndex

_ASKED_AT_ONCE = 500  # ids in one query


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
    newer, and the caller knows the snapshot's works.
    """

    def __init__(self, store: Store, before: "Pictures | None" = None) -> None:
        self._store = store
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

    def __len__(self) -> int:
        """Return the number of pictures."""
        loaded = self._load()
        stays = sum(owner.work_id not in loaded.changed for owner in loaded.base.owners)
        return stays + len(loaded.fresh.owners)

    def _load(self) -> _Loaded:
        with self._loading:
            if self._loaded is None:
                earlier, self._earlier = self._earlier, None
                with self._store.read() as connection:
                    self._loaded = _since(connection, earlier) if earlier else _all(connection)
            return self._loaded


def _all(connection: Connection) -> _Loaded:
    revision = max(connection.scalars(select(work.c.revision)), default=0)
    return _Loaded(revision, _layer(connection.execute(_rows())), frozenset(), _layer([]))


def _since(connection: Connection, earlier: _Loaded) -> _Loaded:
    moved = connection.scalars(select(work.c.id).where(work.c.revision > earlier.revision))
    changed = sorted(moved)
    rows = [
        row
        for start in range(0, len(changed), _ASKED_AT_ONCE)
        for row in connection.execute(
            _rows().where(work_reference.c.work_id.in_(changed[start : start + _ASKED_AT_ONCE]))
        )
    ]
    return earlier._replace(changed=frozenset(changed), fresh=_layer(rows))


def _rows() -> Select[str, str, bytes]:
    return (
        select(work_reference.c.work_id, work_reference.c.blob, reference_signal.c.value)
        .join(work_reference, work_reference.c.id == reference_signal.c.reference_id)
        .where(reference_signal.c.kind == "picture")
        .order_by(reference_signal.c.id)
    )


def _layer(rows: Iterable[Sequence[Any]]) -> _Layer:
    from cleardance.match.picture import Look
    from cleardance.match.picture_index import PictureIndex

    looks: list[Look] = []
    owners: list[PictureOwner] = []
    for work_id, blob, value in rows:
        looks.append(Look.unpack(value))
        owners.append(PictureOwner(work_id, blob, looks[-1].time_s))
    return _Layer(PictureIndex(looks), tuple(owners))
