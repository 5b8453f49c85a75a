"""Revoking the keys by which a notice's works were reached; each can be given back."""

from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy import Connection, select

from cleardance.accounts import keys
from cleardance.clearance.notices import steps
from cleardance.clearance.notices.searching import Instance
from cleardance.clearance.service import Service
from cleardance.rights.notices.filing import FiledNotice
from cleardance.rights.notices.form import Demand
from cleardance.store.tables import StepState, TaskStatus, account, api_key, enforcement


class RevokePolicy(StrEnum):
    """How far a demand to revoke access goes: the operator decides it with the execution."""

    INFRINGING = "infringing"
    PARTNERS = "partners"
    WORKS = "works"


POLICY_WORDS = {
    RevokePolicy.INFRINGING: "the keys by which an output that is removed was asked for",
    RevokePolicy.PARTNERS: "these, and every key of every account of the partners they belong to",
    RevokePolicy.WORKS: "every key by which the works were asked for, whatever became of it",
}


def keys_to_revoke(
    service: Service, instances: Sequence[Instance], policy: RevokePolicy
) -> list[str]:
    """Return the keys that a policy means, of those that count now; licensed use revokes none.

    One that another notice revoked is among them: it must not come back when that is withdrawn.
    """
    by_notices = select(enforcement.c.subject).where(
        enforcement.c.demand == Demand.REVOKE, enforcement.c.state == StepState.DONE
    )
    counts = api_key.c.revoked_at.is_(None) | api_key.c.id.in_(by_notices)
    with service.store.read() as session:
        meant = _keys_meant(session, instances, policy)
        return sorted(meant & set(session.scalars(select(api_key.c.id).where(counts))))


def _keys_meant(
    session: Connection, instances: Sequence[Instance], policy: RevokePolicy
) -> set[str]:
    reached = [one for one in instances if not one.is_licensed]
    guilty = [one for one in reached if one.status is TaskStatus.RELEASED]
    chosen = reached if policy is RevokePolicy.WORKS else guilty
    wanted = {one.key_id for one in chosen if one.key_id}
    if policy is RevokePolicy.PARTNERS:
        partners = {one.partner for one in guilty if one.partner}
        joined = select(api_key.c.id).join(account, account.c.id == api_key.c.account_id)
        wanted |= set(session.scalars(joined.where(account.c.partner.in_(partners))))
    return wanted


def policy_of(session: Connection, notice_id: str) -> RevokePolicy | None:
    """Return how far executing a notice goes; None if it revokes nothing, or has not begun."""
    rows = steps.steps_of(session, notice_id, Demand.REVOKE)
    policies = [row.before["policy"] for row in rows if row.subject == steps.WHOLE]
    return RevokePolicy(policies[0]) if policies else None


def revoke_keys(service: Service, filed: FiledNotice, by: str) -> None:
    """Revoke the keys that are steps of the notice: each counts no more from its commit on."""
    with service.store.read() as session:
        waiting = [
            row.subject
            for row in steps.steps_of(session, filed.id, Demand.REVOKE)
            if row.state is StepState.PENDING and row.subject != steps.WHOLE
        ]
    for key_id in waiting:
        with service.store.begin() as session:
            was = keys.revoke_key(session, key_id, by=by, why=f"notice {filed.id}")
            steps.finish(session, filed.id, Demand.REVOKE, [key_id], before={"revoked_here": was})


def restore_keys_without_cause(
    service: Service, notice_id: str, left: Sequence[Instance], *, by: str, why: str
) -> list[str]:
    """Give back the keys that a notice revoked and that what is ``left`` of it would not."""
    with service.store.read() as session:
        policy = policy_of(session, notice_id)
        if policy is None:
            return []
        meant = _keys_meant(session, left, policy)
        rows = steps.steps_of(session, notice_id, Demand.REVOKE)
    freed = [row.subject for row in rows if row.subject not in {*meant, steps.WHOLE}]
    return restore_keys(service, notice_id, freed, by=by, why=why)


def restore_keys(
    service: Service, notice_id: str, key_ids: Sequence[str] | None = None, *, by: str, why: str
) -> list[str]:
    """Give back the keys that executing a notice revoked, or some; return their ids.

    One that was revoked before, or by something else, stays revoked; one that another notice
    revoked too comes back when that is withdrawn.
    """
    with service.store.begin() as session:
        done = [
            row
            for row in steps.steps_of(session, notice_id, Demand.REVOKE)
            if row.state is StepState.DONE and row.subject != steps.WHOLE
        ]
        chosen = [row for row in done if key_ids is None or row.subject in key_ids]
        here = [row.subject for row in chosen if row.before["revoked_here"]]
        restored = [one for one in here if not _kept_by_another(session, notice_id, one)]
        for key_id in restored:
            keys.restore_key(session, key_id, by=by, why=why)
        steps.undo(session, notice_id, Demand.REVOKE, [row.subject for row in chosen])
    return restored


def _kept_by_another(session: Connection, notice_id: str, key_id: str) -> bool:
    """Tell whether another notice keeps a key revoked; it is then the one that gives it back."""
    others = steps.of_others(session, notice_id, Demand.REVOKE, key_id)
    if not others:
        return False
    first = next(iter(others))
    steps.bring_back(session, first, Demand.REVOKE, key_id, {"revoked_here": True})
    return True
