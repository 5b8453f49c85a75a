"""What was kept of outputs, read from the store for many tasks at once."""

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import Connection, select

from cleardance.screen.kept import READ_LATER
from cleardance.screen.matching import KeptOutputs, KeptSignal
from cleardance.store.batches import batches
from cleardance.store.tables import output_signal


def read_kept(session: Connection, task_ids: Sequence[str]) -> KeptOutputs:
    """Return what was kept of some tasks' outputs; their full pictures are read when asked for."""
    by_kind: dict[str, list[tuple[str, KeptSignal]]] = {}
    for task_id, one in _read(session, task_ids, later=False):
        by_kind.setdefault(one.kind, []).append((task_id, one))
    return KeptOutputs(by_kind, lambda tasks: _read(session, tasks, later=True))


def _read(
    session: Connection, task_ids: Collection[str], *, later: bool
) -> Iterator[tuple[str, KeptSignal]]:
    # Not by the index of kinds: that would walk through every picture there is, for each batch.
    kind = output_signal.c.kind.concat("")
    fields = (output_signal.c[name] for name in ("task_id", "kind", "time_s", "value"))
    query = select(*fields).where(kind.in_(READ_LATER) if later else kind.not_in(READ_LATER))
    in_order = query.order_by(output_signal.c.task_id, output_signal.c.id)
    for ids in batches(sorted(task_ids)):
        rows = session.execute(in_order.where(output_signal.c.task_id.in_(ids))).all()
        for task_id, name, time_s, value in rows:
            yield task_id, KeptSignal(name, time_s or 0.0, value)
