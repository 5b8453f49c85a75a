"""A notice withdrawn by its sender, whole or in part: what it did is undone, byte for byte.

The works that it registered stay registered, with the policies they had before it was executed: a
sender who takes a demand back still owns them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from cleardance.clearance.notices import statements
from cleardance.clearance.notices.accounting import account_for
from cleardance.clearance.notices.ceasing import allow_works
from cleardance.clearance.notices.excluding import readmit_samples
from cleardance.clearance.notices.restoring import restore_outputs
from cleardance.clearance.notices.revoking import restore_keys, restore_keys_without_cause
from cleardance.clearance.notices.salts import salt_of
from cleardance.clearance.service import Service
from cleardance.errors import NotFound, NoticeError
from cleardance.ledger.entry import EntryKind, personal
from cleardance.ledger.log import append
from cleardance.rights.notices import filing
from cleardance.rights.notices.filing import FiledNotice
from cleardance.store.tables import NoticeStatus, notice, removal, utc_text


@dataclass(frozen=True)
class Withdrawal:
    """What came back: outputs by their tasks, policies by works. ``whole`` ends the notice."""

    notice_id: str
    whole: bool
    outputs: tuple[str, ...]
    policies: dict[str, str]


def withdraw(
    service: Service,
    notice_id: str,
    *,
    works: Sequence[str] = (),
    outputs: Sequence[str] = (),
    by: str,
    why: str,
    at: datetime,
) -> Withdrawal:
    """Withdraw a notice: as far as it concerns some works (ids) or outputs, or as a whole.

    Outputs, keys and samples that concern other works of the notice too stay as they are; so does
    what another notice did. Does no harm when done again. Raises NotFound for what the notice does
    not name, NoticeError before it was executed to its end, TaskBusy while a process does.
    """
    filing.find(service.store, notice_id)
    with service.store.lock(notice_id):  # so that nobody begins to execute it meanwhile
        filed = filing.find(service.store, notice_id)
        if filed.status is NoticeStatus.EXECUTING:
            raise NoticeError(
                f"Notice {notice_id} is being executed.",
                hint=f"Finish it first: cleardance notice execute {notice_id}.",
            )
        if works or outputs:
            return _in_part(service, filed, works, outputs, by, why, at)
        return _whole(service, notice_id, by, why, at)


def _whole(service: Service, notice_id: str, by: str, why: str, at: datetime) -> Withdrawal:
    back = restore_outputs(service, notice_id, None, by=by, why=why, at=at)
    restore_keys(service, notice_id, by=by, why=why)
    readmit_samples(service, notice_id, by=by, why=why)
    with service.store.begin() as session:
        told = [one.subject for one in statements.of_notice(session, notice_id)]
        statements.lift(session, notice_id, told, at)
    policies = allow_works(service, notice_id)
    _log(service, notice_id, None, by, why, at)
    return Withdrawal(notice_id, True, tuple(back), policies)


def _in_part(
    service: Service,
    filed: FiledNotice,
    works: Sequence[str],
    outputs: Sequence[str],
    by: str,
    why: str,
    at: datetime,
) -> Withdrawal:
    if strange := sorted({*works} - {*filed.works}):
        raise NotFound(f"Notice {filed.id} names no such works: {', '.join(strange)}.")
    removed = _removed(service, filed.id)
    if strange := sorted({*outputs} - removed):
        raise NotFound(f"Notice {filed.id} removed no such outputs: {', '.join(strange)}.")
    left = tuple(one for one in filed.works if one not in works)
    found = account_for(service, left, filed.form.located).instances
    still = [one for one in found if not one.is_licensed and one.task_id not in outputs]
    freed = {*outputs}
    if works:
        freed |= removed - {one.task_id for one in still}
    back = restore_outputs(service, filed.id, sorted(freed), by=by, why=why, at=at)
    if restore_keys_without_cause(service, filed.id, still, by=by, why=why):
        with service.store.begin() as session:
            statements.lift_access(session, filed.id, at)
    policies = allow_works(service, filed.id, frozenset(works)) if works else {}
    if works:
        readmit_samples(service, filed.id, left, by=by, why=why)
    _log(service, filed.id, left, by, why, at)
    return Withdrawal(filed.id, False, tuple(back), policies)


def _removed(service: Service, notice_id: str) -> set[str]:
    in_force = (removal.c.notice_id == notice_id) & removal.c.lifted_at.is_(None)
    with service.store.read() as session:
        return set(session.scalars(select(removal.c.task_id).where(in_force)))


def _log(
    service: Service,
    notice_id: str,
    left: tuple[str, ...] | None,
    by: str,
    why: str,
    at: datetime,
) -> None:
    """Mark a notice withdrawn, or keep the works that are left of it, and log it, once."""
    values = {"status": NoticeStatus.WITHDRAWN} if left is None else {"works": list(left)}
    of_notice = notice.c.id == notice_id
    if left is None:
        of_notice &= notice.c.status != NoticeStatus.WITHDRAWN
    change = update(notice).where(of_notice).values(updated_at=utc_text(at), **values)
    with service.store.begin() as session:
        if session.execute(change).rowcount == 1:
            salt = salt_of(session, notice_id)
            body = {
                "notice": notice_id,
                "whole": left is None,
                "by": personal(by, salt),
                "why": personal(why, salt),
            }
            append(session, EntryKind.NOTICE_WITHDRAWN, None, body)
