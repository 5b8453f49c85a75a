import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleardance.errors import UsageError
from cleardance.rights.snapshot import WorkFacts
from cleardance.screen.rules import default_rules, parse_rules
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


def test_a_complete_table_is_taken() -> None:
    assert (
        len(
            parse_rules(ALL + SOUND.format(policy="public_domain", decision="clear") + UNKNOWN).rule
        )
        == 4
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "rule"),
        ("not toml at all", "Rules|rules"),
        (ALL, "unknown"),
        (ALL + '[unknown]\ndecision = "clear"\n', "unknown"),
        (ALL.replace('"*"', '"smell"') + UNKNOWN, "smell"),
        (ALL.replace("all-deny", "all-review") + UNKNOWN, "same id"),
        (ALL.replace('"deny"', '"allow"') + UNKNOWN, "no rule decides"),
        (ALL.replace("decision", "decison") + UNKNOWN, "decison"),
        (
            ALL.replace('signal = "*"', 'signal = "*"\nmax_distance = 3') + UNKNOWN,
            "no rule decides",
        ),
    ],
)
def test_unsound_tables_are_refused(text: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        parse_rules(text)
