import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleardance.match.fold import fold
from cleardance.match.typo import TypoIndex, errors_allowed, errors_between, squashed
from tests.match.names_helpers import found, index_of

NAMES = index_of(
    "Darth Vader",
    "SpongeBob SquarePants",
    "Shrek",
    "Batman",
    "Bridgerton",
    "Keanu Reeves",
    "Elon Musk",
)


@pytest.mark.parametrize(
    ("text", "work"),
    [
        pytest.param("Drath Vader waves", "Darth Vader", id="swapped"),
        pytest.param("Dart Vader waves", "Darth Vader", id="left_out"),
        pytest.param("Darth Vadder waves", "Darth Vader", id="doubled"),
        pytest.param("Darth Vafer waves", "Darth Vader", id="replaced"),
        pytest.param("darthvadr waves", "Darth Vader", id="joined_and_left_out"),
        pytest.param("bridgertin ball", "Bridgerton", id="last_but_one"),
        pytest.param("Kiano Reeves walks", None, id="two_errors_in_eleven_letters"),
        pytest.param("SpungeBob SqarePants", "SpongeBob SquarePants", id="two_errors"),
        pytest.param("Shreeeek roars", "Shrek", id="stretched"),
        pytest.param("BAAATMAN flies", "Batman", id="stretched_capitals"),
        pytest.param("EIon Musk and a fox", "Elon Musk", id="capital_i_for_l"),
        pytest.param("Shrok roars", None, id="too_short_for_a_letter_replaced"),
        pytest.param("Sherk roars", "Shrek", id="short_swapped"),
        pytest.param("Shrrek roars", "Shrek", id="short_doubled"),
        pytest.param("Btman flies", "Batman", id="short_left_out"),
        pytest.param("a btaman-like cape", None, id="short_within_a_hyphenated_word"),
        pytest.param("the shriek", None, id="dictionary_word"),
    ],
)
def test_misspelt(text: str, work: str | None) -> None:
    assert (work in [name for name, _ in found(NAMES, text)]) is (work is not None)
    if work is None:
        assert found(NAMES, text) == []


def test_what_is_spelt_right_is_not_also_misspelt() -> None:
    index = index_of("Bridgerton", "Bridgertons")
    assert [match.distance for match in index.find("a bridgerton ball")] == [0.0]


_LETTERS = st.text("abc", max_size=8)


def _distance(left: str, right: str) -> int:
    """Optimal string alignment by the full table."""
    rows = [
        [i + j if not i * j else 0 for j in range(len(right) + 1)] for i in range(len(left) + 1)
    ]
    for i in range(1, len(left) + 1):
        for j in range(1, len(right) + 1):
            unlike = left[i - 1] != right[j - 1]
            best = [rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + unlike]
            if i > 1 and j > 1 and left[i - 2 : i] == right[j - 1] + right[j - 2]:
                best.append(rows[i - 2][j - 2] + 1)
            rows[i][j] = min(best)
    return rows[-1][-1]


@given(_LETTERS, _LETTERS, st.integers(0, 2))
def test_errors_are_those_of_the_full_table(left: str, right: str, most: int) -> None:
    expected = _distance(left, right)
    assert errors_between(left, right, most) == (expected if expected <= most else None)


@given(st.text("abcdefgh", min_size=7, max_size=24), st.data())
def test_one_error_anywhere_is_found(key: str, data: st.DataObject) -> None:
    name = f"z{key}q"
    at = data.draw(st.integers(1, len(name) - 1))
    assert errors_allowed(len(name)) >= 1
    wrong = name[:at] + "x" + name[at + 1 :]
    assert name in [match.name for match in index_of(name).find(f"so {wrong} is")]


def test_squashed() -> None:
    assert squashed("baaatmmann") == "batman"


@pytest.mark.parametrize(
    ("name", "kind", "text", "found_it"),
    [
        pytest.param("Laura Dern", "person", "Lauar Dern waves", True, id="swapped_at_the_cut"),
        pytest.param("Nick Searcy", "person", "Nick eSarcy waves", True, id="swapped_at_a_space"),
        pytest.param("Maks Chazov", "person", "Maks hazov waves", True, id="initial_left_out"),
        pytest.param("Zhang Heng", "person", "Zhang Peng waves", False, id="another_surname"),
        pytest.param("Old Los Angeles", "film", "hills of Los Angelees", False, id="little_word"),
        pytest.param("Zorb: The Quuxing", "film", "Zorb: The Quuxig", True, id="across_a_colon"),
        pytest.param("Zorb The Quuxing", "film", "a zorb. The quuxig", False, id="sentence_end"),
    ],
)
def test_what_may_be_a_misspelling(name: str, kind: str, text: str, found_it: bool) -> None:
    assert bool(found(index_of(name, kind=kind), text)) is found_it


@given(st.text("abcd", min_size=5, max_size=20), st.text("abcd", min_size=1, max_size=25))
def test_a_text_that_holds_no_piece_of_a_name_holds_no_misspelling_of_it(
    name: str, text: str
) -> None:
    few, many = TypoIndex([name]), TypoIndex([name] + ["zzzzzzz"] * 1000)
    folded = fold(text)
    nothing = bytearray(len(folded.letters))
    near = [hit for hit in many.find(folded, nothing) if hit[0] == 0]
    assert list(few.find(folded, nothing)) == near
