"""Which licences a refused task lacks, and whether their owners were asked."""

from dataclasses import dataclass
from typing import Final

from cleardance.accounts.roles import Permission
from cleardance.clearance import tasks
from cleardance.clearance.record import Record
from cleardance.rights.licence import Use
from cleardance.rights.licence_requests import LicenceRequest, requests_of
from cleardance.screen.deciding import use_lacking
from cleardance.server.pages.visit import Visit
from cleardance.store.tables import Stage, TaskStatus
from cleardance.verdict import Decision, WorkSummary

_REFUSED: Final = (TaskStatus.DENIED, TaskStatus.HELD)


@dataclass(frozen=True)
class Lacking:
    """A work that a licence would clear, the use of it, and the newest request for that, if any."""

    work: WorkSummary
    use: Use
    asked: LicenceRequest | None


def lacking(seen: Visit, record: Record) -> list[Lacking]:
    """Return what a refused task lacks a licence for, each work and use once."""
    if record.task.status not in _REFUSED:
        return []
    who = seen.require(Permission.READ_TASKS)
    with seen.service.store.read() as session:
        stage, verdict = tasks.deciding_verdict(session, record.task.id)
        asked = {(one.work.id, one.use): one for one in requests_of(session, who.account_name)}
    made = stage is Stage.OUTPUT
    findings = [one for one in verdict.findings if one.decision is not Decision.CLEAR]
    found = {(one.work.id, use_lacking(one, made=made)): one.work for one in findings}
    return [Lacking(work, use, asked.get((id_, use))) for (id_, use), work in found.items()]
