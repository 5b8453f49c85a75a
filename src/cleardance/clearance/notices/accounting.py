"""Accounting: every past task that touches some works, whenever those were registered.

Prompts are screened again and what was kept of outputs is compared again, with these works alone;
outputs, accounts and hashtags that a notice locates are added. A task whose personal data were
erased has no prompt left; its output is still compared. A long past is searched by a process on
each core.
"""

import os
from collections.abc import Collection, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import pairwise
from multiprocessing import get_context
from typing import Final

from sqlalchemy import Connection, func, select

from cleardance.clearance.mortality import die_with
from cleardance.clearance.notices.searching import Instance, Part, Searched, Span, search
from cleardance.clearance.service import Service
from cleardance.rights.notices.form import Located
from cleardance.rights.snapshot import works_alone
from cleardance.settings import Settings
from cleardance.store import open_store
from cleardance.store.batches import batches
from cleardance.store.tables import TaskStatus, ledger_entry, task

_ALONE: Final = 10_000  # tasks that one process searches sooner than two are started


@dataclass(frozen=True)
class Accounting:
    """Every instance found, of which works, at which revision, and in how much."""

    works: tuple[str, ...]
    registry_revision: int
    instances: tuple[Instance, ...]
    searched: Searched = field(default_factory=Searched)


@dataclass(frozen=True)
class Plan:
    """What executing a notice would touch: numbers, before anything is done."""

    remove: int
    accounts: int
    keys: int
    in_flight: int
    samples: int


IN_FLIGHT: Final = (TaskStatus.QUEUED, TaskStatus.RUNNING, TaskStatus.HELD)


def plan_of(accounting: Accounting, samples: int = 0) -> Plan:
    """Return how many outputs would be removed, whose, and how many tasks stopped on their way.

    ``samples`` is how many would be taken out of training; keys are those that made what would be
    removed. What a licence covered is left out: it was allowed when it was made.
    """
    touched = [one for one in accounting.instances if not one.is_licensed]
    return Plan(
        remove=sum(map(_is_out, touched)),
        accounts=len({one.account_id for one in touched}),
        keys=len({one.key_id for one in touched if one.key_id and _is_out(one)}),
        in_flight=sum(one.status in IN_FLIGHT for one in touched),
        samples=samples,
    )


def _is_out(one: Instance) -> bool:
    return one.status is TaskStatus.RELEASED


def account_for(
    service: Service, works: Collection[str], located: Sequence[Located] = ()
) -> Accounting:
    """Return every task of the past, whatever became of it, that touches ``works`` (their ids)."""
    known = works_alone(service.store, works).works
    spans = _spans(service, len(os.sched_getaffinity(0)))
    parts = (
        [search(service, works, located, Span())]
        if len(spans) == 1
        else _search_at_once(service.settings, works, located, spans)
    )
    with service.store.read() as session:
        instances = _with_entries(session, [one for part in parts for one in part.instances])
    return Accounting(
        tuple(sorted(known)),
        min(part.registry_revision for part in parts),
        tuple(instances),
        Searched.total(part.searched for part in parts),
    )


def _spans(service: Service, most: int) -> list[Span]:
    """Return up to ``most`` spans of as many tasks each; one of a past that is not long."""
    with service.store.read() as session:
        count = session.scalar(select(func.count()).select_from(task)) or 0
        number = max(1, min(most, count // _ALONE))
        ids = select(task.c.id).order_by(task.c.id).limit(1)
        cuts = [session.scalar(ids.offset(count * n // number)) for n in range(1, number)]
    return [Span(after or "", until) for after, until in pairwise(["", *cuts, None])]


def _search_at_once(
    settings: Settings, works: Collection[str], located: Sequence[Located], spans: Sequence[Span]
) -> list[Part]:
    with ProcessPoolExecutor(
        len(spans), get_context("spawn"), initializer=die_with, initargs=(os.getpid(),)
    ) as pool:
        passes = [pool.submit(_search_alone, settings, works, located, span) for span in spans]
        return [one.result() for one in passes]


def _search_alone(
    settings: Settings, works: Collection[str], located: Sequence[Located], span: Span
) -> Part:
    with open_store(settings) as store:
        return search(Service(settings, store), works, located, span)


def _with_entries(session: Connection, instances: Sequence[Instance]) -> list[Instance]:
    """Return the instances with their ledger entries, asked for many at a time."""
    found: dict[str, list[int]] = {}
    columns = ledger_entry.c.task_id, ledger_entry.c.index
    for ids in batches([one.task_id for one in instances]):
        query = select(*columns).where(columns[0].in_(ids)).order_by(columns[1])
        for task_id, index in session.execute(query):
            found.setdefault(task_id or "", []).append(index)
    return [replace(one, entries=tuple(found.get(one.task_id, ()))) for one in instances]
