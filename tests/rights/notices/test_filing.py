import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from cleardance.errors import NotFound, NoticeError, RegistryError
from cleardance.media import write_png
from cleardance.rights import registry
from cleardance.rights.notices import filing
from cleardance.rights.notices.form import NoticeForm
from cleardance.rights.notices.reading import read_notice
from cleardance.rights.row import parse_row
from cleardance.store import Store
from cleardance.store.tables import NoticeStatus, ledger_entry, notice
from tests.rights.notices.forms import copyright_form, intimate_form
from tests.rights.test_registry import picture

NOW = datetime(2026, 2, 17, 9, 0, tzinfo=UTC)
LETTERS = Path(__file__).parents[3] / "examples" / "letters"


def file(store: Store, form: NoticeForm, now: datetime = NOW) -> filing.Receipt:
    return filing.file_notice(store, form, Path(), now)


def logged(store: Store) -> list[str]:
    with store.read() as connection:
        return list(connection.scalars(select(ledger_entry.c.kind).order_by(ledger_entry.c.index)))


def test_a_whole_notice_is_accepted_and_its_works_count_at_once(store: Store) -> None:
    receipt = file(store, copyright_form())
    assert receipt.valid
    assert receipt.missing == ()
    assert receipt.deadline == datetime(2026, 2, 20, 23, 59, 59, tzinfo=UTC)
    assert filing.find(store, receipt.id).status is NoticeStatus.ACCEPTED
    work = registry.show(store, "Lantern Street")
    assert receipt.works == (work.work_id,)
    assert (work.owner, work.policy) == ("Example Pictures", "deny")
    assert logged(store) == ["noticed", "registered", "notice_accepted"]


def test_characters_become_works_that_belong_to_theirs(store: Store) -> None:
    works = [
        {
            "name": "Lantern Street",
            "kind": "series",
            "characters": [{"name": "Mr Wick", "descriptors": ["a man made of candle wax"]}],
        }
    ]
    receipt = file(store, copyright_form(works=works))
    whole, part = receipt.works
    assert registry.show(store, "Mr Wick").belongs_to == whole
    assert registry.show(store, "Mr Wick").work_id == part


def test_a_notice_that_lacks_something_is_kept_answered_and_registers_nothing(
    store: Store,
) -> None:
    receipt = file(store, copyright_form(signature=None))
    assert not receipt.valid
    assert receipt.missing == ("signature",)
    assert receipt.cure_request is not None
    assert receipt.id in receipt.cure_request
    assert filing.find(store, receipt.id).status is NoticeStatus.INCOMPLETE
    with pytest.raises(NotFound):
        registry.show(store, "Lantern Street")
    assert logged(store) == ["noticed"]


def test_the_same_notice_again_joins_the_first(store: Store) -> None:
    first = file(store, copyright_form())
    later = copyright_form(received="2026-02-18T09:00:00Z", deadline="1 day")
    again = file(store, later, NOW + timedelta(days=2))
    assert (again.id, again.joined, again.secret) == (first.id, True, None)
    assert again.deadline == first.deadline
    assert logged(store).count("noticed") == 1
    assert file(store, copyright_form(signature="/s/ B")).id != first.id


def test_filing_again_goes_on_where_a_crash_left_it(store: Store, tmp_path: Path) -> None:
    works = [{"name": "Lantern Street", "kind": "series", "references": ["missing.png"]}]
    form = copyright_form(works=works)
    with pytest.raises(RegistryError, match=r"missing\.png"):
        file(store, form)
    [kept] = filing.listing(store)
    assert kept.status is NoticeStatus.RECEIVED
    write_png(tmp_path / "missing.png", picture(1))
    receipt = filing.file_notice(store, form, tmp_path, NOW)
    assert receipt.id == kept.id
    assert filing.find(store, kept.id).status is NoticeStatus.ACCEPTED
    assert len(registry.show(store, "Lantern Street").references) == 1


@pytest.mark.parametrize("row", [{}, {"name": "X"}, {"name": "X", "kind": "film", "polcy": "deny"}])
def test_rows_that_are_none_are_refused_before_anything_is_kept(
    store: Store, row: dict[str, str]
) -> None:
    with pytest.raises(RegistryError):
        file(store, copyright_form(works=[row]))
    assert filing.listing(store) == []


