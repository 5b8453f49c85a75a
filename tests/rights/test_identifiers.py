import contextlib

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cleardance.errors import RegistryError
from cleardance.rights.identifiers import check_identifier

GOOD = [
    ("eidr", "10.5240/7791-8534-2c23-9030-8610-5", "10.5240/7791-8534-2C23-9030-8610-5"),
    ("isan", "ISAN 0000-0000-D07A-0090-Q-0000-0000-X", "0000-0000-D07A-0090-Q-0000-0000-X"),
    ("isan", "00000000D07A0090Q", "0000-0000-D07A-0090-Q"),
    ("isni", "000000012281955X", "0000 0001 2281 955X"),
    ("isrc", "US-S1Z-99-00001", "US-S1Z-99-00001"),
    ("iswc", "T0345246801", "T-034.524.680-1"),
    ("imdb", "tt0111161", "tt0111161"),
    ("imdb", "nm0000206", "nm0000206"),
    ("tmdb", "movie/603", "movie/603"),
    ("wikidata", "Q42", "Q42"),
]


@pytest.mark.parametrize(("scheme", "value", "written"), GOOD)
def test_published_examples_are_taken_and_written_one_way(
    scheme: str, value: str, written: str
) -> None:
    assert check_identifier(scheme, value) == written == check_identifier(scheme, written)


@pytest.mark.parametrize(
    ("scheme", "value", "why"),
    [
        ("eidr", "10.5240/7791-8534-2C23-9030-8610-6", "ask for 5"),
        ("isan", "0000-0000-D07A-0090-R", "ask for Q"),
        ("isan", "0000-0000-D07A-0090-Q-0000-0000-Y", "ask for X"),
        ("isni", "0000 0001 2281 9551", "ask for X"),
        ("iswc", "T-034.524.680-2", "ask for 1"),
        ("isrc", "QQ-S1Z-99-00001", "form"),
        ("isrc", "USS1Z990000", "form"),
        ("imdb", "0111161", "form"),
        ("tmdb", "603", "form"),
        ("wikidata", "P31", "form"),
        ("isbn", "9780141036144", "known are eidr"),
        ("eidr", "", "form"),
    ],
)
def test_a_wrong_one_is_refused_and_the_right_digit_named(
    scheme: str, value: str, why: str
) -> None:
    with pytest.raises(RegistryError, match=why):
        check_identifier(scheme, value)


CHECKED = [(scheme, written) for scheme, _, written in GOOD if scheme in {"eidr", "isan", "isni"}]


@given(st.sampled_from(CHECKED), st.data())
def test_one_wrong_digit_anywhere_is_seen(known: tuple[str, str], data: st.DataObject) -> None:
    scheme, value = known
    start = len("10.5240/") if scheme == "eidr" else 0
    at = data.draw(st.sampled_from([k for k in range(start, len(value)) if value[k].isdigit()]))
    digit = data.draw(st.sampled_from("0123456789"))
    assume(digit != value[at])
    with pytest.raises(RegistryError, match="ask for"):
        check_identifier(scheme, value[:at] + digit + value[at + 1 :])


@given(st.sampled_from([scheme for scheme, _, _ in GOOD]), st.text(max_size=40))
def test_any_text_is_taken_or_refused(scheme: str, value: str) -> None:
    with contextlib.suppress(RegistryError):
        assert check_identifier(scheme, check_identifier(scheme, value))
