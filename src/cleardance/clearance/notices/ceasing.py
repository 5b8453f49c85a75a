"""Making no more of some works: refused from the commit on, in every process."""

from typing import Final

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

    ``works`` are some of them; all without. A work whose policy somebody changed since keeps that.
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
        restored = {key: chosen[key] for key in chosen if now.get(key) == "deny"}
        set_policies(session, restored, notice_id)
        if works is None:
            steps.undo(session, notice_id, Demand.CEASE, [POLICIES])
        return now | restored
