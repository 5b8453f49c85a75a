"""Trying rules on the past before they go live: which verdicts would have been others?

Nothing is screened again. A verdict holds every match that any rules can speak of, with its
distance; the rules in force and the ones on trial decide on these same matches, so that whatever
differs is the rules' doing, not the registry's. ``finding.policy`` is the work's policy then.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from cleardance.clearance.service import Service
from cleardance.rights.snapshot import current
from cleardance.screen.rules import Rules, rules_of
from cleardance.screen.rules_check import parse_rules
from cleardance.store.tables import Stage, task, verdict
from cleardance.verdict import Decision, Verdict

MAX_CHANGES = 1_000
"""So many changes are listed one by one; all are counted."""


@dataclass(frozen=True)
class Change:
    """The newest verdict of one task's stage, which the rules on trial would change."""

    task_id: str
    stage: Stage
    given: Decision  # by whatever rules were in force then, and by reviewers
    now: Decision  # by the rules in force
    then: Decision  # by the rules on trial
    rules: tuple[str, ...]  # of the rules on trial, those that lead to it


@dataclass(frozen=True)
class Trial:
    """What a table would change. ``counts`` are of (now, then), changed or not."""

    counts: Mapping[tuple[Decision, Decision], int]
    changes: tuple[Change, ...]
    erased: int  # tasks whose verdicts are gone
    partial: int  # verdicts with findings that there was no room for

    def to_json(self) -> dict[str, object]:
        """Return the JSON contract of ``rules dry-run --json``."""
        counted = sorted(
            self.counts.items(), key=lambda one: (one[0][0].gravity, one[0][1].gravity)
        )
        return {
            "checked": sum(self.counts.values()),
            "changed": sum(n for (now, then), n in self.counts.items() if now is not then),
            "counts": [{"now": now, "then": then, "verdicts": n} for (now, then), n in counted],
            "changes": [
                {
                    "task": change.task_id,
                    "stage": change.stage.value,
                    "given": change.given.value,
                    "now": change.now.value,
                    "then": change.then.value,
                    "rules": list(change.rules),
                }
                for change in self.changes
            ],
            "erased": self.erased,
            "partial": self.partial,
        }


def try_rules(service: Service, text: str) -> Trial:
    """Decide on the newest verdict of every task and stage again. Raises a RulesError."""
    tried, in_force = parse_rules(text), rules_of(current(service.store))
    counts: Counter[tuple[Decision, Decision]] = Counter()
    changes: list[Change] = []
    partial = 0
    for task_id, stage, given in _newest_verdicts(service):
        now, _ = decide_again(given, in_force)
        then, rules = decide_again(given, tried)
        counts[now, then] += 1
        partial += given.omitted is not None
        if now is not then and len(changes) < MAX_CHANGES:
            changes.append(Change(task_id, stage, given.decision, now, then, rules))
    return Trial(counts, tuple(changes), _erased(service), partial)


def decide_again(given: Verdict, rules: Rules) -> tuple[Decision, tuple[str, ...]]:
    """Return what ``rules`` make of the findings of a verdict, and the ids of the rules behind it.

    What a licence cleared stays clear.
    """
    decided = [(Decision.CLEAR, "")]
    for finding in given.findings:
        if finding.licence is None:
            match = (finding.signal, finding.distance, finding.policy, finding.manner)
            rule = rules.decide_for(*match)
            decided.append((rule.decision, rule.id))
    if {*given.needed, *(set(given.unknown) & set(rules.unknown.always))}:
        decided.append((rules.unknown.decision, "unknown"))
    gravest = max((decision for decision, _ in decided), key=lambda one: one.gravity)
    behind = {name for decision, name in decided if decision is gravest and name}
    return gravest, tuple(sorted(behind))


def _newest_verdicts(service: Service) -> Iterator[tuple[str, Stage, Verdict]]:
    newest = (
        select(verdict.c.task_id, verdict.c.stage, func.max(verdict.c.number).label("number"))
        .group_by(verdict.c.task_id, verdict.c.stage)
        .subquery()
    )
    same = (
        (verdict.c.task_id == newest.c.task_id)
        & (verdict.c.stage == newest.c.stage)
        & (verdict.c.number == newest.c.number)
    )
    query = select(verdict.c.task_id, verdict.c.stage, verdict.c.body).join(newest, same)
    ordered = query.order_by(verdict.c.task_id, verdict.c.stage)
    with service.store.read() as session:
        for task_id, stage, body in session.execute(ordered):
            yield task_id, Stage(stage), Verdict.model_validate(body)


def _erased(service: Service) -> int:
    with service.store.read() as session:
        gone = select(func.count()).select_from(task).where(task.c.salt.is_(None))
        return session.scalar(gone) or 0
