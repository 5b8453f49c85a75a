"""Executing a notice: what it demands, done in one command, each step once, whatever kills it.

The order is that of no way round: first the works are refused everywhere, so that nothing new can
come; then every instance is looked for and written down; then outputs are removed, keys revoked,
samples excluded; and last everything is accounted for, with what was done.
"""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final

from sqlalchemy import Connection, select, update

from cleardance.accounts.lookup import account_id
from cleardance.clearance.notices import steps
from cleardance.clearance.notices.accounting import IN_FLIGHT, account_for
from cleardance.clearance.notices.ceasing import POLICIES, refuse_works
from cleardance.clearance.notices.excluding import exclude_samples
from cleardance.clearance.notices.removing import remove_outputs
from cleardance.clearance.notices.reporting.gathering import report_of
from cleardance.clearance.notices.reporting.model import ReportFormat
from cleardance.clearance.notices.reporting.writing import written
from cleardance.clearance.notices.revoking import (
    RevokePolicy,
    keys_to_revoke,
    policy_of,
    revoke_keys,
)
from cleardance.clearance.notices.searching import Instance
from cleardance.clearance.notices.statements import state_reasons
from cleardance.clearance.notices.strikes import give_strikes
from cleardance.clearance.service import Service
from cleardance.errors import NoticeError, TaskBusy
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


def execute(
    service: Service,
    notice_id: str,
    *,
    by: str,
    revoke: RevokePolicy = RevokePolicy.INFRINGING,
) -> Execution:
    """Do what a notice demands, or what is left of it; again, it changes nothing.

    ``by`` is the name of the account that decides so; it is logged as a commitment. How far
    ``revoke`` goes is decided at the first time. Raises NotFound, TaskBusy while another process
    executes it, and NoticeError for a notice that is incomplete, held, rejected or withdrawn.
    """
    with service.store.lock(notice_id):
        if filing.find(service.store, notice_id).status is not NoticeStatus.EXECUTED:
            filed = _begin(service, notice_id, by, revoke)
            for step in _STEPS:
                step(service, filed)
            _whole(service, filed, Demand.REVOKE, lambda: revoke_keys(service, filed, by))
            exclude = partial(exclude_samples, service, filed)
            _whole(service, filed, Demand.EXCLUDE_FROM_TRAINING, exclude)
            _tell(service, filed)
            _account(service, filed)
            _end(service, filed)
    return execution_of(service, notice_id)


def resume_interrupted(service: Service) -> list[Execution]:
    """Finish executing the notices during which a process of this home died; return what was done.

    Workers call it, and ``notice due``. What another machine left is for its own.
    """
    executing = select(notice.c.id).where(notice.c.status == NoticeStatus.EXECUTING)
    with service.store.read() as session:
        waiting = session.scalars(executing.order_by(notice.c.deadline_at)).all()
    done = []
    for notice_id in waiting:
        if service.store.was_left(notice_id):
            with suppress(TaskBusy):  # somebody else has just begun to
                done.append(execute(service, notice_id, by=_executor(service, notice_id)))
    return done


def execution_of(service: Service, notice_id: str) -> Execution:
    """Return how far a notice has been executed. Raises NotFound."""
    status = filing.find(service.store, notice_id).status
    with service.store.read() as session:
        return Execution(notice_id, status, steps.count_done(session, notice_id))


def _begin(service: Service, notice_id: str, by: str, revoke: RevokePolicy) -> FiledNotice:
    with service.store.begin() as session:
        account_id(session, by)  # who decides is somebody
        filed = filing.load(session, notice_id)
        if filed.status not in _CAN_BE_EXECUTED:
            raise NoticeError(
                f"Notice {notice_id} is {filed.status}: only one that was accepted is executed.",
                hint="cleardance notice show says what it lacks, or why a person must decide.",
            )
        if filed.status is NoticeStatus.ACCEPTED:
            _set_status(session, notice_id, NoticeStatus.EXECUTING)
            steps.plan(session, notice_id, steps.SEARCH, {steps.WHOLE: {"by": by}})
            for demand in filed.form.demands:
                kept = {"policy": revoke.value} if demand is Demand.REVOKE else None
                steps.plan(session, notice_id, demand, {steps.WHOLE: kept})
            if Demand.CEASE in filed.form.demands:
                steps.plan(session, notice_id, Demand.CEASE, [POLICIES])
            body = {
                "notice": notice_id,
                "demands": [demand.value for demand in filed.form.demands],
                "by": personal(by, _salt(session, notice_id)),
            }
            append(session, EntryKind.NOTICE_EXECUTING, None, body)
    return filed


