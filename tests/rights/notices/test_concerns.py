"""Notices that a person has to decide on: nothing is done on them before, and both sides know."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from cleardance.errors import NotFound, NoticeError
from cleardance.rights import granting, registry
from cleardance.rights.grant import Grant
from cleardance.rights.notices import filing
from cleardance.rights.notices.filing import Receipt
from cleardance.rights.row import parse_row
from cleardance.store import Store
from cleardance.store.tables import NoticeStatus
from tests.rights.notices.forms import copyright_form

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def submit(store: Store, **changed: object) -> Receipt:
    return filing.file_notice(store, copyright_form(**changed), Path(), NOW)


def worries(receipt: Receipt) -> list[str | None]:
    return [one["worry"] for one in receipt.concerns]


def add(store: Store, **values: object) -> str:
    row = {"name": "Lantern Street", "kind": "series", "owner": "Example Pictures", "aliases": []}
    return registry.add(store, parse_row(row | values))


def test_a_usual_notice_is_accepted_at_once(store: Store) -> None:
    receipt = submit(store)
    assert (worries(receipt), bool(receipt.works)) == ([], True)


def test_a_work_in_the_public_domain_is_not_taken_from_anybody(store: Store) -> None:
    work_id = add(store, public_domain=True)
    receipt = submit(store)
    assert worries(receipt) == ["public_domain"]
    assert receipt.works == ()
    assert registry.show(store, work_id).public_domain


def test_a_work_of_another_owner_is_asked_about_on_both_sides(store: Store) -> None:
    add(store, owner="Somebody Else")
    [concern] = submit(store).concerns
    assert (concern["worry"], concern["other"]) == ("other_owner", "Somebody Else")
    assert "Example Pictures sent a notice" in str(concern["to_other"])
    assert "Somebody Else" not in str(concern["to_sender"])


@pytest.mark.parametrize("owner", ["Example Pictures/Sub", "EXAMPLE PICTURES", "Pictures"])
def test_a_name_of_the_same_house_is_not_another_owner(store: Store, owner: str) -> None:
    add(store, owner=owner)
    assert worries(submit(store)) == []


def test_a_licence_in_force_is_told_to_its_holder_and_not_to_the_sender(store: Store) -> None:
    work_id = add(store)
    wanted = {"works": [work_id], "to": "partner:Example Partner", "uses": ["output"]}
    granting.grant(store, Grant.model_validate(wanted), NOW)
    [concern] = submit(store).concerns
    assert (concern["worry"], concern["other"]) == ("licence_in_force", "Example Partner")
    assert "Example Partner" not in str(concern["to_sender"])


def test_a_held_notice_has_effect_once_a_person_accepts_it(store: Store) -> None:
    add(store, owner="Somebody Else")
    receipt = submit(store)
    assert filing.find(store, receipt.id).status is NoticeStatus.HELD
    accepted = filing.accept(store, receipt.id, by="ana", reason="They showed a contract.")
    assert accepted.status is NoticeStatus.ACCEPTED
    assert accepted.works
    with pytest.raises(NoticeError, match="accepted"):
        filing.accept(store, receipt.id, by="ana", reason="Again.")
    assert submit(store).joined


def test_misuse_is_remembered_of_a_sender_until_it_is_lifted(store: Store) -> None:
    add(store, public_domain=True)
    first = submit(store)
    rejected = filing.reject(store, first.id, by="ana", reason="It is free.", is_misuse=True)
    assert (rejected.status, rejected.works) == (NoticeStatus.REJECTED, ())
    other = {"works": [{"name": "Copper Lane", "kind": "film"}], "located": []}
    held = submit(store, law="letter", **other)
    assert worries(held) == ["earlier_misuse"]
    with pytest.raises(NotFound):
        registry.show(store, "Copper Lane")
    assert filing.lift_misuse(store, first.id)
    assert not filing.lift_misuse(store, first.id)
    assert worries(submit(store, law="letter", reason="Once more.", **other)) == []


def test_a_notice_that_points_at_very_many_outputs_is_looked_at(store: Store) -> None:
    located = [{"output": f"cgt-{n}"} for n in range(10_001)]
    assert worries(submit(store, located=located)) == ["very_many"]