def test_what_is_registered_is_added_to_and_never_weakened(store: Store) -> None:
    row = {"name": "Lantern Street", "kind": "series", "owner": "Example/Pictures"}
    registry.add(store, parse_row(row | {"aliases": ["The Street"], "policy": "deny"}))
    works = [
        {
            "name": "lantern street",
            "kind": "series",
            "aliases": ["Street of Lanterns"],
            "lang_aliases": {"fr": ["Rue des Lanternes"]},
            "policy": "allow",
            "public_domain": True,
        }
    ]
    file(store, copyright_form(works=works))
    work = registry.show(store, "Lantern Street")
    assert work.aliases == ("The Street", "Street of Lanterns")
    assert work.lang_aliases == {"fr": ("Rue des Lanternes",)}
    assert (work.owner, work.policy, work.public_domain) == ("Example/Pictures", "deny", False)
    assert [change.account[:4] for change in registry.history(store, work.work_id)] == [
        "loca",
        "ntc-",
    ]


def test_references_are_added_to_those_that_are_registered(store: Store, tmp_path: Path) -> None:
    for number in (1, 2):
        write_png(tmp_path / f"{number}.png", picture(number))
    row = {"name": "Lantern Street", "kind": "series", "references": ["1.png"]}
    registry.add(store, parse_row(row), tmp_path)
    form = copyright_form(works=[row | {"references": ["2.png"]}])
    [work_id] = filing.file_notice(store, form, tmp_path, NOW).works
    assert len(registry.show(store, work_id).references) == 2


def test_a_work_of_the_same_name_by_another_owner_is_another_work(store: Store) -> None:
    registry.add(store, parse_row({"name": "Lantern Street", "kind": "series", "owner": "Other"}))
    works = [{"name": "Lantern Street", "kind": "series", "owner": "Example Pictures"}]
    [mine] = file(store, copyright_form(works=works)).works
    assert registry.show(store, mine).owner == "Example Pictures"
    assert len(registry.listing(store, "Lantern Street")) == 2


def test_only_the_secret_opens_a_notice(store: Store) -> None:
    receipt = file(store, intimate_form())
    assert receipt.secret is not None
    filing.check_secret(store, receipt.id, receipt.secret)
    for notice_id, secret in ((receipt.id, ""), (receipt.id, "x"), ("ntc-no", receipt.secret)):
        with pytest.raises(NotFound):
            filing.check_secret(store, notice_id, secret)


def test_the_ledger_says_that_a_notice_came_and_nothing_of_who_sent_it(store: Store) -> None:
    file(store, copyright_form())
    with store.read() as connection:
        bodies = json.dumps(list(connection.scalars(select(ledger_entry.c.body))))
        salt = connection.scalar(select(notice.c.salt))
    for personal in ("Counsel", "example.com", "Lantern Street"):
        assert personal not in bodies
    assert salt is not None
    assert len(salt) == 32


def test_a_notice_cannot_come_from_the_future(store: Store) -> None:
    with pytest.raises(NoticeError, match="to come"):
        file(store, copyright_form(received="2026-02-17T10:00:00Z"))
    assert filing.listing(store) == []


@pytest.mark.parametrize("path", sorted(LETTERS.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_letters_of_february_2026_name_works_that_we_ship(store: Store, path: Path) -> None:
    registry.ensure_starter(store)
    before = {work.id for work in registry.listing(store)}
    receipt = file(store, read_notice(path), datetime(2026, 3, 1, tzinfo=UTC))
    assert receipt.valid, receipt.missing
    works = receipt.works
    # An association that writes for its members names works of owners it is not.
    assert bool(receipt.concerns) == (path.stem == "mpa")
    if receipt.concerns:
        works = filing.accept(store, receipt.id, by="ana", reason="The members say so.").works
    assert set(works) <= before
    assert len(works) == len(read_notice(path).works)


def test_the_netflix_letter_gives_three_days(store: Store) -> None:
    receipt = file(store, read_notice(LETTERS / "netflix.yaml"), datetime(2026, 3, 1, tzinfo=UTC))
    assert receipt.deadline == datetime(2026, 2, 20, 23, 59, 59, tzinfo=UTC)
