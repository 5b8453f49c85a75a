"""Executing a notice: what it demands, done in one command, each step once, whatever kills it.

The order is that of no way round: first the works are refused everywhere, so that nothing new can
come; then every instance is looked for and written down; then outputs are removed, keys revoked,
samples excluded; and last everything is accounted for, with what was done.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select, update

from cleardance.clearance.notices import steps
from cleardance.clearance.notices.accounting import IN_FLIGHT, Instance, account_for
from cleardance.clearance.notices.ceasing import POLICIES, refuse_works
from cleardance.clearance.notices.removing import remove_outputs
from cleardance.clearance.service import Service
from cleardance.errors import NoticeError
from cleardance.ledger.entry import EntryKind, personal
from cleardance.ledger.log import append
from cleardance.rights.notices import filing
from cleardance.rights.notices.filing import FiledNotice
from cleardance.rights.notices.form import Demand
from cleardance.store.tables import NoticeStatus, TaskStatus, notice, utc_now

_CAN_BE_EXECUTED: Final = (NoticeStatus.ACCEPTED, NoticeStatus.EXECUTING)


@dataclass(frozen=True)
class Execution:
    """What became of a notice: how many steps of each demand are done."""

    notice_id: str
    status: NoticeStatus
    done: dict[str, int]


def execute(service: Service, notice_id: str, *, by: str) -> Execution:
    """Do what a notice demands, or what is left of it; again, it changes nothing.

    ``by`` is the name of the account that decides so; it is logged as a commitment. Raises
    NotFound, NoticeError for a notice that is incomplete, held, rejected or withdrawn, and TaskBusy
    while another process executes it.
    """
    with service.store.lock(notice_id):
        if filing.find(service.store, notice_id).status is not NoticeStatus.EXECUTED:
            filed = _begin(service, notice_id, by)
            for step in _STEPS:
                step(service, filed)
            _end(service, filed)
    return execution_of(service, notice_id)


def execution_of(service: Service, notice_id: str) -> Execution:
    """Return how far a notice has been executed. Raises NotFound."""
    status = filing.find(service.store, notice_id).status
    with service.store.read() as session:
        return Execution(notice_id, status, steps.count_done(session, notice_id))


def _begin(service: Service, notice_id: str, by: str) -> FiledNotice:
    with service.store.begin() as session:
        filed = filing.load(session, notice_id)
        if filed.status not in _CAN_BE_EXECUTED:
            raise NoticeError(
                f"Notice {notice_id} is {filed.status}: only one that was accepted is executed.",
                hint="cleardance notice show says what it lacks, or why a person must decide.",
            )
        if filed.status is NoticeStatus.ACCEPTED:
            _set_status(session, notice_id, NoticeStatus.EXECUTING)
            for demand in (steps.SEARCH, *filed.form.demands):
                steps.plan(session, notice_id, demand, [steps.WHOLE])
            if Demand.CEASE in filed.form.demands:
                steps.plan(session, notice_id, Demand.CEASE, [POLICIES])
            body = {
                "notice": notice_id,
                "demands": [demand.value for demand in filed.form.demands],
                "by": personal(by, _salt(session, notice_id)),
            }
            append(session, EntryKind.NOTICE_EXECUTING, None, body)
    return filed


def _cease(service: Service, filed: FiledNotice) -> None:
    if Demand.CEASE in filed.form.demands:
        refuse_works(service, filed)


def _search(service: Service, filed: FiledNotice) -> None:
    """Find every instance, and write down once and for all what is to be done about each."""
    with service.store.read() as session:
        if steps.is_done(session, filed.id, steps.SEARCH):
            return
    found = account_for(service, filed.works, filed.form.located)
    touched = [one for one in found.instances if not one.is_licensed]
    document = {
        "registry_revision": found.registry_revision,
        "searched": vars(found.searched),
        "instances": [one.task_id for one in found.instances],
    }
    blob = service.store.blobs.put_bytes(json.dumps(document).encode())
    with service.store.begin() as session:
        for demand, subjects in _subjects(touched).items():
            if demand in filed.form.demands:
                steps.plan(session, filed.id, demand, subjects)
        steps.finish(session, filed.id, steps.SEARCH, blob=blob)


def _subjects(touched: list[Instance]) -> dict[Demand, list[str]]:
    released = [one.task_id for one in touched if one.status is TaskStatus.RELEASED]
    return {
        Demand.REMOVE: released,
        Demand.CEASE: [one.task_id for one in touched if one.status in IN_FLIGHT],
    }


def _stop(service: Service, filed: FiledNotice) -> None:
    _whole(service, filed, Demand.CEASE, remove_outputs)


def _remove(service: Service, filed: FiledNotice) -> None:
    _whole(service, filed, Demand.REMOVE, remove_outputs)


def _whole(
    service: Service,
    filed: FiledNotice,
    demand: Demand,
    do: Callable[[Service, FiledNotice, Demand], None],
) -> None:
    """Do a demand's single steps, if the notice makes it, and mark the whole of it done."""
    with service.store.read() as session:
        done = steps.is_done(session, filed.id, demand)
    if demand in filed.form.demands and not done:
        do(service, filed, demand)
        with service.store.begin() as session:
            steps.finish(session, filed.id, demand)


_STEPS: Final = (_cease, _search, _stop, _remove)


def _end(service: Service, filed: FiledNotice) -> None:
    with service.store.begin() as session:
        _set_status(session, filed.id, NoticeStatus.EXECUTED)
        body = {"notice": filed.id, "done": steps.count_done(session, filed.id)}
        append(session, EntryKind.NOTICE_EXECUTED, None, body)
    service.checkpoint()


def _set_status(session: Connection, notice_id: str, status: NoticeStatus) -> None:
    one = update(notice).where(notice.c.id == notice_id)
    session.execute(one.values(status=status, updated_at=utc_now()))


def _salt(session: Connection, notice_id: str) -> bytes:
    return session.scalar(select(notice.c.salt).where(notice.c.id == notice_id)) or b""
