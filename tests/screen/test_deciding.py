"""What a verdict makes of many findings, and of signals that nobody could compute."""

from collections.abc import Sequence

import pytest

from cleardance.errors import SignalUnavailable, UnreadableMedia
from cleardance.rights.registry import add
from cleardance.rights.row import parse_row
from cleardance.rights.snapshot import RegistrySnapshot, load_registry
from cleardance.screen.deciding import MAX_FINDINGS, Match, decide
from cleardance.screen.matching import Footage, Found, Matchers, SampledFrame
from cleardance.screen.output import screen_output
from cleardance.screen.rules import default_rules, read_rules, shipped_text
from cleardance.store import Store
from cleardance.verdict import Decision, Evidence, Verdict, worst_of
from tests.match.pictures import picture

WORKS = 60


@pytest.fixture
def registry(store: Store) -> RegistrySnapshot:
    for number in range(WORKS):
        add(store, parse_row({"name": f"Zorblax{number:02}", "kind": "film"}))
    return load_registry(store)


def match(registry: RegistrySnapshot, work: int, place: int = 0, distance: float = 0.0) -> Match:
    facts = registry.works[sorted(registry.works)[work]]
    evidence = Evidence(text_span=(place, place + 3), text="zor")
    return Match("name", facts, distance, 0.17, 1.0, evidence)


def verdict(registry: RegistrySnapshot, matches: Sequence[Match]) -> Verdict:
    return decide(matches, (), registry, default_rules())


def test_every_work_is_shown_before_a_second_finding_of_any(registry: RegistrySnapshot) -> None:
    """Hiding one work's name among a thousand of another's."""
    found = verdict(
        registry, [*(match(registry, 0, place) for place in range(80)), match(registry, 1, 500)]
    )
    assert len(found.findings) == MAX_FINDINGS
    assert len({finding.work.id for finding in found.findings}) == 2
    assert found.omitted is not None
    assert (found.omitted.findings, found.omitted.works) == (31, 0)
    other = verdict(
        registry, [*(match(registry, 0, place) for place in range(81)), match(registry, 1, 500)]
    )
    assert other.omitted is not None
    assert other.omitted.sha256 != found.omitted.sha256


def test_works_without_room_are_counted(registry: RegistrySnapshot) -> None:
    found = verdict(registry, [match(registry, work) for work in range(WORKS)])
    assert found.omitted is not None
    assert (found.omitted.findings, found.omitted.works) == (10, 10)
    assert worst_of([found]).omitted == found.omitted
    both = worst_of([found, found]).omitted
    assert both is not None
    assert (both.findings, both.works) == (20, 20)


def test_each_finding_says_what_follows_from_it_alone(registry: RegistrySnapshot) -> None:
    found = verdict(registry, [match(registry, 0), match(registry, 1, distance=0.15)])
    assert [finding.decision for finding in found.findings] == [Decision.DENY, Decision.HOLD]
    assert found.decision is Decision.DENY


class Unavailable:
    """A matcher whose part is not installed, or which fails when it looks."""

    signal = "pdq"

    def __init__(self, needed: bool, error: Exception) -> None:
        self.needed, self.error = needed, error

    def is_needed(self, registry: RegistrySnapshot) -> bool:
        return self.needed

    def find(self, frames: Sequence[SampledFrame], registry: RegistrySnapshot) -> Found:
        raise self.error


MISSING = SignalUnavailable("not installed", hint="Install it.")
ALWAYS = read_rules(shipped_text() + 'always = ["pdq"]\n')


@pytest.mark.parametrize(
    ("needed", "error", "always", "decision"),
    [
        (True, MISSING, False, Decision.HOLD),
        (False, MISSING, False, Decision.CLEAR),  # nothing registered could be found by it
        (False, MISSING, True, Decision.HOLD),  # but the operator wants it all the same
        (False, UnreadableMedia("damaged"), False, Decision.HOLD),
        (False, ZeroDivisionError(), False, Decision.HOLD),
    ],
)
def test_unknown_holds_where_it_is_needed_wanted_or_was_tried_and_failed(
    store: Store, needed: bool, error: Exception, always: bool, decision: Decision
) -> None:
    matchers = Matchers(frames=(Unavailable(needed, error),))
    rules = ALWAYS if always else default_rules()
    footage = Footage([(0.0, picture(1))])
    found = screen_output(footage, load_registry(store), matchers, rules).verdict
    assert (found.decision, found.unknown) == (decision, ("pdq",))
    assert found.needed == (() if decision is Decision.CLEAR else ("pdq",))
