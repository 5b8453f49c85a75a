"""Signals of registered sounds, faces and voices, read when something is first compared to them."""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import func, select, true

from cleardance.store import Store
from cleardance.store.tables import reference_signal, work_reference

_Index = TypeVar("_Index")


class SignalOwner(NamedTuple):
    """Whose a signal is: its work, and the digest of the reference it was made of."""

    work_id: str
    reference: str


class KnownSignals:
    """The signals of a registry snapshot, kind by kind.

    How many there are of each kind is read at once, the signals when first asked for. If the
    registry has moved on meanwhile they may be newer than the snapshot: screening then runs again.
    With ``works``, a few, there is nothing but theirs.
    """

    def __init__(self, store: Store, works: Collection[str] | None = None) -> None:
        self._store = store
        self._wanted = true() if works is None else work_reference.c.work_id.in_(works)
        kinds = (
            select(reference_signal.c.kind, func.count())
            .join(work_reference, work_reference.c.id == reference_signal.c.reference_id)
            .where(self._wanted)
            .group_by(reference_signal.c.kind)
        )
        with store.read() as connection:
            self._counts = {row[0]: int(row[1]) for row in connection.execute(kinds)}
        self._built: dict[str, tuple[Any, tuple[SignalOwner, ...]]] = {}
        self._building = Lock()

    def count(self, kind: str) -> int:
        """Return how many signals of a kind were registered when the snapshot was taken."""
        return self._counts.get(kind, 0)

    def index(
        self, kind: str, build: Callable[[Sequence[bytes]], _Index]
    ) -> tuple[_Index, tuple[SignalOwner, ...]]:
        """Return ``build`` of all signals of ``kind``, made once, and whose each of them is."""
        with self._building:
            if kind not in self._built:
                rows = self._read(kind)
                owners = tuple(SignalOwner(work_id, blob) for work_id, blob, _ in rows)
                self._built[kind] = build([value for _, _, value in rows]), owners
            index, owners = self._built[kind]
            return index, owners

    def file_of(self, reference: str) -> Path:
        """Return where the file of a registered reference is; raises BlobDamaged if it is gone."""
        return self._store.blobs.path(reference)

    def _read(self, kind: str) -> Sequence[tuple[str, str, bytes]]:
        rows = (
            select(work_reference.c.work_id, work_reference.c.blob, reference_signal.c.value)
            .join(work_reference, work_reference.c.id == reference_signal.c.reference_id)
            .where(reference_signal.c.kind == kind, self._wanted)
            .order_by(reference_signal.c.id)
        )
        with self._store.read() as connection:
            return [(row[0], row[1], row[2]) for row in connection.execute(rows)]
