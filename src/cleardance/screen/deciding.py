"""From matches to a verdict: the rule for each, what licences clear, the gravest, a reason."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from cleardance.match.signal import similarity
from cleardance.rights.licence import Asker, Use
from cleardance.rights.licences import Standing
from cleardance.rights.snapshot import RegistrySnapshot, WorkFacts
from cleardance.screen.reasons import Ground, How, reason_for, redress_for
from cleardance.screen.rules import Manner, Rule, Rules
from cleardance.verdict import Decision, Evidence, Finding, Verdict

_HOW: Final[dict[str, How]] = {"descriptor": "described"}
_USES: Final = {"voice": Use.VOICE, "face": Use.LIKENESS}
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


@dataclass(frozen=True)
class _Decided:
    """A match, the rule that fits it, and what the asker may do with the work all the same."""

    match: Match
    rule: Rule
    standing: Standing

    @property
    def decision(self) -> Decision:
        return Decision.CLEAR if self.standing.licence else self.rule.decision


def decide(
    matches: Iterable[Match],
    unknown: Sequence[str],
    registry: RegistrySnapshot,
    rules: Rules,
    asker: Asker | None = None,
) -> Verdict:
    """Return the verdict on all matches of one text or file; the same input, the same bytes.

    ``unknown`` are the signals that had to be computed and could not be. A licence that ``asker``
    holds clears the findings it covers; without an asker none counts.
    """
    decided = sorted((_judge(match, registry, rules, asker) for match in matches), key=_order)
    unknown = tuple(sorted(set(unknown)))
    decisions = [one.decision for one in decided]
    decisions += [rules.unknown.decision] if unknown else []
    decision = max(decisions, key=lambda one: one.gravity, default=Decision.CLEAR)
    grounds = [_ground(one) for one in decided if one.decision is decision]
    return Verdict(
        decision=decision,
        registry_revision=registry.revision,
        findings=tuple(_finding(one) for one in decided[:MAX_FINDINGS]),
        unknown=unknown,
        licences=tuple(
            sorted({one.standing.licence.id for one in decided if one.standing.licence})
        ),
        reason=reason_for(decision, grounds, unknown, asker),
        redress=redress_for(decision, grounds),
    )


def use_of(match: Match, asker: Asker) -> Use:
    """Return the one use that a match is of: what a licence must allow for it to be cleared."""
    if asker.use is Use.POST:
        return Use.POST
    if match.manner == "style":
        return Use.STYLE
    if match.signal in _USES:
        return _USES[match.signal]
    return Use.LIKENESS if match.work.kind == "person" else asker.use


def _judge(match: Match, registry: RegistrySnapshot, rules: Rules, asker: Asker | None) -> _Decided:
    rule = rules.decide(match.signal, match.distance, match.work, match.manner)
    if asker is None or rule.decision is Decision.CLEAR:
        return _Decided(match, rule, Standing())
    return _Decided(match, rule, registry.standing(match.work.id, use_of(match, asker), asker))


def _order(decided: _Decided) -> tuple[object, ...]:
    """Gravest first, then by place, then by work."""
    match = decided.match
    span, time_s = match.evidence.text_span or (-1, -1), match.evidence.time_s
    return (
        -decided.decision.gravity,
        match.signal,
        span,
        -1.0 if time_s is None else time_s,
        match.distance,
        match.work.id,
    )


def _ground(decided: _Decided) -> Ground:
    match = decided.match
    how = _HOW.get(match.signal, match.manner)
    return Ground(match.work, match.evidence, how, decided.standing)


def _finding(decided: _Decided) -> Finding:
    match, licence = decided.match, decided.standing.licence
    return Finding(
        signal=match.signal,
        work=match.work.summary(),
        score=similarity(match.distance, match.scale),
        threshold=similarity(match.threshold, match.scale),
        rule=decided.rule.id,
        evidence=match.evidence,
        licence=licence.id if licence else None,
    )
