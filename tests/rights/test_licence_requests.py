"""Licences asked for, granted and declined, in a real registry and ledger."""

from datetime import UTC, datetime
from typing import Any

import pytest

from cleardance.accounts.accounts import create_account, ensure_local_account
from cleardance.accounts.erasing import erase_name
from cleardance.errors import LicenceError, NotFound, UsageError
from cleardance.ledger.acts import check_acts
from cleardance.rights.grant import parse_grant
from cleardance.rights.granting import show
from cleardance.rights.licence import Asker, Use, failings
from cleardance.rights.licence_requests import (
    MAX_MESSAGE_CHARS,
    LicenceRequest,
    accept,
    decline,
    load,
    open_requests,
    request,
    requests_about,
    requests_of,
)
from cleardance.rights.registry import add, remove, revision
from cleardance.store import Store
from cleardance.store.tables import RequestStatus
from tests.rights.test_granting import PERSON, SERIES, logged

AT = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.fixture
def works(store: Store) -> Store:
    add(store, SERIES)
    add(store, PERSON)
    ensure_local_account(store)
    create_account(store, "studio")
    create_account(store, "rival")
    return store


def ask(store: Store, account: str = "studio", work: str = "Zorblax") -> str:
    use = Use.OUTPUT if work == "Zorblax" else Use.LIKENESS
    return request(store, work, account, use, " A trailer, online, for a year. ", AT)


def terms(**changed: Any) -> Any:
    plain = {"works": ["Zorblax"], "to": "account:studio", "uses": ["output", "prompt"]}
    return parse_grant(plain | changed)


def found(store: Store, request_id: str) -> LicenceRequest:
    with store.read() as session:
        return load(session, request_id)


def test_a_request_waits_for_its_owner_and_not_for_others(works: Store) -> None:
    asked = ask(works)
    with works.read() as session:
        mine = open_requests(session, {SERIES.id})
        assert [(one.id, one.account, one.message) for one in mine] == [
            (asked, "studio", "A trailer, online, for a year.")
        ]
        assert open_requests(session, {PERSON.id}) == []
        assert open_requests(session) == requests_of(session, "studio") == mine
        assert requests_of(session, "rival") == []


def test_asking_again_joins_until_it_is_answered(works: Store) -> None:
    first = ask(works)
    assert ask(works) == first
    assert ask(works, "rival") != first
    decline(works, first, "Not for trailers.", by="local", now=AT)
    assert ask(works) != first


def test_a_grant_is_in_force_for_the_asker_and_cited_by_the_request(works: Store) -> None:
    asked, before = ask(works), revision_of(works)
    answered = accept(works, asked, terms(), by="local", now=AT, words="With pleasure.")
    assert (answered.status, answered.answer) == (RequestStatus.GRANTED, "With pleasure.")
    assert revision_of(works) == before + 1
    assert answered.licence_id is not None
    licence = show(works, answered.licence_id).licence
    holder = Asker(AT, account=licence.grantee.name)
    assert failings(licence, holder, Use.OUTPUT) == ()
    assert failings(licence, Asker(AT, account="acc-rival"), Use.OUTPUT)
    with works.read() as session:
        assert open_requests(session) == []
        assert requests_about(session, SERIES.id) == [answered]


@pytest.mark.parametrize(
    "changed",
    [{"uses": ["prompt"]}, {"to": "account:rival"}, {"works": ["Quentin Quux"], "uses": ["post"]}],
)
def test_a_grant_of_something_else_answers_nothing(works: Store, changed: dict[str, Any]) -> None:
    asked, before = ask(works), revision_of(works)
    with pytest.raises(LicenceError):
        accept(works, asked, terms(statement="I agree.", **changed), by="local", now=AT)
    assert found(works, asked).status is RequestStatus.OPEN
    assert revision_of(works) == before


def test_an_answer_is_final(works: Store) -> None:
    asked = ask(works)
    decline(works, asked, "Not for trailers.", by="local", now=AT)
    with pytest.raises(LicenceError, match="already"):
        accept(works, asked, terms(), by="local", now=AT)
    with pytest.raises(LicenceError, match="already"):
        decline(works, asked, "Still not.", by="local", now=AT)
    assert found(works, asked).answer == "Not for trailers."


def test_what_is_logged_names_nobody_and_the_act_is_kept(works: Store) -> None:
    asked = ask(works)
    decline(works, asked, "Not for trailers.", by="local", now=AT)
    (first,), (last,) = logged(works, "licence_asked"), logged(works, "licence_answered")
    assert (first["request"], last["request"], last["answer"]) == (asked, asked, "declined")
    assert "studio" not in str(first) + str(last)
    with works.read() as session:
        check_acts(session)


def test_bad_requests_are_refused(works: Store) -> None:
    for work, account in (("Nothing", "studio"), ("Zorblax", "nobody")):
        with pytest.raises(NotFound):
            ask(works, account, work)
    with pytest.raises(LicenceError, match="person"):
        request(works, "Quentin Quux", "studio", Use.OUTPUT, "For a film.", AT)
    for message in ("", " \n", "x" * (MAX_MESSAGE_CHARS + 1), "a\0b"):
        with pytest.raises(UsageError):
            request(works, "Zorblax", "studio", Use.OUTPUT, message, AT)
    with pytest.raises(UsageError):
        decline(works, ask(works), " ", by="local", now=AT)
    with pytest.raises(NotFound):
        decline(works, "req-none", "No.", by="local", now=AT)


def test_a_work_that_left_is_known_by_its_id(works: Store) -> None:
    asked = ask(works)
    remove(works, SERIES.id)
    assert found(works, asked).work.name == SERIES.id


def test_an_erased_account_leaves_no_words(works: Store) -> None:
    asked = ask(works)
    with works.begin() as session:
        erase_name(session, "studio", by="local")
    left = found(works, asked)
    assert (left.message, left.answer) == (None, None)
    assert left.account.startswith("acc-")
    with works.read() as session:
        assert open_requests(session) == []


def revision_of(store: Store) -> int:
    with store.read() as session:
        return revision(session)
