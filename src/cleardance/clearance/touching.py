"""What was made that touches some works: counted, and case by case, as their owners may see it.

Cases are what verdicts found when something was asked for. Works registered later touch more:
``notices.accounting`` compares everything again. Owners see the words and moments that matched,
never a whole prompt, and accounts only by pseudonyms of their own.
"""

import secrets
from collections.abc import Collection, Container, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, func, select

from cleardance.clearance.notices.reporting.pseudonyms import Pseudonyms
from cleardance.errors import NotFound
from cleardance.screen.thumbnails import shown_in
from cleardance.store.batches import batches
from cleardance.store.tables import TaskStatus, account, removal, task, verdict, verdict_work
from cleardance.verdict import Finding, Verdict

PAGE: Final = 20


@dataclass(frozen=True)
class Touched:
    """How many requests touch a work, and what became of them."""

    cases: int = 0
    released: int = 0
    denied: int = 0
    held: int = 0

    def __add__(self, other: "Touched") -> "Touched":
        """Return the sums."""
        pairs = zip(vars(self).values(), vars(other).values(), strict=True)
        return Touched(*(a + b for a, b in pairs))


@dataclass(frozen=True)
class Case:
    """One request and what of the works was found in it; ``account`` is a pseudonym.

    ``status`` is ``removed`` where a notice took the output down.
    """

    task_id: str
    status: str
    asked_at: str
    account: str
    findings: tuple[Finding, ...]


def touched(session: Connection, works: Collection[str]) -> dict[str, Touched]:
    """Return how much touches each of these works; those that nothing touches are left out."""
    query = _of(verdict_work.c.work_id, task.c.status, func.count(task.c.id.distinct())).group_by(
        verdict_work.c.work_id, task.c.status
    )
    found: dict[str, Touched] = {}
    for some in batches(list(works)):
        for work_id, status, number in session.execute(query.where(_named(some))):
            found[work_id] = found.get(work_id, Touched()) + _counted(status, number)
    return found


def touched_in_all(session: Connection, works: Container[str] | None) -> Touched:
    """Return how much touches any of these works (None: any at all), each request counted once."""
    query = _of(verdict_work.c.work_id, task.c.id, task.c.status)
    asked = {
        task_id: status
        for work_id, task_id, status in session.execute(query)
        if works is None or work_id in works
    }
    return sum((_counted(status, 1) for status in asked.values()), Touched())


def cases(
    session: Connection, works: Collection[str], viewer: str, *, before: str | None = None
) -> tuple[list[Case], str | None]:
    """Return a page of the cases that touch works, newest first, and the id to go on before.

    ``viewer`` is the id of the account that sees them: pseudonyms are its own, and the same
    throughout.
    """
    query = _of(task.c.id).distinct().order_by(task.c.id.desc()).limit(PAGE + 1)
    if before is not None:
        query = query.where(task.c.id < before)
    ids: set[str] = set()
    for some in batches(list(works)):
        ids.update(session.scalars(query.where(_named(some))))
    chosen = sorted(ids, reverse=True)[: PAGE + 1]
    salt = session.scalar(select(account.c.salt).where(account.c.id == viewer))
    names = Pseudonyms(salt or secrets.token_bytes(32))
    page = _cases(session, chosen[:PAGE], works, names)
    return page, chosen[PAGE - 1] if len(chosen) > PAGE else None


def check_cited(session: Connection, task_id: str, digest: str, works: Collection[str]) -> None:
    """Raise NotFound unless a finding of one of these works in a task cites this picture."""
    findings = _findings(session, [task_id], works).get(task_id, ())
    if digest not in shown_in(findings):
        raise NotFound("No finding of these works cites such a picture.")


def _counted(status: str, number: int) -> Touched:
    return Touched(
        cases=number,
        released=number * (status == TaskStatus.RELEASED),
        denied=number * (status == TaskStatus.DENIED),
        held=number * (status == TaskStatus.HELD),
    )


def _of(*columns: Any) -> Select[*tuple[Any, ...]]:
    """Select of what verdicts found in which tasks."""
    joined = verdict_work.join(verdict, verdict.c.id == verdict_work.c.verdict_id)
    return select(*columns).select_from(joined.join(task, task.c.id == verdict.c.task_id))


def _named(works: Sequence[str]) -> ColumnElement[bool]:
    return verdict_work.c.work_id.in_(works)


def _cases(
    session: Connection, ids: Sequence[str], works: Collection[str], names: Pseudonyms
) -> list[Case]:
    columns = (task.c.id, task.c.status, task.c.created_at, account.c.id.label("account"))
    query = select(*columns).join(account, account.c.id == task.c.account_id)
    down = set(
        session.scalars(
            select(removal.c.task_id).where(
                removal.c.task_id.in_(ids), removal.c.lifted_at.is_(None)
            )
        )
    )
    findings = _findings(session, ids, works)
    rows = session.execute(query.where(task.c.id.in_(ids)).order_by(task.c.id.desc()))
    return [
        Case(
            row.id,
            "removed" if row.id in down else row.status,
            row.created_at,
            names.of("account", row.account),
            findings.get(row.id, ()),
        )
        for row in rows
    ]


def _findings(
    session: Connection, ids: Sequence[str], works: Collection[str]
) -> dict[str, tuple[Finding, ...]]:
    """Return what was found of works in each task, by its newest verdict of each stage."""
    at = verdict.c
    query = select(at.task_id, at.stage, at.body).where(at.task_id.in_(ids)).order_by(at.number)
    newest = {(row.task_id, row.stage): row.body for row in session.execute(query)}
    found: dict[str, tuple[Finding, ...]] = {}
    for (task_id, _), body in sorted(newest.items()):
        own = tuple(f for f in Verdict.model_validate(body).findings if f.work.id in works)
        found[task_id] = found.get(task_id, ()) + own
    return found
