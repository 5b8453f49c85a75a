"""When a licence counts: against an oracle written without looking at the rule."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleardance.rights.licence import Asker, Failing, Grantee, Licence, Use, failings
from cleardance.rights.licences import LicenceBook, Standing
from cleardance.store.tables import GranteeKind, LicenceKind, utc_text
from tests.rights.licence_samples import NOON, PATIENT, WHOLES, WORKS, askers, licences

ASKER = Asker(NOON, account="one", partner="guild", territories=frozenset({"DE"}))
HELD = Licence(
    id="lic-1",
    kind=LicenceKind.LICENCE,
    grantee=Grantee(GranteeKind.ACCOUNT, "one"),
    grantor="Zorblax Pictures",
    works=("series",),
    uses=frozenset({Use.PROMPT}),
)


def oracle(licence: Licence, asker: Asker, work: str, use: Use) -> bool:
    """Whether it counts, said once more, in another way."""
    if licence.revoked_at:
        return False
    holder = {"account": asker.account, "partner": asker.partner, "everyone": ""}
    if holder[licence.grantee.kind.value] != licence.grantee.name:
        return False
    if licence.valid_from and asker.moment < datetime.fromisoformat(licence.valid_from):
        return False
    if licence.valid_until and not asker.moment < datetime.fromisoformat(licence.valid_until):
        return False
    if licence.territories:
        everywhere = not asker.territories
        if everywhere or any(place not in licence.territories for place in asker.territories):
            return False
    if work == "person":
        speaks = licence.kind is LicenceKind.CONSENT and "person" in licence.works
    else:
        inside = licence.with_parts and work == "part" and "series" in licence.works
        speaks = licence.kind is LicenceKind.LICENCE and (work in licence.works or inside)
    return speaks and use in licence.uses


def standing(book: LicenceBook, asker: Asker, work: str, use: Use) -> Standing:
    return book.standing(work, WHOLES.get(work, ()), work == "person", use, asker)


@settings(PATIENT, max_examples=400)
@given(licences, askers, st.sampled_from(WORKS), st.sampled_from(Use))
def test_a_licence_counts_if_and_only_if_every_condition_holds(
    licence: Licence, asker: Asker, work: str, use: Use
) -> None:
    found = standing(LicenceBook([licence]), asker, work, use)
    assert (found.licence is not None) == oracle(licence, asker, work, use)


@PATIENT
@given(st.lists(licences, max_size=6, unique_by=lambda one: one.id), askers, st.sampled_from(Use))
def test_among_many_one_counts_if_and_only_if_any_does(
    held: list[Licence], asker: Asker, use: Use
) -> None:
    for work in WORKS:
        found = standing(LicenceBook(held), asker, work, use)
        counting = {one.id for one in held if oracle(one, asker, work, use)}
        assert (found.licence.id in counting) if found.licence else not counting
        assert bool(found.failings) == (found.nearest is not None)


@PATIENT
@given(st.lists(licences, min_size=1, max_size=6, unique_by=lambda one: one.id), askers, st.data())
def test_revoking_never_allows_more(held: list[Licence], asker: Asker, data: st.DataObject) -> None:
    gone = data.draw(st.sampled_from(held))
    left = [replace(one, revoked_at="2026") if one is gone else one for one in held]
    for work in WORKS:
        for use in Use:
            after = standing(LicenceBook(left), asker, work, use).licence
            assert after is None or standing(LicenceBook(held), asker, work, use).licence
            assert after is None or after.id != gone.id


@PATIENT
@given(st.lists(licences, max_size=4, unique_by=lambda one: one.id), licences, askers)
def test_licences_of_others_change_nothing(
    held: list[Licence], others: Licence, asker: Asker
) -> None:
    other = replace(others, id="lic-other", grantee=Grantee(GranteeKind.ACCOUNT, "somebody else"))
    for work in WORKS:
        with_it = standing(LicenceBook([*held, other]), asker, work, Use.PROMPT)
        assert with_it == standing(LicenceBook(held), asker, work, Use.PROMPT)


def test_the_order_in_which_licences_are_loaded_changes_nothing() -> None:
    ended = replace(HELD, id="lic-2", valid_until=utc_text(NOON + timedelta(days=1)))
    for book in (LicenceBook([HELD, ended]), LicenceBook([ended, HELD])):
        found = standing(book, ASKER, "series", Use.PROMPT)
        assert found.licence == HELD  # what lasts longest is cited


HOUR = timedelta(hours=1)
CHANGES = [
    ({"grantee": Grantee(GranteeKind.ACCOUNT, "two")}, Failing.GRANTEE),
    ({"revoked_at": utc_text(NOON)}, Failing.REVOKED),
    ({"valid_from": utc_text(NOON + HOUR)}, Failing.NOT_YET),
    ({"valid_until": utc_text(NOON)}, Failing.EXPIRED),
    ({"territories": frozenset({"US"})}, Failing.TERRITORY),
    ({"uses": frozenset({Use.STYLE})}, Failing.USE),
]


@pytest.mark.parametrize(("change", "why"), CHANGES)
def test_each_condition_alone_is_named(change: dict[str, object], why: Failing) -> None:
    assert failings(HELD, ASKER, Use.PROMPT) == ()
    assert failings(replace(HELD, **change), ASKER, Use.PROMPT) == (why,)  # type: ignore[arg-type]


def test_it_holds_from_its_first_moment_up_to_its_last() -> None:
    licence = replace(HELD, valid_from=utc_text(NOON), valid_until=utc_text(NOON + HOUR))
    instant = timedelta(microseconds=1)
    moments = {NOON - instant: False, NOON: True, NOON + HOUR - instant: True, NOON + HOUR: False}
    for moment, counts in moments.items():
        assert (not failings(licence, replace(ASKER, moment=moment), Use.PROMPT)) is counts


def test_offered_everywhere_needs_a_licence_for_everywhere() -> None:
    in_two = replace(HELD, territories=frozenset({"DE", "AT"}))
    for offered, counts in (
        ({"DE"}, True),
        ({"DE", "AT"}, True),
        ({"DE", "US"}, False),
        ((), False),
    ):
        asker = replace(ASKER, territories=frozenset(offered))
        assert (not failings(in_two, asker, Use.PROMPT)) is counts
        assert failings(HELD, asker, Use.PROMPT) == ()