def _executor(service: Service, notice_id: str) -> str:
    with service.store.read() as session:
        [search] = steps.steps_of(session, notice_id, steps.SEARCH)
    return str(search.before["by"])


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
    wanted = _subjects(touched) | {Demand.REVOKE: _keys(service, filed, found.instances)}
    with service.store.begin() as session:
        for demand, subjects in wanted.items():
            if demand in filed.form.demands:
                steps.plan(session, filed.id, demand, subjects)
        steps.finish(session, filed.id, steps.SEARCH, blob=blob)


def _subjects(touched: list[Instance]) -> dict[Demand, list[str]]:
    released = [one.task_id for one in touched if one.status is TaskStatus.RELEASED]
    return {
        Demand.REMOVE: released,
        Demand.CEASE: [one.task_id for one in touched if one.status in IN_FLIGHT],
    }


def _keys(service: Service, filed: FiledNotice, instances: Sequence[Instance]) -> list[str]:
    with service.store.read() as session:
        policy = policy_of(session, filed.id)
    return keys_to_revoke(service, instances, policy) if policy else []


def _stop(service: Service, filed: FiledNotice) -> None:
    _whole(service, filed, Demand.CEASE, partial(remove_outputs, service, filed, Demand.CEASE))


def _remove(service: Service, filed: FiledNotice) -> None:
    _whole(service, filed, Demand.REMOVE, partial(remove_outputs, service, filed, Demand.REMOVE))


def _whole(service: Service, filed: FiledNotice, demand: Demand, do: Callable[[], None]) -> None:
    """Do a demand's single steps, if the notice makes it, and mark the whole of it done."""
    with service.store.read() as session:
        done = steps.is_done(session, filed.id, demand)
    if demand in filed.form.demands and not done:
        do()
        with service.store.begin() as session:
            steps.finish(session, filed.id, demand)


def _account(service: Service, filed: FiledNotice) -> None:
    """Freeze the report, with what was done so far, and log its digest."""
    with service.store.read() as session:
        done = steps.is_done(session, filed.id, Demand.ACCOUNT)
    if Demand.ACCOUNT not in filed.form.demands or done:
        return
    report = report_of(service, filed.id, datetime.now(UTC))
    blob = service.store.blobs.put_bytes(written(report, ReportFormat.JSON))
    with service.store.begin() as session:
        if steps.is_done(session, filed.id, Demand.ACCOUNT):
            return
        steps.finish(session, filed.id, Demand.ACCOUNT, blob=blob)
        # The proofs in it are as good as random: its digest says nothing about who is in it.
        body = {"notice": filed.id, "instances": len(report.instances), "report": f"sha256:{blob}"}
        append(session, EntryKind.ACCOUNTED, None, body)


def _tell(service: Service, filed: FiledNotice) -> None:
    """Tell those affected what was done and why, and count it against them; each once."""
    now = datetime.now(UTC)
    state_reasons(service, filed.id, now)
    give_strikes(service, filed.id, now)


_STEPS: Final = (_cease, _search, _stop, _remove)


def _end(service: Service, filed: FiledNotice) -> None:
    with service.store.begin() as session:
        if filing.load(session, filed.id).status is not NoticeStatus.EXECUTING:
            return
        _set_status(session, filed.id, NoticeStatus.EXECUTED)
        body = {"notice": filed.id, "done": steps.count_done(session, filed.id)}
        append(session, EntryKind.NOTICE_EXECUTED, None, body)
    service.checkpoint()


def _set_status(session: Connection, notice_id: str, status: NoticeStatus) -> None:
    one = update(notice).where(notice.c.id == notice_id)
    session.execute(one.values(status=status, updated_at=utc_now()))


def _salt(session: Connection, notice_id: str) -> bytes:
    return session.scalar(select(notice.c.salt).where(notice.c.id == notice_id)) or b""
