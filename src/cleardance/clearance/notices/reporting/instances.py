"""The instances of an accounting as a report shows them: where each is now, and its proofs."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from cleardance.clearance.notices.reporting.model import (
    EntryProof,
    ReportedFinding,
    ReportedInstance,
    Served,
)
from cleardance.clearance.notices.reporting.proving import Signed
from cleardance.clearance.notices.reporting.pseudonyms import PlainNames, Pseudonyms
from cleardance.clearance.notices.searching import Instance
from cleardance.ledger.entry import Entry, EntryKind
from cleardance.store.batches import batches
from cleardance.store.tables import TaskStatus, account, removal, task
from cleardance.verdict import Finding

_PROVED: Final = (EntryKind.ASKED, EntryKind.RELEASED, EntryKind.REMOVED, EntryKind.RESTORED)
NOWHERE: Final = {
    TaskStatus.DENIED: "nowhere: it was refused",
    TaskStatus.HELD: "nowhere: it waits for a person to look at it",
    TaskStatus.FAILED: "nowhere: making it failed",
    TaskStatus.CANCELLED: "nowhere: it was cancelled before it was made",
    TaskStatus.EXPIRED: "nowhere: its time was over before it was made",
    TaskStatus.QUEUED: "nowhere: it is still to be made",
    TaskStatus.RUNNING: "nowhere: it is being made",
}


@dataclass(frozen=True)
class Instances:
    """Makes them, with the same names throughout."""

    session: Connection
    signed: Signed
    names: Pseudonyms | PlainNames

    def of(self, found: Sequence[Instance]) -> tuple[ReportedInstance, ...]:
        """Return the instances, the oldest request first."""
        ids = [one.task_id for one in found]
        facts, removed = self._facts(ids), self._removed(ids)
        entries = list(self.signed.entries_of_tasks(ids, _PROVED))
        proofs = self.signed.proofs(entries)
        own: defaultdict[str, list[Entry]] = defaultdict(list)
        for entry in entries:
            own[entry.task_id or ""].append(entry)
        ordered = sorted(found, key=lambda one: (one.asked_at, one.task_id))
        return tuple(
            self._instance(
                number, one, facts[one.task_id], own[one.task_id],
                tuple(proofs[entry.index] for entry in own[one.task_id]),
                is_removed=one.task_id in removed,
            )
            for number, one in enumerate(ordered, start=1)
        )  # fmt: skip

    def _instance(
        self,
        number: int,
        one: Instance,
        facts: Row[*tuple[Any, ...]],
        entries: Sequence[Entry],
        proofs: tuple[EntryProof, ...],
        *,
        is_removed: bool,
    ) -> ReportedInstance:
        # Times are the ledger's own, so that whoever checks the proofs finds the same.
        at = {entry.kind: entry.created_at for entry in entries}
        removed_at = at.get(EntryKind.REMOVED) if is_removed else None
        return ReportedInstance(
            number=number,
            task=one.task_id,
            asked_at=at.get(EntryKind.ASKED, one.asked_at),
            account=self.names.of("account", facts.account),
            partner=self.names.of("partner", one.partner) if one.partner else None,
            key=self.names.of("key", facts.key_id) if facts.key_id else None,
            prompt_excerpt=one.excerpt,
            located=one.located,
            findings=tuple(map(_finding, one.findings)),
            licences=tuple(sorted({f.licence for f in one.findings if f.licence})),
            licensed=one.is_licensed,
            status=one.status.value,
            output_sha256=one.output_sha256,
            served=Served(times=facts.served_count, last_at=facts.last_served_at),
            released_at=at.get(EntryKind.RELEASED),
            removed_at=removed_at,
            where_now=_where(one, removed_at, facts.last_served_at),
            entries=one.entries,
            proofs=proofs,
        )

    def _facts(self, ids: Sequence[str]) -> dict[str, Row[*tuple[Any, ...]]]:
        plain = isinstance(self.names, PlainNames)
        who = (account.c.name if plain else account.c.id).label("account")
        columns = (task.c.id, who, task.c.key_id, task.c.served_count, task.c.last_served_at)
        query = select(*columns).join(account, account.c.id == task.c.account_id)
        return {
            row.id: row
            for some in batches(ids)
            for row in self.session.execute(query.where(task.c.id.in_(some)))
        }

    def _removed(self, ids: Sequence[str]) -> set[str]:
        in_force = select(removal.c.task_id).where(removal.c.lifted_at.is_(None))
        return {
            task_id
            for some in batches(ids)
            for task_id in self.session.scalars(in_force.where(removal.c.task_id.in_(some)))
        }


def _where(one: Instance, removed_at: str | None, last_served_at: str | None) -> str:
    if removed_at is not None:
        return f"removed {removed_at[:10]}: served to nobody, kept under legal hold"
    if one.status is not TaskStatus.RELEASED:
        return NOWHERE[one.status]
    handed = "handed out before" if last_served_at else "not handed out by us so far"
    allowed = "under licence; " if one.is_licensed else ""
    return f"{allowed}kept here and served on request; {handed}"


def _finding(found: Finding) -> ReportedFinding:
    seen = found.evidence
    return ReportedFinding(
        signal=found.signal,
        work=found.work.id,
        work_name=found.work.name,
        rule=found.rule,
        decision=found.decision.value,
        score=found.score,
        threshold=found.threshold,
        distance=found.distance,
        evidence=evidence_words(found),
        text_span=seen.text_span,
        text=seen.text,
        time_s=seen.time_s,
        until_s=seen.until_s,
        box=seen.box,
        reference_sha256=seen.reference,
        licence=found.licence,
    )


def evidence_words(found: Finding) -> str:
    """Return where a match was seen, in words: the text of a prompt, or moments of an output."""
    seen = found.evidence
    if seen.text is not None and seen.text_span is not None and seen.time_s is None:
        start, end = seen.text_span
        return f"\N{LEFT DOUBLE QUOTATION MARK}{seen.text}\N{RIGHT DOUBLE QUOTATION MARK} in the prompt, characters {start + 1} to {end}"  # noqa: E501
    if seen.time_s is None:
        return "in the output"
    until = f" to {seen.until_s:.2f} s" if seen.until_s not in (None, seen.time_s) else ""
    return f"in the output, at {seen.time_s:.2f} s{until}"
