import re

import numpy as np

from cleardance.dataset.words import world_words
from cleardance.pocket.config import CONFIGS
from cleardance.pocket.text import Vocabulary, words_of
from cleardance.world.language.captions import canonical
from cleardance.world.language.sampling import sample

WORDS = world_words()


def test_the_words_say_every_caption() -> None:
    rng = np.random.default_rng(0)
    said = {w for _ in range(1500) for w in words_of(canonical(sample(rng)))}
    assert sorted(said - set(WORDS.words)) == []


def test_there_is_room_for_them_in_every_size() -> None:
    assert all(len(WORDS) <= config.words for config in CONFIGS.values())
    assert all(re.fullmatch(r"[a-z0-9'-]+", word) for word in WORDS.words)


def test_known_words_keep_their_ids() -> None:
    known = Vocabulary(("zebra", "snark"))
    grown = world_words(known)
    assert grown.words[:2] == ("zebra", "snark")
    assert set(grown.words) == {*WORDS.words, "snark"}
    assert len(set(grown.words)) == len(grown.words)
    assert world_words(WORDS) == WORDS
