import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleardance.errors import UsageError
from cleardance.pocket.text import NOTHING, PAD, Vocabulary, nothing, words_of

CAPTIONS = ("A fox facing left runs in a meadow.", "Two t-rexes stand on a road at night.")
WORDS = Vocabulary.of(CAPTIONS)


def test_the_words_are_those_of_the_captions_without_glue() -> None:
    assert words_of(CAPTIONS[0]) == ["fox", "left", "runs", "in", "meadow"]
    assert "t-rexes" in WORDS.words
    assert list(WORDS.words) == sorted(set(WORDS.words))


def test_known_words_become_ids_and_unknown_ones_are_returned() -> None:
    ids, ignored = WORDS.ids("A purple fox runs", 6)
    assert ignored == ("purple",)
    assert [WORDS.words[i - 2] for i in ids[:2]] == ["fox", "runs"]
    assert ids[2:].tolist() == [PAD] * 4


@pytest.mark.parametrize("prompt", ["", "   ", "xyzzy", "!?", "a the an"])
def test_a_prompt_without_a_known_word_asks_for_nothing(prompt: str) -> None:
    ids, _ = WORDS.ids(prompt, 4)
    assert ids.tolist() == nothing(4).tolist() == [NOTHING, PAD, PAD, PAD]


def test_more_words_than_it_reads_are_refused() -> None:
    with pytest.raises(UsageError, match="5000 words"):
        WORDS.ids("fox " * 5000, 24)


def test_the_digest_tells_one_list_from_another() -> None:
    assert WORDS.digest != Vocabulary(WORDS.words[1:]).digest
    assert WORDS.digest == Vocabulary.of(reversed(CAPTIONS)).digest


@settings(deadline=None)  # a busy machine is not a failure
@given(st.text(max_size=200))
def test_any_text_is_ids_in_range(text: str) -> None:
    ids, ignored = WORDS.ids(text, 200)
    assert ids.dtype == np.int64
    assert ids.max() < len(WORDS)
    assert len(ignored) <= len(words_of(text))
