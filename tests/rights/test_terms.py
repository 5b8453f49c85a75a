"""Where and when a work is protected; the day and the territories come with who asks."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleardance.rights.licence import Asker
from cleardance.rights.registry import add
from cleardance.rights.row import RegistryRow
from cleardance.rights.snapshot import load_registry
from cleardance.rights.terms import Terms
from cleardance.screen.ask import screen_ask
from cleardance.store import Store
from cleardance.verdict import Decision, Verdict


def asker(day: str, *territories: str) -> Asker:
    moment = datetime.fromisoformat(day).replace(tzinfo=UTC)
    return Asker(moment, territories=frozenset(territories))


def verdict(store: Store, text: str, who: Asker | None, **row: Any) -> Verdict:
    add(store, RegistryRow.model_validate({"name": "Zorblax", "kind": "film"} | row))
    return screen_ask(text, load_registry(store), asker=who)


CLEAR, DENY, HOLD = Decision.CLEAR, Decision.DENY, Decision.HOLD
FREE = {"public_domain_from": {"US": "2024-01-01", "*": "2037-01-01"}}


@pytest.mark.parametrize(
    ("row", "day", "offered", "decision", "because"),
    [
        ({"territories": ["KR"]}, "2026-11-22", ["US"], CLEAR, "protected only in KR"),
        ({"territories": ["KR"]}, "2026-11-22", ["US", "KR"], DENY, "protected in KR"),
        ({"territories": ["KR"]}, "2026-11-22", [], DENY, "protected in KR"),
        ({"protected_until": "2026-11-22"}, "2026-11-22", ["US"], DENY, "protected in US"),
        ({"protected_until": "2026-11-21"}, "2026-11-22", [], CLEAR, "until 2026-11-21"),
        ({"protected_from": "2026-11-23"}, "2026-11-22", [], CLEAR, "from 2026-11-23 on"),
        (FREE, "2026-11-22", ["US"], CLEAR, "public domain in US since 2024-01-01"),
        (FREE, "2023-12-31", ["US"], DENY, "protected in US"),
        (FREE, "2026-11-22", ["US", "DE"], DENY, "protected in DE"),
        (FREE, "2026-11-22", [], DENY, "protected everywhere"),
        (FREE, "2037-01-01", [], CLEAR, "public domain everywhere since 2037-01-01"),
    ],
)
def test_a_right_counts_where_and_when_it_is_in_force(
    store: Store,
    row: dict[str, Any],
    day: str,
    offered: list[str],
    decision: Decision,
    because: str,
) -> None:
    found = verdict(store, "a zorblax dances", asker(day, *offered), **row)
    (finding,) = found.findings
    assert finding.force is not None
    assert found.decision is decision
    assert because in finding.force.because
    assert because in found.reason
    assert (finding.force.on, finding.force.territories) == (
        date.fromisoformat(day),
        tuple(sorted(offered)),
    )


def test_without_place_and_day_every_right_counts(store: Store) -> None:
    row = {"territories": ["KR"], "protected_until": "1990-01-01"} | FREE
    assert verdict(store, "a zorblax dances", None, **row).decision is DENY


def test_a_work_without_terms_says_nothing_of_them(store: Store) -> None:
    one, other = (verdict(store, "zorblax", asker(day)) for day in ("2026-11-22", "2031-01-01"))
    assert one == other
    assert one.findings[0].force is None


ALLOWED = {"policy": "allow"}


@pytest.mark.parametrize(
    ("conditions", "text", "decision"),
    [
        (None, "zorblax with Quentin Quux", CLEAR),
        ({"no_persons": True}, "a zorblax dances", CLEAR),
        ({"no_persons": True}, "a zorblax dances with Quentin Quux", DENY),
        ({"no_persons": True, "otherwise": "review"}, "Zorblax and Quentin Quux", HOLD),
        ({"territories": ["US"]}, "a zorblax dances", CLEAR),
        ({"territories": ["KR"]}, "a zorblax dances", DENY),
        ({"until": "2026-11-22"}, "a zorblax dances", CLEAR),
        ({"until": "2026-11-21"}, "a zorblax dances", DENY),
    ],
)
def test_allowed_only_under_its_conditions(
    store: Store, conditions: dict[str, Any] | None, text: str, decision: Decision
) -> None:
    person = {"name": "Quentin Quux", "kind": "person", "policy": "allow"}
    add(store, RegistryRow.model_validate(person))
    row = ALLOWED | ({"conditions": conditions} if conditions else {})
    assert verdict(store, text, asker("2026-11-22", "US"), **row).decision is decision


def test_a_credit_is_told(store: Store) -> None:
    row = ALLOWED | {"conditions": {"credit": "© Zorblax"}}
    assert "© Zorblax" in verdict(store, "a zorblax", asker("2026-11-22"), **row).reason


def test_a_film_of_a_tale_leaves_the_tale_free_but_keeps_its_own(store: Store) -> None:
    tale = {"name": "Momotaro", "kind": "franchise", "public_domain": True}
    film = {
        "name": "Momotaro",
        "kind": "film",
        "owner": "Quux Pictures",
        "characters": [{"name": "Captain Quibble"}],
        "descriptors": ["a boy in chrome armour rides a steel pheasant over burning islands"],
    }
    for row in (tale, film):
        add(store, RegistryRow.model_validate(row))
    registry = load_registry(store)
    texts = [
        "Momotaro sails to the island of the ogres",
        "the film Momotaro",
        "Momotaro, that is, the film Momotaro",
        "Momotaro and Captain Quibble",
        "a boy in chrome armour rides a steel pheasant over islands",
    ]
    decisions = [screen_ask(text, registry).decision for text in texts]
    assert decisions == [CLEAR, DENY, DENY, DENY, DENY]


_PLACES = st.sampled_from(["US", "KR", "DE"])
_DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))
_TERMS = st.builds(
    Terms,
    territories=st.lists(_PLACES, max_size=2, unique=True).map(tuple),
    protected_from=st.none() | _DAYS,
    protected_until=st.none() | _DAYS,
    public_domain_from=st.dictionaries(_PLACES | st.just("*"), _DAYS, max_size=3),
)


@given(_TERMS, _DAYS, st.lists(_PLACES, min_size=1, max_size=3, unique=True))
def test_offering_in_more_places_never_frees_a_work(
    terms: Terms, day: date, places: list[str]
) -> None:
    def protected(*offered: str) -> bool:
        who = asker(day.isoformat(), *offered)
        return terms.policy_in_force("deny", who, with_person=False)[0] == "deny"

    assert protected(*places) == any(protected(place) for place in places)
    assert protected() or not any(protected(place) for place in ("US", "KR", "DE"))
