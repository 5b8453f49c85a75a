"""From matches to a verdict: the rule for each, the gravest decision, a reason in plain words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from cleardance.match.signal import similarity
from cleardance.rights.snapshot import RegistrySnapshot, WorkFacts
from cleardance.screen.reasons import Ground, How, reason_for, redress_for
from cleardance.screen.rules import Manner, Rule, Rules
from cleardance.verdict import Decision, Evidence, Finding, Verdict

_HOW: Final[dict[str, How]] = {"descriptor": "described"}
MAX_FINDINGS = 50
"""A verdict shows this many findings; which works they name decides, not how often."""


@dataclass(frozen=True)
class Match:
    """One signal found near one work: ``distance`` in the signal's units of ``scale``."""

    signal: str
    work: WorkFacts
    distance: float
    threshold: float
    scale: float
    evidence: Evidence
    manner: Manner = "plain"


def decide(
    matches: Iterable[Match], unknown: Sequence[str], registry: RegistrySnapshot, rules: Rules
) -> Verdict:
    """Return the verdict on all matches of one text or file; the same input, the same bytes.

    ``unknown`` are the signals that had to be computed and could not be.
    """
    decided = [
        (match, rules.decide(match.signal, match.distance, match.work, match.manner))
        for match in matches
    ]
    decided.sort(key=_order)
    unknown = tuple(sorted(set(unknown)))
    decisions = [rule.decision for _, rule in decided]
    decisions += [rules.unknown.decision] if unknown else []
    decision = max(decisions, key=lambda one: one.gravity, default=Decision.CLEAR)
    grounds = [match for match, rule in decided if rule.decision is decision]
    return Verdict(
        decision=decision,
        registry_revision=registry.revision,
        findings=tuple(_finding(match, rule) for match, rule in decided[:MAX_FINDINGS]),
        unknown=unknown,
        reason=reason_for(decision, [_ground(match) for match in grounds], unknown),
        redress=redress_for(decision, [_ground(match) for match in grounds]),
    )


def _order(decided: tuple[Match, Rule]) -> tuple[object, ...]:
    """Gravest first, then by place, then by work."""
    match, rule = decided
    span, time_s = match.evidence.text_span or (-1, -1), match.evidence.time_s
    return (
        -rule.decision.gravity,
        match.signal,
        span,
        -1.0 if time_s is None else time_s,
        match.distance,
        match.work.id,
    )


def _ground(match: Match) -> Ground:
    return Ground(match.work, match.evidence, how=_HOW.get(match.signal, match.manner))


def _finding(match: Match, rule: Rule) -> Finding:
    return Finding(
        signal=match.signal,
        work=match.work.summary(),
        score=similarity(match.distance, match.scale),
        threshold=similarity(match.threshold, match.scale),
        rule=rule.id,
        evidence=match.evidence,
    )
