"""Signing in with a browser: passwords, cookies, and the tokens of forms."""

from datetime import UTC, datetime, timedelta

import pytest

from cleardance.accounts import accounts, browsers, passwords
from cleardance.errors import AccessDenied, AuthenticationError, UsageError
from cleardance.store import Store

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
PASSWORD = "a sentence nobody guesses"


@pytest.fixture
def mara(store: Store) -> str:
    accounts.create_account(store, "mara", by="local")
    passwords.set_password(store, "mara", PASSWORD, by="local")
    return "mara"


def who(store: Store, token: str, moment: datetime = NOW) -> str:
    with store.read() as session:
        return browsers.principal_of(session, token, moment).account_name


def test_a_browser_is_signed_in_for_half_a_day(store: Store, mara: str) -> None:
    token = browsers.sign_in(store, mara, PASSWORD, NOW).token
    assert who(store, token) == mara
    with pytest.raises(AuthenticationError):
        who(store, token, NOW + browsers.LIFE)


def test_every_sign_in_has_a_token_of_its_own(store: Store, mara: str) -> None:
    first, second = (browsers.sign_in(store, mara, PASSWORD, NOW).token for _ in range(2))
    browsers.sign_out(store, first)
    assert who(store, second) == mara
    with pytest.raises(AuthenticationError):
        who(store, first)


def test_a_wrong_password_and_an_unknown_account_are_told_in_the_same_words(
    store: Store, mara: str
) -> None:
    told = []
    for name in (mara, "nobody"):
        with pytest.raises(AuthenticationError) as error:
            browsers.sign_in(store, name, "something else entirely", NOW)
        told.append(error.value.message)
    assert told[0] == told[1]


def test_guessing_is_slowed_down_and_ends_with_the_wait(store: Store, mara: str) -> None:
    for _ in range(passwords.FREE_FAILURES + 1):
        with pytest.raises(AuthenticationError):
            browsers.sign_in(store, mara, "guess", NOW)
    with pytest.raises(AuthenticationError, match="Too many"):
        browsers.sign_in(store, mara, PASSWORD, NOW)
    later = NOW + timedelta(seconds=3)
    assert who(store, browsers.sign_in(store, mara, PASSWORD, later).token) == mara


def test_a_new_password_signs_every_browser_out(store: Store, mara: str) -> None:
    token = browsers.sign_in(store, mara, PASSWORD, NOW).token
    passwords.set_password(store, mara, "another long sentence", by="local")
    with pytest.raises(AuthenticationError):
        who(store, token)


def test_a_suspended_account_has_no_browser(store: Store, mara: str) -> None:
    token = browsers.sign_in(store, mara, PASSWORD, NOW).token
    with store.begin() as session:
        id_ = accounts.account_id(session, mara)
        accounts.suspend_account(session, id_, by="local", why="a test")
    with pytest.raises(AccessDenied):
        who(store, token)
    with pytest.raises(AccessDenied):
        browsers.sign_in(store, mara, PASSWORD, NOW)


@pytest.mark.parametrize("text", ["", "short", "x" * 201])
def test_a_password_has_a_length(store: Store, mara: str, text: str) -> None:
    with pytest.raises(UsageError, match="12 to 200"):
        passwords.set_password(store, mara, text, by="local")


def test_a_form_token_is_of_one_browser(store: Store) -> None:
    browsers.check_form_token("mine", browsers.form_token("mine"))
    for given in (browsers.form_token("another"), "", "\ud800"):
        with pytest.raises(AccessDenied):
            browsers.check_form_token("mine", given)


def test_the_database_never_holds_what_a_cookie_says(store: Store, mara: str) -> None:
    token = browsers.sign_in(store, mara, PASSWORD, NOW).token
    written = store.home.database.read_bytes()
    wal = store.home.path / "cleardance.db-wal"
    written += wal.read_bytes() if wal.exists() else b""
    assert token.encode() not in written
    assert PASSWORD.encode() not in written
