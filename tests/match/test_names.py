# ruff: noqa: RUF001
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleardance.match.fold import fold
from cleardance.match.names import NAME_SIGNAL, NameIndex
from tests.match.names_helpers import found, index_of

STARTER_LIKE = index_of(
    "Squid Game",
    "squid game",
    "Stranger Things",
    "Bridgerton",
    "#Bridgerton",
    "Spider-Man",
    "spider-man",
    "SpongeBob SquarePants",
    "Sponge Bob",
    "Shrek",
    "Deadpool",
    "Brad Pitt",
    "Darth Vader",
    "Harry Potter",
    "The Matrix",
    "Matrix",
    "Friends",
    "Star Wars",
    "Avatar: The Last Airbender",
    "오징어 게임",
    "鱿鱼游戏",
    "イカゲーム",
    "Человек-паук",
    "GoT",
    "Zillah Kollins",
)


@pytest.mark.parametrize(
    ("text", "work", "words"),
    [
        pytest.param("a Squid Game guard", "Squid Game", "Squid Game", id="plain"),
        pytest.param("the SQUID GAME guard", "squid game", "SQUID GAME", id="capitals"),
        pytest.param("a S\u200bhr\u200dek", "Shrek", "S\u200bhr\u200dek", id="zero_width_space"),
        pytest.param("Dаrth Vаdеr", "Darth Vader", "Dаrth Vаdеr", id="cyrillic_look_alike"),
        pytest.param("Ηarry Ρotter", "Harry Potter", "Ηarry Ρotter", id="greek_look_alike"),
        pytest.param("ＳＨＲＥＫ！", "Shrek", "ＳＨＲＥＫ", id="fullwidth"),
        pytest.param("Brad Pitt's hat", "Brad Pitt", "Brad Pitt", id="possessive"),
        pytest.param("Brad Pitt’s hat", "Brad Pitt", "Brad Pitt", id="typographic_possessive"),
        pytest.param("two Shreks dance", "Shrek", "Shrek", id="plural"),
        pytest.param("ball #Bridgerton", "Bridgerton", "Bridgerton", id="hashtag"),
        pytest.param("#SquidGame", "Squid Game", "SquidGame", id="camel_hashtag"),
        pytest.param("#ilovesquidgame2", "squid game", "squidgame", id="within_a_hashtag"),
        pytest.param("Spiderman", "spider-man", "Spiderman", id="hyphen_variants_joined"),
        pytest.param("spider man", "spider-man", "spider man", id="hyphen_variants_space"),
        pytest.param("Spider–Man", "Spider-Man", "Spider–Man", id="hyphen_variants_dash"),
        pytest.param("squidgame", "Squid Game", "squidgame", id="joined_words"),
        pytest.param("Dead Pool", "Deadpool", "Dead Pool", id="split_words"),
        pytest.param("S h r e k", "Shrek", "S h r e k", id="spelt_out"),
        pytest.param("S.h.r.e.k", "Shrek", "S.h.r.e.k", id="dotted"),
        pytest.param("s🦑quid g🦑ame", "squid game", "s🦑quid g🦑ame", id="emoji_inside"),
        pytest.param("오징어게임을 하는", "오징어 게임", "오징어게임", id="korean_alias"),
        pytest.param("拍一个鱿鱼游戏的视频", "鱿鱼游戏", "鱿鱼游戏", id="chinese_alias"),
        pytest.param("イカゲームの兵士", "イカゲーム", "イカゲーム", id="japanese_alias"),
        pytest.param("ЧЕЛОВЕК-ПАУК", "Человек-паук", "ЧЕЛОВЕК-ПАУК", id="russian_alias"),
        pytest.param("Sp1d3r-M4n", "spider-man", "Sp1d3r-M4n", id="leet"),
        pytest.param("D4rth V@der", "Darth Vader", "D4rth V@der", id="leet_signs"),
        pytest.param("8r1d93rton", "Bridgerton", "8r1d93rton", id="leet_many_signs"),
        pytest.param("Z1llah Ko11ins", "Zillah Kollins", None, id="leet_one_is_i_or_l"),
        pytest.param("Sh́r̷ek", "Shrek", "Sh́r̷ek", id="stacked_accents"),
        pytest.param("ѕhrек", "Shrek", "ѕhrек", id="mixed_script"),
        pytest.param("Squid  \n Game", "Squid Game", "Squid  \n Game", id="line_break"),
        pytest.param("avatar the last airbender", "Avatar: The Last Airbender", None, id="colon"),
        pytest.param("Neo in The Matrix, green", "The Matrix", "The Matrix", id="cased_title"),
        pytest.param("a scene from Friends", "Friends", "Friends", id="cue_from"),
        pytest.param('the "friends" couch', "Friends", "friends", id="quoted"),
        pytest.param("the sitcom friends", "Friends", "friends", id="cue_before"),
        pytest.param("a GoT dragon", "GoT", "GoT", id="inner_capital"),
    ],
)
def test_attack(text: str, work: str, words: str | None) -> None:
    assert (work, words or text) in found(STARTER_LIKE, text)


