import contextlib
import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleardance.errors import (
    NoRuleDecides,
    RulesError,
    RulesOverlap,
    RuleUnreachable,
    ThresholdOutOfRange,
    UnknownSignal,
)
from cleardance.rights.snapshot import WorkFacts
from cleardance.screen.rules import SIGNALS, Manner, default_rules, read_rules
from cleardance.screen.rules_check import check, parse_rules
from cleardance.verdict import Decision

SOUND = """
[[rule]]
id = "all"
signal = "*"
policy = "{policy}"
decision = "{decision}"
"""
ALL = "".join(
    SOUND.format(policy=policy, decision="hold").replace('"all"', f'"all-{policy}"')
    for policy in ("deny", "review", "allow")
)
QUARTERS = (0.0, 0.25, 0.5, 1.0)
POLICIES = ("deny", "review", "allow", "public_domain", "not_in_force")
UNKNOWN = '[unknown]\ndecision = "hold"\n'


def work(policy: str, public_domain: bool = False) -> WorkFacts:
    return WorkFacts("id", "name", "film", None, policy, public_domain, None)


@pytest.mark.parametrize("signal", ["name", "pdq"])
@pytest.mark.parametrize(
    ("policy", "decision"),
    [("deny", Decision.DENY), ("review", Decision.HOLD), ("allow", Decision.CLEAR)],
)
def test_shipped_rules_follow_the_policy(signal: str, policy: str, decision: Decision) -> None:
    assert default_rules().decide(signal, 0, work(policy)).decision is decision


@given(st.sampled_from(["deny", "review", "allow"]), st.integers(0, 31))
def test_public_domain_always_clears(policy: str, distance: int) -> None:
    rule = default_rules().decide("pdq", distance, work(policy, public_domain=True))
    assert rule.decision is Decision.CLEAR


PUBLIC = SOUND.format(policy="public_domain", decision="clear").replace('"all"', '"all-public"')
ELSEWHERE = SOUND.format(policy="not_in_force", decision="clear").replace('"all"', '"elsewhere"')
COMPLETE = ALL + PUBLIC + ELSEWHERE + UNKNOWN


def test_a_complete_table_is_taken() -> None:
    assert len(parse_rules(COMPLETE).rule) == 5


def rule(name: str, decision: str = "hold", **values: object) -> str:
    """A rule before the others; what differs from ``deny`` and any signal is given."""
    table = {"id": name, "signal": "*", "policy": "deny", "decision": decision} | values
    lines = (f"{key} = {json.dumps(value)}" for key, value in table.items())
    return "\n".join(["[[rule]]", *lines, ""])


@pytest.mark.parametrize(
    ("text", "error", "why"),
    [
        ("", RulesError, "rule"),
        ("not toml at all", RulesError, "not TOML"),
        (ALL, RulesError, "unknown"),
        (ALL + '[unknown]\ndecision = "clear"\n', RulesError, "unknown"),
        (COMPLETE + "extra = 1\n", RulesError, "extra"),
        ("revision = 3\n" + COMPLETE, RulesError, "number itself"),
        (COMPLETE.replace("decision", "decison"), RulesError, "decision: Field"),
        (rule("x", max_distance="far") + COMPLETE, RulesError, "max_distance"),
        (rule("x", signal="pdq").replace('"deny"', '"denied"') + COMPLETE, RulesError, "policy"),
        (COMPLETE.replace("all-deny", "all-review"), RulesError, "all-review"),
        (COMPLETE.replace('"*"', '"smell"', 1), UnknownSignal, "smell"),
        (COMPLETE + 'always = ["smell"]\n', UnknownSignal, "smell"),
        (rule("x", signal="pdq", max_distance=32) + COMPLETE, ThresholdOutOfRange, "0 and 31"),
        (rule("x", signal="pdq", max_distance=-1) + COMPLETE, ThresholdOutOfRange, "x"),
        (rule("x", max_distance=0) + COMPLETE, ThresholdOutOfRange, "units"),
        (ALL + UNKNOWN, NoRuleDecides, "policy public_domain"),
        (COMPLETE.replace('"*"', '"pdq"', 1), NoRuleDecides, "name at a distance of 0.2, for pol"),
        (COMPLETE.replace(UNKNOWN, "") + rule("late") + UNKNOWN, RuleUnreachable, "all-deny"),
        (rule("x", signal="pdq", manner="style") + COMPLETE, RuleUnreachable, "nothing fits"),
        (
            rule("a", "deny", signal="pdq", max_distance=20)
            + rule("b", "deny", signal="pdq", max_distance=10)
            + COMPLETE,
            RuleUnreachable,
            "b can never",
        ),
        (
            rule("a", "deny", signal="name", manner="style")
            + rule("b", "clear", signal="name", max_distance=0.1)
            + COMPLETE,
            RulesOverlap,
            "a .deny. and b .clear.",
        ),
    ],
)
def test_unsound_tables_are_refused_by_name(text: str, error: type[RulesError], why: str) -> None:
    with pytest.raises(error, match=why) as raised:
        parse_rules(text)
    assert type(raised.value) is error


