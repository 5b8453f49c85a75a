"""Gathering a report: the accounting, its proofs, what was done, what the search cannot know."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from cleardance.clearance.notices import steps
from cleardance.clearance.notices.accounting import Accounting, account_for
from cleardance.clearance.notices.reporting.instances import Instances
from cleardance.clearance.notices.reporting.model import (
    Report,
    ReportedDemand,
    ReportedInstance,
    ReportedNotice,
    ReportedRule,
    ReportedStep,
    ReportedWork,
    Search,
    Summary,
)
from cleardance.clearance.notices.reporting.proving import Signed
from cleardance.clearance.notices.reporting.pseudonyms import PlainNames, Pseudonyms
from cleardance.clearance.service import Service
from cleardance.ledger.entry import EntryKind
from cleardance.rights.notices import filing
from cleardance.rights.notices.filing import FiledNotice
from cleardance.rights.snapshot import works_alone
from cleardance.screen.rules import SIGNALS, Rules, rules_of
from cleardance.store.tables import StepState, enforcement, notice, utc_text

NOT_COMPARED: Final = ("judge", "removed")
"""The signals of which nothing is kept that accounting could compare again."""

_SUMMARIES: Final = {kind.value: kind.summary for kind in EntryKind}


def report_of(
    service: Service, notice_id: str, at: datetime, *, plain_names: bool = False
) -> Report:
    """Return the report of a notice as things stand; the ledger is signed first.

    ``plain_names`` is for a report that stays in the house. Raises NotFound, LedgerInvalid for an
    entry that was changed.
    """
    filed = filing.find(service.store, notice_id)
    accounting = account_for(service, filed.works, filed.form.located)
    service.checkpoint()
    with service.store.read() as session:
        signed = Signed.newest(session)
        names = PlainNames() if plain_names else Pseudonyms(_salt(session, notice_id))
        instances = Instances(session, signed, names).of(accounting.instances)
        return Report(
            made_at=utc_text(at),
            made_by=service.settings.origin,
            names="plain" if plain_names else "pseudonyms",
            notice=_notice(filed),
            summary=_summary(instances),
            searched=_search(service, accounting, signed.asked),
            limits=limits_of(accounting, plain_names=plain_names),
            demands=_demands(session, filed),
            done=_done(signed, notice_id),
            instances=instances,
            checkpoint=signed.note,
            ledger_key=str(service.ledger_keys.public),
        )


def limits_of(accounting: Accounting, *, plain_names: bool) -> tuple[str, ...]:
    """Return, in plain sentences, what the search could not find and the report does not show."""
    searched = accounting.searched
    lost = searched.tasks - searched.prompts
    names = () if plain_names else (
        "Accounts, partners and keys are shown by pseudonyms, the same throughout the reports of "
        "this notice. The operator can say whose they are to a court.",
    )  # fmt: skip
    erased = () if not lost else (
        f"Of {lost} of the {searched.tasks} requests the personal data had been erased before: "
        "their prompts could not be searched; what was kept of their outputs was.",
    )  # fmt: skip
    return (
        "A work that is shown, heard or described otherwise than the rules listed here allow is "
        "not found. No search by machine finds everything.",
        f"Compared were the signals {_list(_compared())}. Not compared afterwards were "
        f"{_list(NOT_COMPARED)}: these are compared when an output is made.",
        *erased,
        "Copies that were handed out before a removal cannot be called back; how often a file was "
        "handed out is counted, what became of it is not known.",
        "A proof shows that an entry is in the ledger under the signed checkpoint, and was not "
        "changed since. That the list is complete follows from the search, not from the proofs: "
        "the number of requests searched can be compared with those that the ledger records.",
        *names,
    )


def _list(names: Sequence[str]) -> str:
    return ", ".join(names)


def _compared() -> tuple[str, ...]:
    return tuple(one.name for one in SIGNALS if one.name not in NOT_COMPARED)


def _salt(session: Connection, notice_id: str) -> bytes:
    found = session.scalar(select(notice.c.salt).where(notice.c.id == notice_id))
    assert found is not None
    return found


def _notice(filed: FiledNotice) -> ReportedNotice:
    form = filed.form
    return ReportedNotice(
        id=filed.id,
        kind=form.kind.value,
        law=form.applied_law.value,
        status=filed.status.value,
        sender=form.sender.name,
        on_behalf_of=form.sender.on_behalf_of,
        received=filed.received_at,
        deadline=filed.deadline_at,
        demands=tuple(demand.value for demand in form.demands),
        located=len(form.located),
    )


def _summary(instances: Sequence[ReportedInstance]) -> Summary:
    return Summary(
        instances=len(instances),
        released=sum(one.released_at is not None for one in instances),
        removed=sum(one.removed_at is not None for one in instances),
        licensed=sum(one.licensed for one in instances),
        accounts=len({one.account for one in instances}),
        partners=len({one.partner for one in instances if one.partner}),
        keys=len({one.key for one in instances if one.key}),
        served=sum(one.served.times for one in instances),
    )


def _search(service: Service, accounting: Accounting, asked: int) -> Search:
    registry = works_alone(service.store, accounting.works)
    rules, searched = rules_of(registry), accounting.searched
    facts = sorted(registry.works.values(), key=lambda work: (work.name, work.id))
    return Search(
        tasks=searched.tasks,
        prompts=searched.prompts,
        signals=searched.signals,
        erased=searched.erased,
        asked_entries=asked,
        works=tuple(
            ReportedWork(id=one.id, name=one.name, kind=one.kind, owner=one.owner) for one in facts
        ),
        registry_revision=accounting.registry_revision,
        rules_revision=rules.revision,
        rules=_rules(rules),
        compared=_compared(),
        not_compared=NOT_COMPARED,
    )


def _rules(rules: Rules) -> tuple[ReportedRule, ...]:
    """Return the rules by which a finding of what is compared can be held or denied.

    A rule that sets no distance goes as far as its signal reports anything at all.
    """
    furthest = {one.name: one.ladder.rungs[-1].max_distance for one in SIGNALS}
    return tuple(
        ReportedRule(
            id=rule.id,
            signal=rule.signal,
            policy=rule.policy,
            max_distance=(
                furthest.get(rule.signal) if rule.max_distance is None else rule.max_distance
            ),
            manner=rule.manner,
            decision=rule.decision.value,
        )
        for rule in rules.rule
        if rule.signal in (*_compared(), "*")
    )


def _demands(session: Connection, filed: FiledNotice) -> tuple[ReportedDemand, ...]:
    at = enforcement.c
    query = select(at.demand, at.subject, at.state, at.done_at).where(at.notice_id == filed.id)
    rows = session.execute(query).all()
    return tuple(
        _demand(demand.value, [row for row in rows if row.demand == demand])
        for demand in filed.form.demands
    )


def _demand(name: str, rows: Sequence[Row[*tuple[Any, ...]]]) -> ReportedDemand:
    """Return how far a demand is: by its single steps, if it has any, else as a whole."""
    single = [row for row in rows if row.subject != steps.WHOLE] or rows
    states = Counter(row.state for row in single)
    return ReportedDemand(
        demand=name,
        done=states[StepState.DONE],
        pending=states[StepState.PENDING],
        undone=states[StepState.UNDONE],
        last_at=max((row.done_at for row in rows if row.done_at), default=None),
    )


def _done(signed: Signed, notice_id: str) -> tuple[ReportedStep, ...]:
    entries = signed.entries_of_notice(notice_id)
    proofs = signed.proofs(entries)
    return tuple(
        ReportedStep(
            at=entry.created_at,
            kind=entry.kind,
            what=_SUMMARIES[entry.kind],
            proof=proofs[entry.index],
        )
        for entry in entries
    )
