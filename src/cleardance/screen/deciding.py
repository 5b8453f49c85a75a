"""From matches to a verdict: the rule for each, what licences clear, the gravest, a reason."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from cleardance.ledger.entry import canonical
from cleardance.match.signal import similarity
from cleardance.rights.licence import Asker, Use
from cleardance.rights.licences import Standing
from cleardance.rights.snapshot import RegistrySnapshot, WorkFacts
from cleardance.screen.reasons import Ground, How, reason_for, redress_for
from cleardance.screen.rules import Manner, Rule, Rules, policy_of
from cleardance.verdict import Decision, Evidence, Finding, Force, Omitted, Verdict

_HOW: Final[dict[str, How]] = {
    "descriptor": "described",
    "judge": "recognised",
    "sound": "heard",
    "face": "face",
    "frame_text": "written",
    "voice": "voice",
    "removed": "removed",
}
_USES: Final = {"voice": Use.VOICE, "face": Use.LIKENESS}
MAX_FINDINGS = 50
"""A verdict shows this many findings: of every work and rule before a second of any."""


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
    policy: str
    rule: Rule
    standing: Standing
    force: Force | None = None

    @property
    def decision(self) -> Decision:
        return Decision.CLEAR if self.standing.licence else self.rule.decision


def decide(
    matches: Iterable[Match],
    unknown: Sequence[str],
    registry: RegistrySnapshot,
    rules: Rules,
    asker: Asker | None = None,
    unneeded: Sequence[str] = (),
) -> Verdict:
    """Return the verdict on all matches of one text or file; the same input, the same bytes.

    ``unknown`` are the signals that had to be computed and could not be; ``unneeded`` those that
    nobody could compute, but no registered work needs either: they are listed, and hold only if the
    rules want them always. A licence that ``asker`` holds clears the findings it covers; without an
    asker none counts.
    """
    matches = list(matches)
    person = any(match.work.kind == "person" for match in matches)
    judged = (_judge(match, registry, rules, asker, with_person=person) for match in matches)
    decided = sorted(judged, key=_order)
    needed = {*unknown, *(set(unneeded) & set(rules.unknown.always))}
    shown, omitted = _shown([_finding(one) for one in decided])
    decisions = [one.decision for one in decided]
    decisions += [rules.unknown.decision] if needed else []
    decision = max(decisions, key=lambda one: one.gravity, default=Decision.CLEAR)
    grounds = [_ground(one) for one in decided if one.decision is decision]
    return Verdict(
        decision=decision,
        registry_revision=registry.revision,
        rules_revision=rules.revision,
        findings=shown,
        omitted=omitted,
        unknown=tuple(sorted({*unknown, *unneeded})),
        needed=tuple(sorted(needed)),
        licences=tuple(
            sorted({one.standing.licence.id for one in decided if one.standing.licence})
        ),
        reason=reason_for(decision, grounds, sorted(needed), asker),
        redress=redress_for(decision, grounds),
    )


def use_of(match: Match, asker: Asker) -> Use:
    """Return the one use that a match is of: what a licence must allow for it to be cleared."""
    return _use(match.signal, match.manner, match.work.kind, asker.use)


def use_lacking(finding: Finding, *, made: bool) -> Use:
    """Return the use that a licence would have to allow for a finding to be cleared.

    ``made`` tells that it was found in an output, and not in what was asked.
    """
    asked = Use.REFERENCE if finding.evidence.text is None else Use.PROMPT
    use = Use.OUTPUT if made else asked
    return _use(finding.signal, finding.manner, finding.work.kind, use)


def _use(signal: str, manner: str, kind: str, use: Use) -> Use:
    if use is Use.POST:
        return use
    if manner == "style":
        return Use.STYLE
    if signal in _USES:
        return _USES[signal]
    return Use.LIKENESS if kind == "person" else use


def _judge(
    match: Match,
    registry: RegistrySnapshot,
    rules: Rules,
    asker: Asker | None,
    *,
    with_person: bool,
) -> _Decided:
    work, force = match.work.in_force(asker, with_person=with_person)
    rule, policy = rules.decide(match.signal, match.distance, work, match.manner), policy_of(work)
    if asker is None or rule.decision is Decision.CLEAR:
        return _Decided(match, policy, rule, Standing(), force)
    standing = registry.standing(work.id, use_of(match, asker), asker)
    return _Decided(match, policy, rule, standing, force)


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
    return Ground(match.work, match.evidence, how, decided.standing, decided.force)


def _finding(decided: _Decided) -> Finding:
    match, licence = decided.match, decided.standing.licence
    return Finding(
        signal=match.signal,
        work=match.work.summary(),
        score=similarity(match.distance, match.scale),
        threshold=similarity(match.threshold, match.scale),
        distance=round(match.distance, 6),
        manner=match.manner,
        policy=decided.policy,
        rule=decided.rule.id,
        decision=decided.decision,
        evidence=match.evidence,
        licence=licence.id if licence else None,
        force=decided.force,
    )


def _shown(findings: Sequence[Finding]) -> tuple[tuple[Finding, ...], Omitted | None]:
    """Choose what there is room for, in the order given, and sum up the rest."""
    first: dict[tuple[str, str, str], int] = {}
    for place, one in enumerate(findings):
        first.setdefault((one.work.id, one.signal, one.rule), place)
    firsts = set(first.values())
    places = sorted(range(len(findings)), key=lambda place: (place not in firsts, place))
    shown = tuple(findings[place] for place in sorted(places[:MAX_FINDINGS]))
    rest = [findings[place] for place in sorted(places[MAX_FINDINGS:])]
    if not rest:
        return shown, None
    unseen = {one.work.id for one in rest} - {one.work.id for one in shown}
    sha256 = hashlib.sha256(canonical([one.model_dump(mode="json") for one in rest])).hexdigest()
    return shown, Omitted(findings=len(rest), works=len(unseen), sha256=sha256)