def test_the_shipped_table_is_sound() -> None:
    check(default_rules())


def test_an_exception_before_its_rule_is_no_overlap() -> None:
    table = rule("near", "deny", signal="pdq", max_distance=10) + COMPLETE
    assert parse_rules(table).decide("pdq", 10, work("deny")).id == "near"
    assert parse_rules(table).decide("pdq", 10.5, work("deny")).id == "all-deny"


@st.composite
def tables(draw: st.DrawFn) -> str:
    """Tables of rules that may be sound or not, over every signal."""
    signals = {
        "*": None,
        **{signal.name: signal.ladder.rungs[-1].max_distance for signal in SIGNALS},
    }
    rows = []
    for number in range(draw(st.integers(0, 5))):
        name = draw(st.sampled_from(sorted(signals)))
        loosest = signals[name]
        values: dict[str, object] = {"signal": name, "policy": draw(st.sampled_from(POLICIES))}
        if loosest is not None and draw(st.booleans()):
            values["max_distance"] = loosest * draw(st.sampled_from(QUARTERS))
        if draw(st.booleans()):
            values["manner"] = draw(st.sampled_from(["plain", "style", "stock"]))
        rows.append(rule(f"r{number}", draw(st.sampled_from(["clear", "hold", "deny"])), **values))
    return "".join(rows) + COMPLETE


@given(tables())
def test_every_match_is_decided_and_every_rule_of_a_sound_table_can_be(text: str) -> None:
    """What the check promises, asked of the table itself, match by match."""
    table = read_rules(text)
    deciding = {table.decide(*match).id for match in matches()}
    assert "undecided" not in deciding
    unreachable = {one.id for one in table.rule} - deciding
    if unreachable:
        with pytest.raises(RuleUnreachable, match="|".join(unreachable)):
            parse_rules(text)
    else:
        with contextlib.suppress(RulesOverlap):
            assert parse_rules(text) == table


MANNERS: dict[str, list[Manner]] = {
    "text": ["plain", "style"],
    "frame": ["plain", "stock"],
    "sound": ["plain"],
}


def matches() -> Iterator[tuple[str, float, WorkFacts, Manner]]:
    """Every match that the rules of ``tables`` could tell apart."""
    for signal in SIGNALS:
        for part in QUARTERS:
            distance = part * signal.ladder.rungs[-1].max_distance
            for policy in POLICIES:
                of = work("deny", True) if policy == "public_domain" else work(policy)
                yield from (
                    (signal.name, distance, of, manner) for manner in MANNERS[signal.computed_from]
                )


def test_what_a_table_in_force_does_not_know_is_held() -> None:
    """A home with rules of its own, after an upgrade that brought a new signal."""
    old = read_rules(COMPLETE.replace('"*"', '"pdq"'))
    assert old.decide("name", 0, work("allow")).decision is Decision.HOLD