@pytest.mark.parametrize(
    "text",
    [
        "matrix multiplication on a blackboard",
        "Matrix of coloured squares",
        "friends walking along the beach",
        "Friends walking along the beach",
        "#friends at the beach",
        "stranger things have happened",
        "the stars, wars and peace",
        "I like squid. Game on.",
        "Brad. Pitt the cherries",
        "a dead pool of water",
        "harrypotterish",
        "unshrekked",
        "I got a dragon",
        "A 1080p 4k 24fps shot at f1.8",
        "5hr3k"[:2],
        "",
        "   \n\t",
    ],
)
def test_words_that_merely_contain_a_name(text: str) -> None:
    assert found(STARTER_LIKE, text) == []


def test_capitals_tell_nothing_in_a_title_case_text() -> None:
    index = index_of("Stranger Things")
    assert found(index, "Walking Home At Night Stranger Things Were Seen By Nobody") == []
    assert found(index, "walking home at night in Stranger Things by the lake") != []


def test_a_name_in_small_letters_matches_in_any_case() -> None:
    assert found(index_of("Stranger Things"), "stranger things monster") == []
    assert found(index_of("stranger things"), "Stranger things monster") != []


def test_people_need_no_capitals_where_titles_do() -> None:
    assert found(index_of("Cherry Blossom", kind="film"), "a cherry blossom") == []
    assert found(index_of("Tom Cruise", kind="person"), "tom cruise runs") != []


@pytest.mark.parametrize(
    ("name", "kind", "text"),
    [
        pytest.param("New York", "film", "a taxi in New York at night", id="place"),
        pytest.param(
            "The Bund, Shanghai", "film", "The Bund Shanghai, tilt up", id="place_in_city"
        ),
        pytest.param(
            "Snow White", "film", "in the tale Snow White sleeps", id="public_domain_tale"
        ),
        pytest.param("Rembrandt", "film", "a portrait in the style of Rembrandt", id="long_dead"),
        pytest.param("Ella", "character", "a girl, Ella, runs home", id="given_name"),
        pytest.param("Luca", "film", "a boy, Lucas, runs home", id="longer_given_name"),
        pytest.param("Cosmo", "character", "the silent cosmos", id="s_makes_another_word"),
        pytest.param("Top Hat", "film", "a rabbit in a black tophat", id="words_joined"),
        pytest.param("Set", "character", "on a busy movie set", id="kind_before_a_common_noun"),
        pytest.param("Cherry Blossom", "character", "under a cherry blossom", id="everyday_words"),
    ],
)
def test_everyday_words_name_nothing(name: str, kind: str, text: str) -> None:
    assert found(index_of(name, kind=kind), text) == []
    assert found(index_of(name, kind=kind), f'in "{name}" they dance') != []


def test_longest_name_wins_and_overlaps_both_count() -> None:
    index = index_of("Sponge Bob", "SpongeBob SquarePants", "SquarePants Show")
    assert found(index, "SpongeBob SquarePants") == [
        ("SpongeBob SquarePants", "SpongeBob SquarePants")
    ]
    assert [work for work, _ in found(index, "SpongeBob SquarePants Show")] == [
        "SpongeBob SquarePants",
        "SquarePants Show",
    ]


def test_two_works_of_one_name_are_both_found() -> None:
    rows = [(work, "Zorblax", "zorblax", "name", "film") for work in ("first", "second")]
    assert [m.work_id for m in NameIndex.build(rows).find("zorblax")] == ["first", "second"]


def test_two_chinese_characters_are_no_name_within_words() -> None:
    index = index_of("毛球")
    assert found(index, "两个人打羽毛球") == []
    assert found(index, "a 毛球 dances") == [("毛球", "毛球")]
    assert found(index, "《毛球》里的场景") == [("毛球", "毛球")]


REFERENCES = [
    "@Image1 as the guard from Squid Game",
    "put the man in @Image 1 into Squid Game",
    "@Video1 but everybody is Shrek",
    "the pose of @Image2, the face of Brad Pitt",
    "Image 1 dressed like Deadpool, voice of @Audio1",
    "make @Image1 look as if it were a scene from Friends",
]


