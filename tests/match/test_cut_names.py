"""Names cut at odd places, titles of everyday words in disguise, and what looks like either."""

import pytest

from tests.match.names_helpers import found, index_of

NAMES = index_of("Squid Game", "Stranger Things", "Harry Potter", "Shrek", "Frozen", "Shelmet")
PEOPLE = index_of("Miles Davis", "Mark Strong", "Helen Twelvetrees", "Zhang Heng", kind="person")

EVASIONS = {
    "name cut at odd places": ("Sq u id Game guards", "Squid Game"),
    "name cut, small letters": ("a row of sq uid ga me guards", "Squid Game"),
    "name cut across its words": ("Har ryPot ter on a broom", "Harry Potter"),
    "short name cut": ("Shr ek in a swamp", "Shrek"),
    "common-word title spaced": ("s q u i d  g a m e", "Squid Game"),
    "common-word title punctuated": ("s.q.u.i.d g.a.m.e", "Squid Game"),
    "common-word title hyphenated": ("s-t-r-a-n-g-e-r t-h-i-n-g-s", "Stranger Things"),
    "common-word title with digits": ("Str4nger Th1ngs kids on bikes", "Stranger Things"),
    "digits, small letters": ("str4nger th1ngs kids on bikes", "Stranger Things"),
    "look-alike letters": ("squi\u0501 g\u0430me dolls", "Squid Game"),
    "signs for letters": ("$quid G@me dolls", "Squid Game"),
    "digits and spaces": ("S qu1 d Ga m3", "Squid Game"),
    "one word, digits, called a film": ("the film Fr0zen with snow", "Frozen"),
    "common-word title misspelt": ("a doll from Squid Gmae turns", "Squid Game"),
    "sentence case": ("an actor in a Squid game mask", "Squid Game"),
    "sequel in a title-case caption": ("Stunning Squid Game II Doll By The Lake", "Squid Game"),
}


@pytest.mark.parametrize("evasion", EVASIONS)
def test_evasion(evasion: str) -> None:
    text, work = EVASIONS[evasion]
    assert [name for name, _ in found(NAMES, text)] == [work]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a squid game of tag on the beach", id="everyday words"),
        pytest.param("an astronaut's helmet", id="possessive before a word"),
        pytest.param("the lake froze, n one swims", id="across a sentence's end"),
        pytest.param("a fr0zen lake", id="one everyday word with a digit"),
        pytest.param("F R O Z E N on a sign", id="one everyday word spaced"),
        pytest.param("stranger 1 things 2", id="digits that are no letters"),
    ],
)
def test_what_looks_like_an_evasion(text: str) -> None:
    assert found(NAMES, text) == []


def test_a_surname_that_is_no_word_needs_no_capitals() -> None:
    assert found(PEOPLE, "miles davis plays") == [("Miles Davis", "miles davis")]
    assert found(PEOPLE, "Jazz Giants: Miles Davis By Some Painter") != []
    assert found(PEOPLE, "a mark strong enough to see") == []


def test_another_initial_is_another_person_unless_the_rest_is_long() -> None:
    assert found(PEOPLE, "Helen rwelvetrees smiles") != []
    assert found(PEOPLE, "Zhang Peng smiles") == []


def test_a_stop_after_an_initial_ends_no_sentence() -> None:
    index = index_of("JRR Tolkien", kind="person")
    assert found(index, "J. R. R. Tolkien writes") == [("JRR Tolkien", "J. R. R. Tolkien")]


def test_an_everyday_compound_is_a_word_although_in_no_dictionary() -> None:
    index = index_of("Freefall")
    assert found(index, "a skydiver in freefall") == []
    assert found(index, "the film Freefall") != []
