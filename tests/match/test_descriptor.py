import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleardance.match.descriptor import DESCRIPTOR_SIGNAL, DescriptorIndex, stem_of

INDEX = DescriptorIndex(
    [
        (
            "ogre",
            ("a big green ogre in a brown vest lives in a swamp with a talking donkey",),
            ("ogre", "swamp", "donkey", "green skin", "vest"),
        ),
        ("plumber", ("a short plumber with a moustache, a red cap and blue overalls",), ()),
    ]
)


@pytest.mark.parametrize(
    ("text", "work"),
    [
        pytest.param("green ogre, swamp, donkey", "ogre", id="keywords"),
        pytest.param("Ogres with their donkeys in green swamps", "ogre", id="plurals"),
        pytest.param("a plumber with moustache, red cap and overalls", "plumber", id="description"),
        pytest.param("fog " * 200 + "a green ogre, a swamp, a donkey", "ogre", id="in_a_long_text"),
        pytest.param("a donkey grazes in a green meadow", None, id="two_words_shared"),
        pytest.param("a plumber repairs a pipe", None, id="one_word_shared"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_described(text: str, work: str | None) -> None:
    assert [match.work_id for match in INDEX.find(text)] == ([work] if work else [])


def test_the_span_runs_from_the_first_shared_word_to_the_last() -> None:
    text = "At dawn a green ogre leaves the swamp with a donkey and sings"
    (match,) = INDEX.find(text)
    assert text[slice(*match.span)] == "green ogre leaves the swamp with a donkey"


def test_no_descriptions_find_nothing() -> None:
    assert DescriptorIndex([]).find("a green ogre in a swamp with a donkey") == []


@given(st.text(st.characters(), max_size=200))
def test_any_text_is_as_near_to_itself_as_can_be(text: str) -> None:
    vector = DESCRIPTOR_SIGNAL.compute(text)
    if vector is not None:
        assert abs(DESCRIPTOR_SIGNAL.distance(vector, vector)) < 1e-9
    assert INDEX.find(text) == INDEX.find(text)


@pytest.mark.parametrize("words", [("swamp", "swamps"), ("swing", "swings"), ("wizard", "wizards")])
def test_inflected_words_share_a_stem(words: tuple[str, str]) -> None:
    assert stem_of(words[0]) == stem_of(words[1])


@pytest.mark.timeout(60)
def test_a_long_hostile_text_ends() -> None:
    INDEX.find("ogre swamp donkey " * 20_000)