@pytest.mark.parametrize("text", REFERENCES)
def test_a_reference_made_into_somebodys_work_is_found(text: str) -> None:
    assert found(STARTER_LIKE, text)


def test_a_syllable_is_not_cut() -> None:
    assert found(index_of("오징어 게이"), "오징어 게임") == []
    assert found(index_of("ハリ"), "バリ") == []


def test_empty_index_finds_nothing() -> None:
    index = NameIndex.build([])
    assert len(index) == 0
    assert index.find("Squid Game") == []


def test_a_row_without_letters_is_left_out() -> None:
    assert NameIndex.build([("w", "!!!", "", "name", "film")]).find("!!! and more") == []


_WORDS = ["Squid", " Game", "squid", "game", "Shrek", "Ѕhrek", "5hr3k", "Brad Pitt", "the film "]
_WORDS += ["오징어", "게임", "鱿鱼游戏", "Friends", "ＳＨＲＥＫ", "ﬁ", "s"]
_SIGNS = ["#", "'s", "-", ". ", " ", "\u200b", "\ud800", "\x00"]
_PIECES = st.sampled_from(_WORDS + _SIGNS)


@given(st.lists(_PIECES, max_size=12).map("".join))
def test_spans_hold_the_name_and_nothing_contains_another(text: str) -> None:
    matches = STARTER_LIKE.find(text)
    for match in (match for match in matches if not match.distance):
        words = text[slice(*match.span)]
        key = NAME_SIGNAL.compute(match.name)
        assert key in {fold(words).letters, fold(words.replace("5", "s").replace("3", "e")).letters}
    spans = sorted({match.span for match in matches})
    assert all(left[0] < right[0] and left[1] < right[1] for left, right in pairwise(spans))


_MISSPELT = ["Shre", "Sherk", "Shrekk", "Shxrek", "Sqiud", "Squidd", "Sq1ud Gmae", "IT", "In", "I"]


@given(st.lists(st.sampled_from(_WORDS + _SIGNS + _MISSPELT), max_size=8).map("".join))
def test_what_is_not_looked_at_names_nothing(text: str) -> None:
    assert STARTER_LIKE.find(text) == STARTER_LIKE.find_folded(text, fold(text))


@given(st.sampled_from(["shrek", "totoro", "stranger things", "squid game"]), st.data())
def test_a_text_is_looked_at_whatever_letter_of_a_name_is_changed(
    name: str, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(name) - 1))
    letter = data.draw(st.sampled_from(" abekrsz-"))
    added, left_out = name[:at] + letter + name[at:], name[:at] + name[at + 1 :]
    swapped = name[:at] + name[at + 1 : at + 2] + name[at : at + 1] + name[at + 2 :]
    for word in (added, left_out, swapped):
        text = f"we saw {word} again"
        assert STARTER_LIKE.find(text) == STARTER_LIKE.find_folded(text, fold(text))


@given(st.text(st.characters(), max_size=200))
def test_no_text_is_an_error(text: str) -> None:
    STARTER_LIKE.find(text)


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "pattern",
    [" ", "#", "5h", '"', "\ud800", "\u0301", "\u1100\u1161", "squid "],
    ids=["spaces", "tags", "leet", "quotes", "surrogates", "accents", "jamo", "halves"],
)
def test_hostile_repetition_ends(pattern: str) -> None:
    assert found(STARTER_LIKE, pattern * (200_000 // len(pattern))) == []


@pytest.mark.timeout(60)
@pytest.mark.parametrize("pattern", ["Sqid Gmae Shreek ", "S q u i d  G a m e "])
def test_hostile_repetition_of_what_is_found_ends(pattern: str) -> None:
    assert STARTER_LIKE.find(pattern * (100_000 // len(pattern)))


@pytest.mark.timeout(60)
def test_a_million_characters_end() -> None:
    assert found(STARTER_LIKE, "a" * 1_000_000 + " Shrek") == [("Shrek", "Shrek")]


def test_name_signal_compares_letters() -> None:
    spider = NAME_SIGNAL.compute("Spider-Man")
    assert spider is not None
    assert NAME_SIGNAL.distance(spider, "spiderman") == 0.0
    assert NAME_SIGNAL.distance("spidrman", spider) == 1 / 9
    assert NAME_SIGNAL.distance(spider, "ironman") == NAME_SIGNAL.max_distance
    assert NAME_SIGNAL.compute("…") is None
