"""What a requester is told of licences: theirs, precisely; of others', nothing."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from cleardance.rights.licence import Asker, Grantee, Licence, Use
from cleardance.rights.licences import LicenceBook
from cleardance.rights.registry import add
from cleardance.rights.row import Policy, RegistryRow, WorkKind
from cleardance.rights.snapshot import RegistrySnapshot, load_registry
from cleardance.screen.ask import screen_ask
from cleardance.screen.deciding import Match, decide, use_of
from cleardance.screen.rules import default_rules
from cleardance.settings import Settings
from cleardance.store import open_store
from cleardance.store.tables import GranteeKind, LicenceKind, utc_text, work
from cleardance.verdict import Decision, Evidence
from tests.rights.licence_samples import NOON, PATIENT, WORKS, askers, licences

SERIES = RegistryRow(name="Zorblaxian", kind=WorkKind.SERIES, owner="Zorblax Pictures")
PART = RegistryRow(name="Captain Quibblo", kind=WorkKind.CHARACTER, owner="Zorblax Pictures")
FILM = RegistryRow(name="Quuxodrome", kind=WorkKind.FILM, policy=Policy.REVIEW)
PERSON = RegistryRow(name="Quentin Quuxley", kind=WorkKind.PERSON)
IDS = dict(zip(WORKS, (SERIES.id, PART.id, FILM.id, PERSON.id), strict=True))
TEXT = "Quentin Quuxley and Captain Quibblo in Zorblaxian, in the style of Quuxodrome"
ASKER = Asker(NOON, account="one", partner="guild", territories=frozenset({"DE"}))
HELD = Licence(
    id="lic-1",
    kind=LicenceKind.LICENCE,
    grantee=Grantee(GranteeKind.ACCOUNT, "one"),
    grantor="Zorblax Pictures",
    works=(SERIES.id,),
    uses=frozenset({Use.PROMPT}),
    valid_until=utc_text(datetime(2027, 1, 1, tzinfo=UTC)),
)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> RegistrySnapshot:
    with open_store(Settings(home=tmp_path_factory.mktemp("works") / "home")) as store:
        for row in (SERIES, PART, FILM, PERSON):
            add(store, row)
        with store.begin() as connection:
            part = work.c.id.in_([PART.id, PERSON.id])
            connection.execute(update(work).where(part).values(belongs_to=SERIES.id))
        return load_registry(store)


def holding(registry: RegistrySnapshot, *held: Licence) -> RegistrySnapshot:
    return replace(registry, licences=LicenceBook(held))


def real(licence: Licence) -> Licence:
    return replace(licence, works=tuple(IDS[name] for name in licence.works))


@PATIENT
@given(
    st.lists(licences.map(real), max_size=3, unique_by=lambda one: one.id),
    licences.map(real),
    askers,
)
def test_a_licence_more_never_makes_a_verdict_graver(
    registry: RegistrySnapshot, held: list[Licence], one_more: Licence, asker: Asker
) -> None:
    one_more = replace(one_more, id="lic-more")
    before = screen_ask(TEXT, holding(registry, *held), asker=asker)
    after = screen_ask(TEXT, holding(registry, *held, one_more), asker=asker)
    assert after.decision.gravity <= before.decision.gravity
    cleared = {(f.work.id, f.rule) for f in before.findings if f.licence}
    assert cleared <= {(f.work.id, f.rule) for f in after.findings if f.licence}


@PATIENT
@given(
    st.lists(licences.map(real), max_size=2, unique_by=lambda one: one.id),
    licences.map(real),
    askers,
)
def test_what_others_hold_shows_in_nothing(
    registry: RegistrySnapshot, held: list[Licence], others: Licence, asker: Asker
) -> None:
    other = replace(others, id="lic-other", grantee=Grantee(GranteeKind.PARTNER, "rival"))
    alone = screen_ask(TEXT, holding(registry, *held), asker=asker)
    assert screen_ask(TEXT, holding(registry, *held, other), asker=asker) == alone


@PATIENT
@given(licences.map(real), askers)
def test_the_licences_of_a_verdict_are_those_its_findings_cite(
    registry: RegistrySnapshot, held: Licence, asker: Asker
) -> None:
    verdict = screen_ask(TEXT, holding(registry, held), asker=asker)
    assert set(verdict.licences) == {f.licence for f in verdict.findings if f.licence}
    assert all(licence in verdict.reason for licence in verdict.licences) or (
        verdict.decision is not Decision.CLEAR
    )


def test_a_licence_clears_and_is_cited_with_its_end_and_conditions(
    registry: RegistrySnapshot,
) -> None:
    held = replace(HELD, conditions=("credit Zorblax",))
    verdict = screen_ask("a Zorblaxian dance", holding(registry, held), asker=ASKER)
    assert verdict.decision is Decision.CLEAR
    assert (verdict.licences, verdict.findings[0].licence) == (("lic-1",), "lic-1")
    assert verdict.findings[0].rule == "name-denied"  # what it would have been
    assert verdict.reason == (
        '"Zorblaxian" (series) is registered by Zorblax Pictures; the word "Zorblaxian" names it; '
        "the licence lic-1 by Zorblax Pictures allows it until 2026-12-31, "
        'on the condition "credit Zorblax". This is allowed.'
    )


@pytest.mark.parametrize(
    ("golden", "change"),
    [
        ("clear_licensed", {"conditions": ("credit Zorblax",)}),
        ("deny_licence_ended", {"valid_until": utc_text(NOON)}),
    ],
)
def test_golden_verdicts(
    registry: RegistrySnapshot, golden: str, change: dict[str, Any], rewrite_goldens: bool
) -> None:
    verdict = screen_ask(
        "a Zorblaxian dance", holding(registry, replace(HELD, **change)), asker=ASKER
    )
    text = json.dumps(verdict.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"
    path = Path(__file__).parent / "goldens" / f"{golden}.json"
    if rewrite_goldens:
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8")


def test_what_an_owner_wants_to_look_at_is_cleared_by_their_licence_too(
    registry: RegistrySnapshot,
) -> None:
    held = replace(HELD, works=(FILM.id,), valid_until=None)
    asked = "a Quuxodrome dance"
    assert screen_ask(asked, registry, asker=ASKER).decision is Decision.HOLD
    verdict = screen_ask(asked, holding(registry, held), asker=ASKER)
    assert (verdict.decision, verdict.licences) == (Decision.CLEAR, ("lic-1",))
    assert "allows it without an end" in verdict.reason


HOUR = timedelta(hours=1)
NOT_COUNTING: list[tuple[dict[str, Any], str, str]] = [
    ({"revoked_at": utc_text(NOON)}, "it was revoked on 2026-07-01 at 12:00 UTC", "a new licence"),
    ({"valid_until": utc_text(NOON)}, "it ended on 2026-07-01 at 12:00 UTC", "to renew lic-1"),
    ({"valid_until": "2026-06-01T00:00:00.000000Z"}, "it ended on 2026-05-31", "to renew lic-1"),
    (
        {"valid_from": utc_text(NOON + HOUR)},
        "begins on 2026-07-01 at 13:00",
        "again from 2026-07-01",
    ),
    ({"territories": frozenset({"US"})}, "is for US only (outputs are offered in DE)", "territory"),
    ({"uses": frozenset({Use.POST})}, "it allows post, not prompt", "extend lic-1 to this use"),
]


@pytest.mark.parametrize(("change", "why", "way"), NOT_COUNTING)
def test_a_licence_that_does_not_count_is_named_with_why_and_a_way_forward(
    registry: RegistrySnapshot, change: dict[str, Any], why: str, way: str
) -> None:
    held = replace(HELD, **change)
    verdict = screen_ask("a Zorblaxian dance", holding(registry, held), asker=ASKER)
    assert (verdict.decision, verdict.licences) == (Decision.DENY, ())
    assert "the licence lic-1 by Zorblax Pictures does not count" in verdict.reason
    assert why in verdict.reason
    assert verdict.redress.suggestion is not None
    assert way in verdict.redress.suggestion


def test_without_any_it_says_so_whether_others_hold_one_or_not(registry: RegistrySnapshot) -> None:
    other = replace(HELD, grantee=Grantee(GranteeKind.ACCOUNT, "two"))
    verdict = screen_ask("a Zorblaxian dance", holding(registry, other), asker=ASKER)
    assert verdict.reason.endswith("It is refused. This account holds no licence for it.")
    assert "lic-" not in verdict.model_dump_json()


def test_of_several_the_one_that_fails_least_is_named(registry: RegistrySnapshot) -> None:
    far = replace(HELD, id="lic-0", revoked_at="2026", uses=frozenset({Use.POST}))
    near = replace(HELD, valid_until=utc_text(NOON))
    verdict = screen_ask("a Zorblaxian dance", holding(registry, far, near), asker=ASKER)
    assert "lic-1" in verdict.reason
    assert "lic-0" not in verdict.reason


def test_one_licence_does_not_clear_another_work(registry: RegistrySnapshot) -> None:
    verdict = screen_ask("Zorblaxian meets Captain Quibblo", holding(registry, HELD), asker=ASKER)
    assert verdict.decision is Decision.DENY
    assert [(f.work.name, f.licence) for f in verdict.findings] == [
        ("Captain Quibblo", None),
        ("Zorblaxian", "lic-1"),
    ]
    assert verdict.licences == ("lic-1",)
    with_parts = replace(HELD, with_parts=True)
    both = screen_ask(
        "Zorblaxian meets Captain Quibblo", holding(registry, with_parts), asker=ASKER
    )
    assert both.decision is Decision.CLEAR


def test_a_series_does_not_sell_its_actors(registry: RegistrySnapshot) -> None:
    """The person belongs to the series in the registry; their likeness does not."""
    held = replace(HELD, with_parts=True, uses=frozenset(Use))
    verdict = screen_ask("Quentin Quuxley dances", holding(registry, held), asker=ASKER)
    assert (verdict.decision, verdict.licences) == (Decision.DENY, ())
    consent = replace(
        HELD, kind=LicenceKind.CONSENT, works=(PERSON.id,), uses=frozenset({Use.LIKENESS})
    )
    agreed = screen_ask("Quentin Quuxley dances", holding(registry, consent), asker=ASKER)
    assert agreed.decision is Decision.CLEAR
    assert "the consent lic-1" in agreed.reason


def test_without_an_asker_no_licence_counts(registry: RegistrySnapshot) -> None:
    everyone = replace(HELD, grantee=Grantee(GranteeKind.EVERYONE))
    assert screen_ask("Zorblaxian", holding(registry, everyone)).decision is Decision.DENY
    nobody = Asker(NOON)
    assert (
        screen_ask("Zorblaxian", holding(registry, everyone), asker=nobody).decision
        is Decision.CLEAR
    )


@pytest.mark.parametrize(
    ("signal", "manner", "work_name", "asked_as", "use"),
    [
        ("name", "plain", "series", Use.PROMPT, Use.PROMPT),
        ("descriptor", "plain", "series", Use.PROMPT, Use.PROMPT),
        ("name", "style", "series", Use.PROMPT, Use.STYLE),
        ("name", "style", "person", Use.PROMPT, Use.STYLE),
        ("name", "plain", "person", Use.PROMPT, Use.LIKENESS),
        ("face", "plain", "person", Use.REFERENCE, Use.LIKENESS),
        ("voice", "plain", "person", Use.OUTPUT, Use.VOICE),
        ("pdq", "plain", "series", Use.REFERENCE, Use.REFERENCE),
        ("pdq", "plain", "series", Use.OUTPUT, Use.OUTPUT),
        ("name", "style", "person", Use.POST, Use.POST),
    ],
)
def test_each_finding_asks_for_one_use(
    registry: RegistrySnapshot, signal: str, manner: Any, work_name: str, asked_as: Use, use: Use
) -> None:
    facts = registry.works[IDS[work_name]]
    match = Match(signal, facts, 0.0, 0.5, 1.0, Evidence(), manner)
    assert use_of(match, ASKER.asking(asked_as)) is use
    kind = LicenceKind.CONSENT if work_name == "person" else LicenceKind.LICENCE
    for granted in Use:
        held = replace(HELD, kind=kind, works=(facts.id,), uses=frozenset({granted}))
        asker = ASKER.asking(asked_as)
        verdict = decide([match], (), holding(registry, held), default_rules(), asker)
        assert (verdict.decision is Decision.CLEAR) is (granted is use)


def test_what_conditions_say_cannot_write_to_a_terminal(registry: RegistrySnapshot) -> None:
    held = replace(HELD, conditions=("a\x1b[31mb", "x" * 500))
    verdict = screen_ask("Zorblaxian", holding(registry, held), asker=ASKER)
    assert "\x1b" not in verdict.reason
    assert len(verdict.reason) < 600


def test_an_unknown_signal_is_held_whatever_is_licensed(registry: RegistrySnapshot) -> None:
    match = Match("pdq", registry.works[SERIES.id], 0.0, 31.0, 256.0, Evidence(time_s=0.0))
    held = replace(HELD, uses=frozenset(Use))
    asker = ASKER.asking(Use.OUTPUT)
    verdict = decide([match], ("pdq",), holding(registry, held), default_rules(), asker)
    assert verdict.decision is Decision.HOLD
