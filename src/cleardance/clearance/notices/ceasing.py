"""Making no more of some works: refused from the commit on, in every process."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Connection

from cleardance.clearance.notices import steps
from cleardance.clearance.service import Service
from cleardance.rights.notices.filing import FiledNotice
from cleardance.rights.notices.form import Demand
from cleardance.rights.policies import policies_of, set_policies
from cleardance.store.tables import StepState

POLICIES: Final = "policies"
"""The step of the works themselves; the other steps of ceasing are tasks on their way."""


def refuse_works(service: Service, filed: FiledNotice) -> None:
    """Set the policy of a notice's works to deny, once.

    The registry's revision moves with it: whoever is about to release something screens it again.
    """
    with service.store.begin() as session:
        [step] = [
            row
            for row in steps.steps_of(session, filed.id, Demand.CEASE)
            if row.subject == POLICIES
        ]
        if step.state is not StepState.PENDING:
            return
        before = policies_of(session, filed.works)
        set_policies(session, dict.fromkeys(before, "deny"), filed.id)
        steps.finish(session, filed.id, Demand.CEASE, [POLICIES], before=before)


def allow_works(
    service: Service, notice_id: str, works: frozenset[str] | None = None
) -> dict[str, str]:
    """Give works the policies back that they had before a notice; return what each has now.

    ``works`` are some of them; all without. A work whose policy somebody changed since keeps that,
    and so does one that another notice refuses too: withdrawing that one brings its policy back.
    """
    with service.store.begin() as session:
        done = [
            row
            for row in steps.steps_of(session, notice_id, Demand.CEASE)
            if row.subject == POLICIES and row.state is StepState.DONE
        ]
        if not done:
            return {}
        chosen = {k: v for k, v in done[0].before.items() if works is None or k in works}
        now = policies_of(session, tuple(chosen))
        refused = _refused_by_others(session, notice_id, chosen)
        restored = {
            key: chosen[key] for key in chosen if now.get(key) == "deny" and key not in refused
        }
        set_policies(session, restored, notice_id)
        if works is None:
            steps.undo(session, notice_id, Demand.CEASE, [POLICIES])
        else:
            left = {key: policy for key, policy in done[0].before.items() if key not in chosen}
            steps.bring_back(session, notice_id, Demand.CEASE, POLICIES, left)
        return now | restored


def _refused_by_others(
    session: Connection, notice_id: str, before: Mapping[str, str]
) -> frozenset[str]:
    """Return the works that other notices refuse too; these now know the policies of ``before``."""
    refused: set[str] = set()
    others = steps.of_others(session, notice_id, Demand.CEASE, POLICIES)
    for other, theirs in others.items():
        known = {key: before[key] for key in before if key in theirs and key not in refused}
        refused |= known.keys()
        # Refused already when they came: what it was before that is ours to tell.
        told = {key: policy for key, policy in known.items() if theirs[key] == "deny"}
        if told:
            steps.bring_back(session, other, Demand.CEASE, POLICIES, theirs | told)
    return frozenset(refused)
