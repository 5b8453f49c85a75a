"""Notices that a person has to decide on: nothing is done on them before, and both sides know."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cleardance.accounts import accounts
from cleardance.clearance.notices import misuse
from cleardance.clearance.service import Service
from cleardance.errors import NotFound, NoticeError
from cleardance.media import write_png
from cleardance.rights import granting, registry
from cleardance.rights.grant import Grant
from cleardance.rights.notices import filing
from cleardance.rights.notices.concerns import Intake
from cleardance.rights.notices.filing import Receipt
from cleardance.rights.notices.form import parse_notice
from cleardance.rights.row import parse_row
from cleardance.settings import Settings
from cleardance.store import Store
from cleardance.store.tables import NoticeStatus
from tests.match.pictures import picture
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
    accounts.ensure_local_account(store)
    service = Service(Settings(home=store.home.path), store)
    with store.read() as session:
        [found] = misuse.listing(session)
    lifted = [
        misuse.lift_misuse(service, found.id, by="local", why="It was theirs.", at=NOW)
        for _ in range(2)
    ]
    assert lifted[0].lifted_at == lifted[1].lifted_at
    assert worries(submit(store, law="letter", reason="Once more.", **other)) == []


def test_a_sender_who_was_suspended_is_told_until_when(store: Store) -> None:
    add(store, public_domain=True)
    for reason in ("first", "second"):
        held = submit(store, reason=reason)
        filing.reject(store, held.id, by="ana", reason="It is free.", is_misuse=True)
    other = {"works": [{"name": "Copper Lane", "kind": "film"}], "located": []}
    now = datetime.now(UTC)
    form = copyright_form(law="letter", **other)
    receipt = filing.file_notice(store, form, Path(), now)
    until = now + timedelta(days=90)
    [concern] = receipt.concerns
    assert concern["worry"] == "suspended_sender"
    assert f"not handled until {until:%Y-%m-%d}" in str(concern["to_sender"])
    after = copyright_form(law="letter", reason="later", **other)
    later = filing.file_notice(store, after, Path(), until + timedelta(days=1))
    assert worries(later) == ["earlier_misuse"]


def test_what_anybody_can_send_registers_nothing_until_a_person_accepts_it(
    store: Store, tmp_path: Path
) -> None:
    """Whoever says they are Netflix must not have everybody's cats refused."""
    write_png(tmp_path / "cat.png", picture(1))
    row = {"name": "A Cat", "kind": "film", "references": ["cat.png"]}
    form = copyright_form(law="letter", works=[row], located=[])
    receipt = filing.file_notice(store, form, tmp_path, NOW, Intake(is_vouched=False))
    assert (worries(receipt), receipt.works) == (["unknown_sender"], ())
    with pytest.raises(NotFound):
        registry.show(store, "A Cat")
    (tmp_path / "cat.png").unlink()  # the form's folder is gone when a person comes to it
    filing.accept(store, receipt.id, by="ana", reason="They called back.")
    assert len(registry.show(store, "A Cat").references) == 1


def test_what_names_no_work_needs_nobody_to_vouch_for_it(store: Store) -> None:
    form = parse_notice({
        "kind": "intimate-image", "signature": "/s/ B.", "sender": {"name": "B.", "phone": "1"},
        "located": [{"output": "cgt-1"}], "statements": {"no_consent": True},
    })  # fmt: skip
    receipt = filing.file_notice(store, form, Path(), NOW, Intake(is_vouched=False))
    assert (receipt.valid, worries(receipt)) == (True, [])


def test_a_notice_that_points_at_very_many_outputs_is_looked_at(store: Store) -> None:
    located = [{"output": f"cgt-{n}"} for n in range(10_001)]
    assert worries(submit(store, located=located)) == ["very_many"]
