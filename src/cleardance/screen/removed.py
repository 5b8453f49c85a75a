"""Looking for outputs that a notice removed: what was taken down stays down, whoever brings it.

They are compared by the signals that were kept of them, like registered pictures. A part counts
only if it fills most of the frame: outputs of one model share backgrounds and figures.
"""

from collections.abc import Iterator, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import Connection, func, select

from cleardance.match.pdq import BITS
from cleardance.match.removed import PART, REMOVED_SIGNAL
from cleardance.rights.snapshot import RegistrySnapshot, WorkFacts
from cleardance.screen.deciding import Match
from cleardance.screen.matching import Found, SampledFrame
from cleardance.store import Store
from cleardance.store.tables import output_signal, removal
from cleardance.verdict import Evidence

if TYPE_CHECKING:  # a refused prompt needs no pictures
    from cleardance.match.geometry import Box
    from cleardance.match.picture_index import PictureIndex

_KIND: Final = "picture"
_LEAST_SHARE: Final = 0.5
_IN_FORCE = removal.c.lifted_at.is_(None)


class _Layer(NamedTuple):
    state: tuple[int, int]
    pictures: "PictureIndex"
    outputs: tuple[WorkFacts, ...]  # whose each picture is


class RemovedMatcher:
    """Compares frames with all outputs whose removal is in force, as the database has it now."""

    signal: Final = REMOVED_SIGNAL.name

    def __init__(self, store: Store) -> None:
        self._store = store
        self._layer: _Layer | None = None
        self._loading = Lock()

    def is_needed(self, registry: RegistrySnapshot) -> bool:
        """If anything is removed."""
        with self._store.read() as connection:
            return _state(connection)[0] > 0

    def find(self, frames: Sequence[SampledFrame], registry: RegistrySnapshot) -> Found:
        """Return the removed outputs that frames show, each once, where it is nearest."""
        layer = self._load()
        if not layer.outputs:
            return Found()
        looks = [frame.look for frame in frames]
        hits = [(hit, hit.distance / BITS) for hit in layer.pictures.find_hashes(looks)]
        local = layer.pictures.find_local(looks)
        hits += [(hit, PART) for hit in local if _area(hit.box) >= _LEAST_SHARE]
        nearest: dict[str, Match] = {}
        for hit, distance in sorted(hits, key=lambda one: (one[1], one[0].query)):
            output = layer.outputs[hit.picture]
            evidence = Evidence(time_s=frames[hit.query].time_s, box=hit.box)
            nearest.setdefault(output.id, match_of(output, distance, evidence))
        return Found(tuple(nearest.values()))

    def _load(self) -> _Layer:
        from cleardance.match.picture import Look
        from cleardance.match.picture_index import PictureIndex

        with self._loading, self._store.read() as connection:
            state = _state(connection)
            if self._layer is None or self._layer.state != state:
                rows = list(_rows(connection))
                pictures = PictureIndex([Look.unpack(value) for _, value in rows])
                self._layer = _Layer(state, pictures, tuple(output for output, _ in rows))
            return self._layer


def output_facts(task_id: str, notice_id: str) -> WorkFacts:
    """Return a removed output as what a finding points at; it is no work of the registry."""
    name = f"output {task_id}, which notice {notice_id} removed"
    return WorkFacts(f"removed/{task_id}", name, "removed output", None, "deny", False, None)


def match_of(output: WorkFacts, distance: float, evidence: Evidence) -> Match:
    """Return a match with a removed output."""
    return Match(
        signal=REMOVED_SIGNAL.name,
        work=output,
        distance=round(distance, 4),
        threshold=REMOVED_SIGNAL.ladder.rungs[-1].max_distance,
        scale=REMOVED_SIGNAL.max_distance,
        evidence=evidence,
    )


def _state(connection: Connection) -> tuple[int, int]:
    """Return what changes whenever a removal comes or goes."""
    query = select(func.count(), func.max(removal.c.revision)).where(_IN_FORCE)
    count, revision = connection.execute(query).one()
    return int(count), int(revision or 0)


def _rows(connection: Connection) -> Iterator[tuple[WorkFacts, bytes]]:
    of_task = output_signal.c.task_id == removal.c.task_id
    query = (
        select(removal.c.task_id, func.min(removal.c.notice_id), output_signal.c.value)
        .join(output_signal, of_task & (output_signal.c.kind == _KIND))
        .where(_IN_FORCE)
        .group_by(removal.c.task_id, output_signal.c.id, output_signal.c.value)
        .order_by(output_signal.c.id)
    )
    for task_id, notice_id, value in connection.execute(query):
        yield output_facts(task_id, str(notice_id)), value


def _area(box: "Box") -> float:
    left, top, right, bottom = box
    return max(0.0, right - left) * max(0.0, bottom - top)
