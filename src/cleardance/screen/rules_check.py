"""Is a table of rules sound? Every match that can happen is looked at, cell by cell.

A cell is a signal, a policy, a manner and a stretch of distances between two neighbouring
thresholds: within one, all matches are decided alike. A rule fits a set of cells; the first rule
that fits a cell decides it.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple, get_args

from cleardance.errors import (
    NoRuleDecides,
    RulesError,
    RulesOverlap,
    RuleUnreachable,
    ThresholdOutOfRange,
    UnknownSignal,
)
from cleardance.match.signal import Source
from cleardance.screen.rules import (
    SIGNALS,
    Manner,
    Rule,
    RuledSignal,
    Rules,
    WorkPolicy,
    read_rules,
)

_MANNERS: dict[Source, tuple[Manner, ...]] = {
    "text": ("plain", "style"),
    "frame": ("plain", "stock"),
    "sound": ("plain",),
}


class _Cell(NamedTuple):
    signal: str
    policy: str
    manner: Manner
    distance: float  # the farthest of its stretch

    def words(self) -> str:
        return f"{self.signal} at a distance of {self.distance:g}, for policy {self.policy}"


def parse_rules(text: str, signals: Sequence[RuledSignal] = SIGNALS) -> Rules:
    """Read a table from TOML and check it. Raises a RulesError of the kind that is wrong with it.

    Those are RulesError itself (form, an id twice), UnknownSignal, ThresholdOutOfRange,
    NoRuleDecides, RuleUnreachable and RulesOverlap.
    """
    rules = read_rules(text)
    check(rules, signals)
    return rules


def check(rules: Rules, signals: Sequence[RuledSignal] = SIGNALS) -> None:
    """Raise the RulesError of the first thing that is wrong with a table, as ``parse_rules``."""
    _check_ids(rules.rule)
    loosest = {signal.name: signal.ladder.rungs[-1].max_distance for signal in signals}
    for name in (*(rule.signal for rule in rules.rule), *rules.unknown.always):
        if name != "*" and name not in loosest:
            raise UnknownSignal(f"There is no signal {name!r}; known are {', '.join(loosest)}.")
    for rule in rules.rule:
        _check_threshold(rule, loosest)
    fitted = _fitted(rules.rule, list(_cells(rules.rule, signals)))
    _check_reach(rules.rule, fitted)
    _check_overlaps(rules.rule, fitted)


def _check_ids(rules: Sequence[Rule]) -> None:
    ids = [rule.id for rule in rules]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise RulesError(f"Two rules have the same id: {', '.join(twice)}.")


def _check_threshold(rule: Rule, loosest: dict[str, float]) -> None:
    if rule.max_distance is None:
        return
    if rule.signal == "*":
        raise ThresholdOutOfRange(
            f"Rule {rule.id} gives a distance for every signal, but each has units of its own."
        )
    if not 0 <= rule.max_distance <= loosest[rule.signal]:
        raise ThresholdOutOfRange(
            f"Rule {rule.id} has a distance of {rule.max_distance:g}, but matches of "
            f"{rule.signal} lie between 0 and {loosest[rule.signal]:g}."
        )


def _cells(rules: Sequence[Rule], signals: Sequence[RuledSignal]) -> Iterator[_Cell]:
    for signal in signals:
        own = [rule.max_distance for rule in rules if rule.signal == signal.name]
        given = {distance for distance in own if distance is not None}
        edges = sorted(given | {signal.ladder.rungs[-1].max_distance})
        for policy in get_args(WorkPolicy):
            for manner in _MANNERS[signal.computed_from]:
                yield from (_Cell(signal.name, policy, manner, edge) for edge in edges)


def _fitted(rules: Sequence[Rule], cells: Sequence[_Cell]) -> list[frozenset[_Cell]]:
    """Return the cells that each rule fits; raise NoRuleDecides for one that none does."""
    fitted = [
        frozenset(
            cell
            for cell in cells
            if rule.fits(cell.signal, cell.distance, cell.policy, cell.manner)
        )
        for rule in rules
    ]
    decided = frozenset().union(*fitted)
    for cell in cells:
        if cell not in decided:
            raise NoRuleDecides(f"No rule decides {cell.words()}.")
    return fitted


def _check_reach(rules: Sequence[Rule], fitted: Sequence[frozenset[_Cell]]) -> None:
    before: frozenset[_Cell] = frozenset()
    for number, (rule, cells) in enumerate(zip(rules, fitted, strict=True)):
        if cells <= before:
            first = [r.id for r, own in zip(rules[:number], fitted, strict=False) if own & cells]
            why = f"{', '.join(first)} decide all of it first" if first else "nothing fits it"
            raise RuleUnreachable(f"Rule {rule.id} can never decide anything: {why}.")
        before |= cells


def _check_overlaps(rules: Sequence[Rule], fitted: Sequence[frozenset[_Cell]]) -> None:
    """An exception before its rule is a part of it; two that only cross would decide by luck."""
    for (one, ours), (other, theirs) in combinations(zip(rules, fitted, strict=True), 2):
        both = ours & theirs
        if one.decision is not other.decision and both and not ours <= theirs:
            cell = min(both)
            raise RulesOverlap(
                f"Rules {one.id} ({one.decision}) and {other.id} ({other.decision}) both decide "
                f"{cell.words()}; neither is a part of the other."
            )
