"""A person's own page: who comes in by the link, and who does not."""

from datetime import UTC, datetime

import pytest

from cleardance.accounts.accounts import ensure_local_account
from cleardance.errors import LicenceError, NotFound
from cleardance.ledger.acts import check_acts
from cleardance.rights.person_links import end_link, links_of, make_link, person_of
from cleardance.rights.registry import add, remove
from cleardance.store import Store
from tests.rights.test_granting import PERSON, SERIES, logged

AT = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.fixture
def secret(store: Store) -> str:
    ensure_local_account(store)
    add(store, PERSON)
    return make_link(store, PERSON.id, by="local", now=AT)


def whose(store: Store, secret: str) -> str:
    with store.read() as session:
        return person_of(session, secret)


def test_the_secret_leads_to_the_person_and_is_not_kept(store: Store, secret: str) -> None:
    assert whose(store, secret) == PERSON.id
    kept = [path for path in store.home.path.glob("cleardance.db*") if path.is_file()]
    assert kept
    assert not any(secret.encode() in path.read_bytes() for path in kept)
    with store.read() as session:
        check_acts(session)
    assert PERSON.name not in str(logged(store, "admin"))


@pytest.mark.parametrize("guess", ["", "x", "\ud800", "' or 1=1 --"])
def test_a_guess_leads_nowhere(store: Store, secret: str, guess: str) -> None:
    assert secret
    with pytest.raises(NotFound):
        whose(store, guess)


def test_an_ended_link_leads_nowhere_and_another_still_does(store: Store, secret: str) -> None:
    other = make_link(store, PERSON.id, by="local", now=AT)
    with store.read() as session:
        first = next(one for one in links_of(session, PERSON.id))
    for _ in range(2):
        end_link(store, first.id, by="local", now=AT)
    ended = [one for one in (secret, other) if not _comes_in(store, one)]
    assert len(ended) == 1
    assert len(logged(store, "admin")) == 3  # two made, one ended
    with pytest.raises(NotFound):
        end_link(store, "lnk-none", by="local", now=AT)


def test_only_persons_who_are_registered_have_a_page(store: Store, secret: str) -> None:
    add(store, SERIES)
    with pytest.raises(LicenceError, match="only persons"):
        make_link(store, SERIES.id, by="local", now=AT)
    remove(store, PERSON.id)
    with pytest.raises(NotFound):
        whose(store, secret)


def _comes_in(store: Store, secret: str) -> bool:
    try:
        return bool(whose(store, secret))
    except NotFound:
        return False
