"""The steps of executing a notice: rows written down before anything is done, each done once.

A step's effect and its mark are committed together, so that a process killed at any moment leaves
each step either done or still to do.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, func, insert, select, update

from cleardance.store.tables import StepState, enforcement, utc_now

SEARCH: Final = "search"
"""What is done before any demand: looking for every instance. The other names are demands'."""

WHOLE: Final = ""
"""The subject of the row that says whether a whole demand is done."""


class StepRow(NamedTuple):
    """One step: about what, where it stands, what undoing it brings back, its document."""

    subject: str
    state: StepState
    before: Any
    blob: str | None


def plan(
    session: Connection, notice_id: str, demand: str, subjects: Mapping[str, Any] | Iterable[str]
) -> None:
    """Write steps down; those that are written down already stay as they are."""
    wanted = subjects if isinstance(subjects, Mapping) else dict.fromkeys(subjects)
    known = {row.subject for row in steps_of(session, notice_id, demand)}
    rows = [
        {"subject": subject, "before": before}
        for subject, before in wanted.items()
        if subject not in known
    ]
    stamp = {"notice_id": notice_id, "demand": demand, "state": StepState.PENDING}
    if rows:
        session.execute(insert(enforcement), [row | stamp for row in rows])


def steps_of(session: Connection, notice_id: str, demand: str) -> list[StepRow]:
    """Return the steps of a demand, in order of their subjects."""
    return _rows(session, notice_id, demand)


def pending(session: Connection, notice_id: str, demand: str, at_most: int) -> list[StepRow]:
    """Return steps of single subjects that are still to do."""
    open_ = (enforcement.c.state == StepState.PENDING) & (enforcement.c.subject != WHOLE)
    return _rows(session, notice_id, demand, open_, limit=at_most)


def is_done(session: Connection, notice_id: str, demand: str) -> bool:
    """Tell whether a whole demand is done."""
    whole = _rows(session, notice_id, demand, enforcement.c.subject == WHOLE)
    return bool(whole) and whole[0].state is StepState.DONE


def of_others(session: Connection, notice_id: str, demand: str, subject: str) -> dict[str, Any]:
    """Return what undoing the same step brings back, by the other notices that it is done for.

    Those executed first come first.
    """
    on = enforcement.c
    same = (on.demand == demand) & (on.subject == subject) & (on.state == StepState.DONE)
    query = select(on.notice_id, on.before).where(same, on.notice_id != notice_id)
    rows = session.execute(query.order_by(on.done_at, on.notice_id))
    return {row.notice_id: row.before for row in rows}


def bring_back(session: Connection, notice_id: str, demand: str, subject: str, before: Any) -> None:
    """Change what undoing a step brings back."""
    of_demand = (enforcement.c.notice_id == notice_id) & (enforcement.c.demand == demand)
    one = update(enforcement).where(of_demand, enforcement.c.subject == subject)
    session.execute(one.values(before=before))


def finish(
    session: Connection,
    notice_id: str,
    demand: str,
    subjects: Iterable[str] = (WHOLE,),
    **values: Any,
) -> None:
    """Mark steps done, in the transaction of what was done. ``values`` are other columns."""
    _mark(session, notice_id, demand, subjects, StepState.DONE, done_at=utc_now(), **values)


def undo(session: Connection, notice_id: str, demand: str, subjects: Iterable[str]) -> None:
    """Mark steps undone, in the transaction of what was undone."""
    _mark(session, notice_id, demand, subjects, StepState.UNDONE, undone_at=utc_now())


def count_done(session: Connection, notice_id: str) -> dict[str, int]:
    """Return how many single steps of each demand are done."""
    columns = enforcement.c.demand, func.count()
    done = (enforcement.c.state == StepState.DONE) & (enforcement.c.subject != WHOLE)
    of_notice = select(*columns).where(enforcement.c.notice_id == notice_id, done)
    return {row[0]: int(row[1]) for row in session.execute(of_notice.group_by(columns[0]))}


def _mark(
    session: Connection,
    notice_id: str,
    demand: str,
    subjects: Iterable[str],
    state: StepState,
    **values: Any,
) -> None:
    of_demand = (enforcement.c.notice_id == notice_id) & (enforcement.c.demand == demand)
    for subject in subjects:
        one = update(enforcement).where(of_demand, enforcement.c.subject == subject)
        session.execute(one.values(state=state, **values))


def _rows(
    session: Connection, notice_id: str, demand: str, *where: Any, limit: int | None = None
) -> list[StepRow]:
    columns = (enforcement.c[name] for name in StepRow._fields)
    of_demand = (enforcement.c.notice_id == notice_id) & (enforcement.c.demand == demand)
    query = select(*columns).where(of_demand, *where).order_by(enforcement.c.subject)
    return [
        StepRow(row.subject, StepState(row.state), row.before, row.blob)
        for row in session.execute(query.limit(limit))
    ]
